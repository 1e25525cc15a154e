"""A plan in a file: what was looked at is what is carried out, or nothing is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from rules_lib.deploy.plan_digest import plan_digest
from rules_lib.deploy.steps import record, switch_record
from rules_lib.errors import NotApprovedError, RefusedError, SettingsError
from rules_lib.report.staging import staged_rules
from rules_lib.text import counted, first_of
from rules_lib.validation import validation_faults

if TYPE_CHECKING:
    from rules_lib.deploy.foresee import Foreseen
    from rules_lib.deploy.steps import Plan
    from rules_lib.outcome import Converted

_NAMED = 10
"""How many rule groups and policies are named that differ."""


class SavedPlan(BaseModel):
    """What `rulesync plan --out` saves.

    Attributes:
        bucket: of the stack that it is a plan for.
        made_at: when, ISO 8601.
        digest: of the plan; see `plan_digest`.
        steps: rule group -> what is done to it, as in plan.json.
        policies: policy -> what it is to refer to.
        staged: sids of the rules that alert until their day has come.
        excepted: sids of the rules from which an exception takes hosts.
    """

    model_config = ConfigDict(frozen=True)

    version: Literal[1] = 1
    bucket: str
    made_at: str
    digest: str
    steps: Mapping[str, Any]
    policies: Mapping[str, Any]
    staged: tuple[int, ...] = ()
    excepted: tuple[int, ...] = ()

    @classmethod
    def of(cls, foreseen: Foreseen, bucket: str, now: datetime) -> SavedPlan:
        """A plan, to be saved.

        Raises:
            RefusedError: a sync would refuse it.
        """
        if foreseen.refusal:
            raise foreseen.refusal
        plan = foreseen.plan
        return cls(
            bucket=bucket,
            made_at=now.isoformat(timespec="seconds"),
            digest=plan_digest(plan),
            steps=_steps(plan),
            policies=_policies(plan),
            staged=_staged(foreseen.built.kept),
            excepted=_excepted(foreseen.built.kept),
        )

    @classmethod
    def read(cls, path: Path, bucket: str) -> SavedPlan:
        """Read a plan from its file.

        Raises:
            OSError: the file cannot be read.
            SettingsError: it is no saved plan.
            RefusedError: it is one for another bucket.
        """
        try:
            found = cls.model_validate_json(path.read_bytes())
        except ValidationError as error:
            words = f"{path} is not a plan: {validation_faults(error)}"
            raise SettingsError(f"{words}. `rulesync plan --out FILE` saves one") from error
        if found.bucket != bucket:
            raise RefusedError(f"{path} is a plan for the bucket {found.bucket}, not for {bucket}")
        return found

    def write(self, path: Path) -> None:
        """Write it to its file.

        Raises:
            OSError: the file cannot be written.
        """
        path.write_text(f"{self.model_dump_json(indent=2)}\n", encoding="utf-8")

    def approve(self, foreseen: Foreseen) -> None:
        """Agree to this very plan alone.

        Raises:
            NotApprovedError: another one would be carried out; says where they differ.
        """
        plan, kept = foreseen.plan, foreseen.built.kept
        if plan_digest(plan) == self.digest:
            return
        differing = [
            *_differing(self.steps, _steps(plan)),
            *_differing(self.policies, _policies(plan)),
        ]
        named = ", ".join(differing[:_NAMED]) or "rule groups that were written since"
        raise NotApprovedError(
            f"nothing was written: this plan was made at {self.made_at}, and a plan made now "
            f"would differ in {named}{''.join(self._days_that_came(kept))}. Plan again with "
            "`rulesync plan --out FILE`"
        )

    def _days_that_came(self, kept: tuple[Converted, ...]) -> Iterator[str]:
        """What differs although nobody edited anything: the days of rules have come."""
        ended = (
            (self.staged, _staged(kept), "no longer staged"),
            (self.excepted, _excepted(kept), "no longer under an exception"),
        )
        for before, now, words in ended:
            if sids := sorted({*before}.difference(now)):
                rules = f"{counted(len(sids), 'rule')} {'is' if len(sids) == 1 else 'are'}"
                yield f"; {rules} {words}: {first_of(list(map(str, sids)), _NAMED)}"


def _steps(plan: Plan) -> dict[str, Any]:
    return {step.name: record(step) for step in plan.steps}


def _policies(plan: Plan) -> dict[str, Any]:
    return {one.policy.name: switch_record(one) for one in plan.switches}


def _differing(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[str]:
    """Names of what is done otherwise, or no longer, or now too."""
    return (name for name in sorted({*before, *after}) if before.get(name) != after.get(name))


def _staged(kept: Iterable[Converted]) -> tuple[int, ...]:
    return tuple(rule.sid for rule, _ in staged_rules(kept))


def _excepted(kept: Iterable[Converted]) -> tuple[int, ...]:
    return tuple(rule.sid for rule in kept if rule.without)
