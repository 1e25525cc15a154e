"""The summary of one sync: what `summary.json`, the terminal and the page all show."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

from rules_lib.errors import StoreError
from rules_lib.facts.limits import POLICY_CAPACITY
from rules_lib.model import Reason
from rules_lib.report.changes import Changes
from rules_lib.report.facts import Accounting, FeedFacts
from rules_lib.report.group_line import GroupLine, SummaryGroup
from rules_lib.report.table import Table, group_table

__all__ = ["Accounting", "FeedFacts", "Status", "Summary", "read_summary", "summarise"]
from rules_lib.packing.fit import Relief

_NONE: Final = Relief()
_UNCHANGED: Final = Changes()

Status = Literal["healthy", "refused", "failed"]


@dataclass(frozen=True, slots=True)
class Summary:
    """One sync in numbers.

    Attributes:
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
    """

    build_id: str
    feed: FeedFacts
    rules: Accounting
    actions: Mapping[str, int]
    discarded: Mapping[Reason, int]
    groups: tuple[SummaryGroup, ...]
    calls: Mapping[str, int]
    dry_runs: int
    warnings: tuple[str, ...]
    variables_missing: Mapping[str, int]
    refused: str | None
    failed: str | None
    relief: Relief
    budget: int
    changes: Changes = _UNCHANGED
    waiting: int = 0

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
        """`summary.json`; what has no order of its own is sorted."""
        return json.dumps(self._as_json(), indent=2).encode("ascii") + b"\n"

    def _as_json(self) -> dict[str, object]:
        ended: dict[str, object] = {} if self.status == "healthy" else {self.status: self.cause}
        return {
            "build": self.build_id,
            "feed": self.feed.as_json(),
            "rules": self.rules.as_json(self.discards),
            "actions": _sorted(self.actions),
            "discarded": _sorted(self.discarded),
            "rule_groups": [group.as_json() for group in self.groups],
            "budget": self.budget,
            "calls": _sorted(self.calls),
            "dry_runs": self.dry_runs,
            "waiting": self.waiting,
            "warnings": self.warnings,
            "variables_missing": _sorted(self.variables_missing),
            "relief": {
                "capacity": dict(self.relief.capacity),
                "rule_group": dict(self.relief.rule_group),
            },
            "changes": self.changes.as_json(),
            **ended,
        }


def summarise(  # noqa: PLR0913 - keywords only, one for each part of summary.json
    *,
    build_id: str,
    feed: FeedFacts,
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
) -> Summary:
    """Put a sync's numbers together.

    Raises:
        ValueError: a rule is unaccounted for: enabled is not kept + discarded + off.
    """
    lost = accounting.enabled - accounting.kept - sum(discarded.values()) - accounting.off
    if lost:
        raise ValueError(f"{lost} rules are unaccounted for: {accounting}, {dict(discarded)}")
    return Summary(
        build_id=build_id,
        feed=feed,
        rules=accounting,
        actions=_actions(groups),
        discarded={reason: number for reason, number in discarded.items() if number},
        groups=tuple(sorted((line.entry() for line in groups), key=SummaryGroup.place)),
        calls={call: number for call, number in calls.items() if number},
        dry_runs=dry_runs,
        warnings=tuple(warnings),
        variables_missing=variables_missing,
        refused=refused,
        failed=failed,
        relief=relief,
        budget=budget,
        changes=changes,
        waiting=waiting,
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
        return _from_json(json.loads(data))
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise StoreError(
            f"{source} is no summary.json that this version reads: {_misfit(error)}. Restore the "
            "object's earlier version, or take another build"
        ) from error


def _misfit(error: Exception) -> str:
    match error:
        case json.JSONDecodeError():
            return "it is no JSON"
        case KeyError():
            return f"it has no {error.args[0]!r}"
        case _:
            return "a value in it is of another kind"


def _from_json(record: dict[str, Any]) -> Summary:
    return Summary(
        build_id=record["build"],
        feed=FeedFacts(**record["feed"]),
        rules=Accounting.from_json(record["rules"]),
        actions=record["actions"],
        discarded={Reason(reason): number for reason, number in record["discarded"].items()},
        groups=tuple(map(SummaryGroup.from_json, record["rule_groups"])),
        calls=record["calls"],
        dry_runs=record["dry_runs"],
        warnings=tuple(record["warnings"]),
        variables_missing=record["variables_missing"],
        refused=record.get("refused"),
        failed=record.get("failed"),
        relief=Relief(**record["relief"]),
        budget=record["budget"],
        changes=Changes.from_json(record["changes"]) if "changes" in record else _UNCHANGED,
        waiting=record.get("waiting", 0),
    )


def _actions(groups: Iterable[GroupLine]) -> Counter[str]:
    return Counter(rule.action for line in groups if line.group for rule in line.group.rules)


def _sorted(numbers: Mapping[Reason, int] | Mapping[str, int]) -> dict[str, int]:
    return {str(name): number for name, number in sorted(numbers.items())}
