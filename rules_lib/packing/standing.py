"""How categories, and the groups that they fill, stand to each other."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rules_lib.model import Mode, is_local
from rules_lib.stages.tiers import Tier, tier_of

if TYPE_CHECKING:
    from rules_lib.allowlist import Allowlist
    from rules_lib.stages.link import Cluster


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
    given = ((rule.rule.category, rule.given.mode) for cluster in clusters for rule in cluster)
    return standings_by(given, allowlist)


def standings_by(given: Iterable[tuple[str, Mode]], allowlist: Allowlist) -> dict[str, Standing]:
    """How categories stand, each with a mode that rules of it were given."""
    found: dict[str, set[Mode]] = {}
    for name, mode in {*given}:
        found.setdefault(name, set()).add(mode)
    listed = {name: place for place, name in enumerate(allowlist.categories)}
    return {
        name: _standing(name, _mode(allowlist.setting_of(name).mode, modes), listed, allowlist.last)
        for name, modes in found.items()
    }


def standing_of(name: str, mode: Mode, allowlist: Allowlist) -> Standing:
    """How a category stands whose groups are of a mode."""
    listed = {name: place for place, name in enumerate(allowlist.categories)}
    return _standing(name, mode, listed, allowlist.last)


def _standing(name: str, mode: Mode, listed: Mapping[str, int], last: Collection[str]) -> Standing:
    place = listed.get(name, len(listed))
    return Standing(mode, (not is_local(name), place, name), tier_of(name, last))


def _mode(category: Mode, rules: Iterable[Mode]) -> Mode:
    """A category's own mode; where it is off, that of the sids which are named one by one."""
    if category is Mode.OFF:
        return Mode.DROP if Mode.DROP in rules else Mode.ALERT
    return category
