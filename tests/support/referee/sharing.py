"""Which categories share a rule group: small ones of one mode, where there are too many groups."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from rules_lib.groups.rule_group import SHARED
from rules_lib.model import Mode
from rules_lib.stages.tiers import Tier

if TYPE_CHECKING:
    from rules_lib.packing.blocks import Block
    from rules_lib.packing.standing import Standing
    from support.referee.parts import Filler, Part


def assign_parts(
    by_home: Mapping[str, Sequence[Block]],
    standings: Mapping[str, Standing],
    filling: Filler,
    most: int,
) -> list[Part]:
    """Give each category parts of its own, or, where these are too many, shared ones to small ones.

    People's own categories stand apart: their `pass` rules must stand before what drops. Where even
    one group a mode is too many beside them, those of theirs share that pass nothing: in a shared
    group they stand first, and the feed's rules would have no group at all.

    Args:
        by_home: category -> its blocks.
        standings: for the categories' modes, and their order in a shared group.
        filling: how parts are filled.
        most: so many groups there may be.
    """
    own = {name: filling.fill(name, blocks) for name, blocks in by_home.items()}
    sharing = {
        name
        for name, blocks in by_home.items()
        if _has_no_say(standings[name]) and _is_bound(blocks, filling)
    }
    fixed = {name for name in by_home if standings[name].tier is not Tier.FEED}

    def shared() -> list[Part]:
        by_mode: dict[Mode, list[Block]] = defaultdict(list)
        for name in sorted(sharing, key=lambda name: standings[name].rank):
            by_mode[standings[name].mode] += by_home[name]
        filled = (filling.fill(f"{SHARED}/{mode}", blocks) for mode, blocks in by_mode.items())
        return [part for parts in filled for part in parts]

    together = shared()
    free = _smallest_first(own, sharing | fixed)
    for name in (*free, *_smallest_first(own, by_home.keys() - _in_need(by_home, standings))):
        alone = sum(len(parts) for other, parts in own.items() if other not in sharing)
        if alone + len(together) <= most:
            break
        sharing.add(name)
        together = shared()
    return together + [part for n, parts in own.items() if n not in sharing for part in parts]


def _has_no_say(standing: Standing) -> bool:
    """Whether people have not asked for a place that no shared group has."""
    return standing.tier is not Tier.LAST and standing.mode is not Mode.AS_WRITTEN


def _in_need(
    by_home: Mapping[str, Sequence[Block]], standings: Mapping[str, Standing]
) -> frozenset[str]:
    """People's own categories that may share where there is no other way."""
    return frozenset(
        name
        for name, blocks in by_home.items()
        if standings[name].tier is Tier.FIRST and _has_no_say(standings[name])
        if not any(rule.action == "pass" for block in blocks for rule in block.cluster)
    )


def _is_bound(blocks: Iterable[Block], filling: Filler) -> bool:
    """Whether a policy that was not given to us has a category in a shared group: it stays there.

    A group of its own would be attached by nobody.
    """
    shared = {block.prior for block in blocks if block.prior and block.prior.is_shared}
    return any(filling.current[slot].pinned for slot in shared)


def _smallest_first(own: Mapping[str, Sequence[Part]], bound: Iterable[str]) -> list[str]:
    """Categories in the order in which they come to share: those that share already, first.

    One with a pinned group of its own never does, as that group would be left behind.
    """
    free = {
        name: parts
        for name, parts in own.items()
        if name not in bound and not any(part.pinned for part in parts)
    }
    size = {name: sum(part.rules for part in parts) for name, parts in free.items()}
    return sorted(free, key=lambda name: (not _shares(name, free[name]), size[name], name))


def _shares(name: str, parts: Iterable[Part]) -> bool:
    """Whether a category is deployed in a shared group, and in none of its own."""
    priors = [block.prior for part in parts for block in part.blocks if block.prior]
    own = any(prior.category == name for prior in priors)
    return not own and any(prior.is_shared for prior in priors)
