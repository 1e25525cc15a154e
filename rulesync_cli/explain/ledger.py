"""What became of every rule, looked up by its place in the feed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rules_lib.model import AnyRule, FeedPosition, Rule
from rules_lib.outcome import Converted, Discarded, GivenMode
from rules_lib.stages.select import given_mode
from rulesync_cli.explain.story import Fate, Relative, Seat

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rules_lib.allowlist import Allowlist
    from rules_lib.build import Built
    from rules_lib.groups.rule_group import Group, Slot


@dataclass(frozen=True, slots=True)
class SeatedGroup:
    """A desired rule group, as far as it gives a rule its place.

    Attributes:
        sids: of its rules, in the order in which the service inspects them.
    """

    name: str
    slot: Slot
    priority: int
    capacity: int
    sids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Ledger:
    """What became of every enabled rule.

    Attributes:
        kept: each with its group.
        off: places of the rules that nobody asked for.
    """

    kept: Mapping[FeedPosition, tuple[Converted, SeatedGroup]]
    discarded: Mapping[FeedPosition, Discarded]
    off: frozenset[FeedPosition]

    @classmethod
    def of(cls, built: Built) -> Ledger:
        """Open the ledger of a build."""
        return cls(
            {
                rule.rule.place: (rule, seated)
                for group in built.groups
                for seated in [_seated(group)]
                for rule in group.rules
            },
            {item.rule.place: item for item in built.discarded},
            frozenset(rule.place for rule in built.off),
        )

    def given(self, rule: AnyRule, allowlist: Allowlist) -> GivenMode:
        """The mode that a rule was given; of one that is not kept, that it would be given."""
        if rule.place in self.kept:
            converted, _ = self.kept[rule.place]
            return converted.given
        return given_mode(rule, allowlist)

    def fate(self, rule: AnyRule) -> Fate:
        """What became of a rule; one that the build does not know is disabled."""
        if rule.place in self.kept:
            return Fate.KEPT
        if rule.place in self.discarded:
            return Fate.DISCARDED
        return Fate.OFF if rule.place in self.off else Fate.DISABLED

    def relative(self, rule: Rule) -> Relative:
        """A rule as others name it."""
        return Relative(rule.sid, rule.category, rule.line, self.fate(rule), self._note(rule))

    def seat(self, rule: Rule) -> Seat:
        """Where a kept rule stands."""
        converted, group = self.kept[rule.place]
        return Seat(
            group=group.name,
            priority=group.priority,
            position=group.sids.index(converted.sid) + 1,
            rules=len(group.sids),
            capacity=group.capacity,
        )

    def cluster(self, rule: Rule) -> tuple[Relative, ...]:
        """The other rules of a kept rule's cluster, in the order of their group."""
        converted, group = self.kept[rule.place]
        if converted.bond is None:
            return ()
        tied = {one.sid: one.rule for one, _ in self.kept.values() if one.bond == converted.bond}
        others = (tied[sid] for sid in group.sids if sid in tied and sid != converted.sid)
        return tuple(map(self.relative, others))

    def _note(self, rule: Rule) -> str:
        if rule.place in self.kept:
            converted, _ = self.kept[rule.place]
            return f"{converted.action}, brought in" if converted.setter else converted.action
        return self.discarded[rule.place].reason if rule.place in self.discarded else ""


def _seated(group: Group) -> SeatedGroup:
    sids = tuple(rule.sid for rule in group.rules)
    return SeatedGroup(group.name, group.slot, group.priority, group.capacity, sids)
