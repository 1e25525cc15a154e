"""In which order the rule groups stand: the order of their priorities."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from rules_lib.facts.limits import BLOCKING
from rules_lib.model import Mode
from rules_lib.stages.tiers import Tier

if TYPE_CHECKING:
    from rules_lib.packing.standing import Standing
    from support.referee.parts import Part


def by_precedence(parts: Iterable[Part], standings: Mapping[str, Standing]) -> list[Part]:
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
