"""What one sync changes for people, counted: rules by category, what blocks, what is left out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from pydantic import model_serializer, model_validator

if TYPE_CHECKING:
    from rules_lib.deploy.rulewise import RuleChange
    from rules_lib.model import Reason

_NAMED: Final = 5
"""How many rules of a kind are named; the others are counted."""

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
class FirstRules:
    """Rules of one kind: their number, and the first by name.

    Attributes:
        first: sid -> msg of the first of them.
    """

    number: int = 0
    first: Mapping[int, str] = field(default_factory=dict)

    def as_json(self, name: str) -> dict[str, object]:
        """Their number under `name`, the first of them under `first_<name>`."""
        return {
            name: self.number,
            f"first_{name}": {str(sid): msg for sid, msg in self.first.items()},
        }

    @classmethod
    def of(cls, rules: Iterable[RuleChange]) -> FirstRules:
        """Count the rules, and name the first."""
        rules = tuple(rules)
        return cls(len(rules), {rule.sid: rule.msg for rule in rules[:_NAMED]})


_NONE: Final = FirstRules()


@dataclass(frozen=True, slots=True)
class Changes:
    """What a sync changes of what was deployed before.

    Attributes:
        categories: by name, only those in which something changes. A rule that the feed no longer
            has counts for the category of its group, or for `rulewise.UNFILED` where categories
            share that.
        drops: rules that stop traffic now and did not before.
        unblocks: rules that stopped traffic before and do not now, those that are gone too.
        passes: rules that pass traffic now and did not before.
        discarded: by reason, how many more rules are discarded (fewer: below zero) than in the
            build that was in force before; empty before the first.
    """

    categories: Mapping[str, CategoryChange] = field(default_factory=dict)
    drops: FirstRules = _NONE
    unblocks: FirstRules = _NONE
    passes: FirstRules = _NONE
    discarded: Mapping[str, int] = field(default_factory=dict)

    @property
    def total(self) -> CategoryChange:
        """All categories together."""
        each = self.categories.values()
        return CategoryChange(
            sum(one.added for one in each),
            sum(one.removed for one in each),
            sum(one.changed for one in each),
        )

    @model_serializer(mode="plain")
    def _as_written(self) -> dict[str, Any]:
        """`changes` of `summary.json`, in which the kinds of rules stand beside the rest."""
        return {
            "categories": self.categories,
            **self.drops.as_json("drops"),
            **self.unblocks.as_json("unblocks"),
            **self.passes.as_json("passes"),
            "discarded": self.discarded,
        }

    @model_validator(mode="before")
    @classmethod
    def _as_read(cls, record: Any) -> Any:
        """What was written; a build of an earlier version did not count every kind."""
        if not isinstance(record, dict):
            return record
        kinds = {
            kind: {"number": record.get(kind, 0), "first": record.get(f"first_{kind}", {})}
            for kind in ("drops", "unblocks", "passes")
        }
        return record | kinds


def changes_of(
    rules: Iterable[RuleChange], now: Mapping[Reason, int], before: Mapping[str, int] | None
) -> Changes:
    """Count what changes.

    Args:
        rules: every rule that is not deployed as it was (see `deploy.rulewise`).
        now: discarded rules by reason.
        before: the same in the build in force; None before the first.
    """
    rules = tuple(rules)
    kinds: dict[str, Counter[str]] = {}
    for rule in rules:
        kinds.setdefault(rule.category, Counter())[_TOLD_AS.get(rule.kind, "changed")] += 1
    turned = [(rule, traffic) for rule in rules if any(traffic := rule.traffic)]
    return Changes(
        categories={name: CategoryChange(**kinds[name]) for name in sorted(kinds)},
        drops=FirstRules.of(rule for rule, traffic in turned if traffic.blocks),
        unblocks=FirstRules.of(rule for rule, traffic in turned if traffic.unblocks),
        passes=FirstRules.of(rule for rule, traffic in turned if traffic.passes),
        discarded={} if before is None else _more(now, before),
    )


def _more(now: Mapping[Reason, int], before: Mapping[str, int]) -> dict[str, int]:
    counts = {str(reason): number for reason, number in now.items()}
    names = sorted({*counts, *before})
    differences = {name: counts.get(name, 0) - before.get(name, 0) for name in names}
    return {name: number for name, number in differences.items() if number}
