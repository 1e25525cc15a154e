"""How categories, and the groups that they fill, stand to each other."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING

from rules_lib.facts.limits import BLOCKING
from rules_lib.model import LOCAL_PREFIX, Mode

if TYPE_CHECKING:
    from rules_lib.allowlist import Allowlist
    from rules_lib.packing.parts import Part
    from rules_lib.stages.link import Cluster


class Tier(IntEnum):
    """People's own groups stand before all of the feed, or, where they ask for it, behind."""

    FIRST = 0
    FEED = 1
    LAST = 2


@dataclass(frozen=True, slots=True)
class Standing:
    """How one category stands to the others.

    Attributes:
        mode: drop where its groups come before those that alert.
        precedence: sorts categories: people's own, then as listed, then by name.
    """

    mode: Mode
    precedence: tuple[bool, int, str]
    tier: Tier = Tier.FEED

    @property
    def rank(self) -> tuple[bool, tuple[bool, int, str]]:
        """Sorts categories into the order of their priorities: drop before alert."""
        return self.mode is not Mode.DROP, self.precedence

    @property
    def kind(self) -> tuple[bool, Tier, bool, bool]:
        """Sorts by what a cluster that spans categories goes: to people's own before the feed's."""
        feed, written = self.tier is Tier.FEED, self.mode is Mode.AS_WRITTEN
        return feed, self.tier, not written, self.mode is not Mode.DROP


def standings_of(clusters: Iterable[Cluster], allowlist: Allowlist) -> dict[str, Standing]:
    """How each category stands that has a rule in one of the clusters."""
    modes: dict[str, set[Mode]] = {}
    for cluster in clusters:
        for rule in cluster:
            modes.setdefault(rule.rule.category, set()).add(rule.mode)
    listed = {name: place for place, name in enumerate(allowlist.categories)}
    return {
        name: Standing(
            _mode(allowlist.setting_of(name).mode, found),
            (not name.startswith(LOCAL_PREFIX), listed.get(name, len(listed)), name),
            tier_of(name, allowlist.last),
        )
        for name, found in modes.items()
    }


def tier_of(category: str, last: Collection[str]) -> Tier:
    """Where a category's groups stand; `last` are people's own that are to stand behind all."""
    if not category.startswith(LOCAL_PREFIX):
        return Tier.FEED
    return Tier.LAST if category in last else Tier.FIRST


def _mode(category: Mode, rules: Iterable[Mode]) -> Mode:
    """A category's own mode; where it is off, that of the sids which are named one by one."""
    if category is Mode.OFF:
        return Mode.DROP if Mode.DROP in rules else Mode.ALERT
    return category


def in_turn(parts: Iterable[Part], standings: Mapping[str, Standing]) -> list[Part]:
    """Sort parts into the order of their priorities.

    People's own stand first, or last. Of the others those that drop stand before those that alert,
    and what is shared behind the rest of its mode; all else as listed.
    """

    def rank(part: Part) -> tuple[object, ...]:
        standing = min((standings[block.home] for block in part.blocks), key=lambda s: s.rank)
        if part.slot.is_shared or standing.tier is Tier.FEED:
            return Tier.FEED, standing.rank[0], part.slot.is_shared, standing.precedence, part.slot
        return standing.tier, *_turn(part, standing.mode), standing.precedence, part.slot

    return sorted(parts, key=rank)


def _turn(part: Part, mode: Mode) -> tuple[bool, bool, bool]:
    """Sorts people's own: what lets traffic pass before what may drop it, then what drops it.

    Of two that do the same, the one that is published as written stands first.
    """
    actions = {rule.action for block in part.blocks for rule in block.cluster}
    passes, blocks = "pass" in actions, not actions.isdisjoint(BLOCKING)
    altered = mode is not Mode.AS_WRITTEN
    return (False, blocks, altered) if passes else (True, altered, not blocks)
