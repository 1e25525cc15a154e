"""What one sync changes for people: rules by category, what newly drops, what is newly left out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from rules_lib.model import Reason
    from rules_lib.report.rule_changes import RuleChange

BLOCKING: Final = ("drop", "reject")
"""The actions that stop traffic."""

_NAMED: Final = 5
"""How many of the newly dropping rules are named; the others are counted."""

_TOLD_AS: Final[Mapping[str, str]] = {"added": "added", "removed": "removed"}
"""What happened to a rule, as it is counted; all else is another text."""


@dataclass(frozen=True, slots=True)
class CategoryChange:
    """Published rules of one category that came, went, or have another text."""

    added: int = 0
    removed: int = 0
    changed: int = 0

    @property
    def size(self) -> int:
        """All of them."""
        return self.added + self.removed + self.changed


@dataclass(frozen=True, slots=True)
class Changes:
    """What a sync changes of what was deployed before.

    Attributes:
        categories: by name, only those in which something changes. A rule that the feed no longer
            has counts for the category of its group, or for the group where categories share it.
        drops: rules that stop traffic now and did not before.
        first_drops: sid -> msg of the first of these.
        discarded: by reason, how many more rules are discarded (fewer: below zero) than in the
            build that was in force before; empty before the first.
    """

    categories: Mapping[str, CategoryChange] = field(default_factory=lambda: MappingProxyType({}))
    drops: int = 0
    first_drops: Mapping[int, str] = field(default_factory=lambda: MappingProxyType({}))
    discarded: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def total(self) -> CategoryChange:
        """All categories together."""
        each = self.categories.values()
        return CategoryChange(
            sum(one.added for one in each),
            sum(one.removed for one in each),
            sum(one.changed for one in each),
        )

    def as_json(self) -> dict[str, object]:
        """`changes` of `summary.json`."""
        return {
            "categories": {
                name: {"added": one.added, "removed": one.removed, "changed": one.changed}
                for name, one in self.categories.items()
            },
            "drops": self.drops,
            "first_drops": {str(sid): msg for sid, msg in self.first_drops.items()},
            "discarded": dict(self.discarded),
        }

    @classmethod
    def from_json(cls, record: Mapping[str, Any]) -> Changes:
        """Read `changes` of `summary.json` back."""
        return cls(
            categories={name: CategoryChange(**one) for name, one in record["categories"].items()},
            drops=record["drops"],
            first_drops={int(sid): msg for sid, msg in record["first_drops"].items()},
            discarded=record["discarded"],
        )


def changes_of(
    rules: Iterable[RuleChange], now: Mapping[Reason, int], before: Mapping[str, int] | None
) -> Changes:
    """Count what changes.

    Args:
        rules: every rule that is not deployed as it was (see `rule_changes.since`).
        now: discarded rules by reason.
        before: the same in the build in force; None before the first.
    """
    rules = tuple(rules)
    kinds: dict[str, Counter[str]] = {}
    for rule in rules:
        kinds.setdefault(rule.category, Counter())[_TOLD_AS.get(rule.kind, "changed")] += 1
    drops = [rule for rule in rules if _newly_drops(rule)]
    return Changes(
        categories={name: CategoryChange(**kinds[name]) for name in sorted(kinds)},
        drops=len(drops),
        first_drops={rule.sid: rule.msg for rule in drops[:_NAMED]},
        discarded={} if before is None else _more(now, before),
    )


def _newly_drops(rule: RuleChange) -> bool:
    return rule.after.startswith(BLOCKING) and not rule.before.startswith(BLOCKING)


def _more(now: Mapping[Reason, int], before: Mapping[str, int]) -> dict[str, int]:
    counts = {str(reason): number for reason, number in now.items()}
    names = sorted({*counts, *before})
    differences = {name: counts.get(name, 0) - before.get(name, 0) for name in names}
    return {name: number for name, number in differences.items() if number}
