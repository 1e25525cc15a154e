"""The summary of one sync: what `summary.json`, the terminal and the page all show."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime  # pydantic reads the annotations at run time
from functools import cache
from typing import Annotated, Final, Literal, TypeVar

from pydantic import Field, TypeAdapter, ValidationError

from rules_lib.errors import StoreError
from rules_lib.facts.limits import POLICY_CAPACITY
from rules_lib.facts.targets import Target, is_classic
from rules_lib.groups.relief import Relief
from rules_lib.model import Reason
from rules_lib.report.changes import Changes
from rules_lib.report.facts import Accounting, FeedFacts, FeedLine, is_none
from rules_lib.report.group_line import GroupLine, SummaryGroup
from rules_lib.report.staging import StagingFacts
from rules_lib.report.table import Table, group_table
from rules_lib.validation import validation_faults

_Name = TypeVar("_Name", bound=str)

_NONE: Final = Relief()
_UNCHANGED: Final = Changes()
_NOT_STAGED: Final = StagingFacts()

Status = Literal["healthy", "refused", "failed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """One sync in numbers; what has no order of its own is sorted.

    Attributes:
        feed: the first of the feeds that has a release.
        feeds: all that people want, in the order of their precedence.
        actions: published rules by action.
        discarded: discarded rules by reason.
        groups: by priority, then the deleted ones by name.
        calls: writes to Network Firewall by call, dry runs not counted.
        variables_missing: how many rules each variable would bring back, were it declared.
        refused: why the sync was not carried out; None where it was.
        failed: why the sync broke off; None where it did not.
        relief: rules that a larger budget would bring back, by category.
        budget: capacity that the rule groups may reserve together.
        changes: what the sync changes for people.
        waiting: texts that the service was not asked about, as time ran out.
        staging: what is staged, and what is excepted.
        target: the kind of policy that it is for; left out of `summary.json` where that is classic.
    """

    build_id: Annotated[str, Field(alias="build")]
    feed: FeedFacts
    feeds: tuple[FeedLine, ...] = ()
    rules: Accounting
    actions: Mapping[str, int]
    discarded: Mapping[Reason, int]
    groups: Annotated[tuple[SummaryGroup, ...], Field(alias="rule_groups")]
    budget: int
    calls: Mapping[str, int]
    dry_runs: int
    waiting: int = 0
    warnings: tuple[str, ...]
    variables_missing: Mapping[str, int]
    relief: Relief
    changes: Changes = _UNCHANGED
    staging: StagingFacts = _NOT_STAGED
    target: Annotated[Target, Field(exclude_if=is_classic)] = Target.CLASSIC
    refused: Annotated[str | None, Field(exclude_if=is_none)] = None
    failed: Annotated[str | None, Field(exclude_if=is_none)] = None

    @property
    def fetched_at(self) -> datetime | None:
        """When the first feed was fetched; None where that is not known."""
        return next((feed.fetched_at for feed in self.feeds if feed.fetched_at), None)

    @property
    def status(self) -> Status:
        """What became of the sync."""
        if self.failed is not None:
            return "failed"
        return "healthy" if self.refused is None else "refused"

    @property
    def cause(self) -> str | None:
        """Why the sync failed or was refused."""
        return self.refused if self.failed is None else self.failed

    @property
    def discards(self) -> int:
        """How many rules were discarded."""
        return sum(self.discarded.values())

    @property
    def reasons(self) -> tuple[tuple[Reason, int], ...]:
        """The reasons with their number of rules, the most frequent first."""
        return tuple(sorted(self.discarded.items(), key=lambda item: (-item[1], item[0])))

    @property
    def missing(self) -> tuple[tuple[str, int], ...]:
        """The variables without a value, the one that costs most rules first."""
        return tuple(sorted(self.variables_missing.items(), key=lambda item: (-item[1], item[0])))

    def table(self) -> Table:
        """The rule groups as rows of text."""
        return group_table(self.groups)

    def to_json(self) -> bytes:
        """`summary.json`."""
        record = summary_form().dump_python(self, mode="json", by_alias=True)
        return json.dumps(record, indent=2).encode("ascii") + b"\n"


@cache
def summary_form() -> TypeAdapter[Summary]:
    """`summary.json`, its keys in the order of the fields; made once, when it is first needed."""
    return TypeAdapter(Summary)


def summarise(  # noqa: PLR0913 - keywords only, one for each part of summary.json
    *,
    build_id: str,
    feed: FeedFacts,
    feeds: tuple[FeedLine, ...] = (),
    accounting: Accounting,
    groups: Sequence[GroupLine] = (),
    discarded: Mapping[Reason, int],
    calls: Mapping[str, int],
    dry_runs: int = 0,
    warnings: Iterable[str] = (),
    variables_missing: Mapping[str, int],
    refused: str | None = None,
    failed: str | None = None,
    relief: Relief = _NONE,
    budget: int = POLICY_CAPACITY,
    changes: Changes = _UNCHANGED,
    waiting: int = 0,
    staging: StagingFacts = _NOT_STAGED,
    target: Target = Target.CLASSIC,
) -> Summary:
    """Put a sync's numbers together.

    Raises:
        ValueError: a rule is unaccounted for: enabled is not kept + discarded + off.
    """
    rules = replace(accounting, discarded=sum(discarded.values()))
    if rules.lost:
        raise ValueError(f"{rules.lost} rules are unaccounted for: {rules}")
    return Summary(
        build_id=build_id,
        feed=feed,
        feeds=feeds,
        rules=rules,
        actions=_sorted(_actions(groups)),
        discarded=_sorted({reason: number for reason, number in discarded.items() if number}),
        groups=tuple(sorted((line.entry() for line in groups), key=SummaryGroup.place)),
        calls=_sorted({call: number for call, number in calls.items() if number}),
        dry_runs=dry_runs,
        warnings=tuple(warnings),
        variables_missing=_sorted(variables_missing),
        refused=refused,
        failed=failed,
        relief=relief,
        budget=budget,
        changes=changes,
        waiting=waiting,
        staging=staging,
        target=target,
    )


def read_summary(data: bytes, source: str = "this") -> Summary:
    """Read `summary.json` back.

    Args:
        data: the file.
        source: names it in errors.

    Raises:
        StoreError: it is no summary, or one of another version of this project.
    """
    try:
        return summary_form().validate_json(data)
    except ValidationError as error:
        raise StoreError(
            f"{source} is no summary.json that this version reads: {validation_faults(error)}. "
            "Restore the object's earlier version, or take another build"
        ) from error


def _actions(groups: Iterable[GroupLine]) -> Counter[str]:
    return Counter(rule.action for line in groups if line.group for rule in line.group.rules)


def _sorted(numbers: Mapping[_Name, int]) -> dict[_Name, int]:
    return dict(sorted(numbers.items()))
