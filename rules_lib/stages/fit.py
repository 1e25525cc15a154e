"""What the firewall's quotas have no room for is discarded, least valued first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from rules_lib import limits
from rules_lib.blocks import Block, measure
from rules_lib.model import Discarded, Reason
from rules_lib.stages.pack import Budget, Packed, Packer

if TYPE_CHECKING:
    from rules_lib.allowlist import Allowlist
    from rules_lib.groups import Deployed
    from rules_lib.stages.order import Ordered

MORE_CAPACITY: Final = 1_000
"""Capacity by which the budget is raised to see what that would bring back."""


@dataclass(frozen=True, slots=True)
class Relief:
    """Rules that a larger budget would bring back, by category."""

    capacity: Mapping[str, int] = field(default_factory=dict)
    rule_group: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Fitted:
    """Rule groups within the quotas, and the rules that these had no room for.

    Attributes:
        relief: what 1,000 more capacity, and what one more rule group, would bring back.
    """

    packed: Packed
    discarded: tuple[Discarded, ...]
    relief: Relief


def fit(ordered: Ordered, allowlist: Allowlist, deployed: Deployed) -> Fitted:
    """Pack as many clusters as the quotas take: none is left out for one of less value."""
    measured = measure(ordered, allowlist, deployed)
    budget = Budget(allowlist.firewall.capacity, allowlist.firewall.rule_groups)
    packer = Packer(budget, allowlist, deployed, measured.standings, ordered.position)
    possible = sorted(filter(_fits_one_group, measured.blocks), key=lambda block: block.worth)
    count, packed = _most(possible, packer)
    kept = possible[:count]
    full = {id(block) for block in packed.overflow}
    stays = {id(block) for block in kept} - full
    discarded = tuple(
        Discarded(rule.rule, Reason.OVER_BUDGET, _detail(block, budget, full=id(block) in full))
        for block in measured.blocks
        if id(block) not in stays
        for rule in block.cluster
        if not rule.setter
    )
    relief = _relief(possible, count, packer) if count < len(possible) else Relief()
    return Fitted(packed, discarded, relief)


def _fits_one_group(block: Block) -> bool:
    return (
        block.rules <= limits.GROUP_CAPACITY and block.characters <= limits.RULES_STRING_CHARACTERS
    )


def _most(valued: Sequence[Block], packer: Packer) -> tuple[int, Packed]:
    """How many of the most valued blocks fit, and how: all of them, or found by bisection."""
    packed = packer.pack(_in_order(valued))
    if packer.budget.has_room_for(packed):
        return len(valued), packed
    fits, fails, best = 0, len(valued), packer.pack(())
    while fails - fits > 1:
        middle = (fits + fails) // 2
        packed = packer.pack(_in_order(valued[:middle]))
        if packer.budget.has_room_for(packed):
            fits, best = middle, packed
        else:
            fails = middle
    return fits, best


def _in_order(blocks: Iterable[Block]) -> list[Block]:
    return sorted(blocks, key=lambda block: block.place)


def _relief(valued: Sequence[Block], count: int, packer: Packer) -> Relief:
    budget = packer.budget
    more = Budget(budget.capacity + MORE_CAPACITY, budget.rule_groups)
    another = Budget(budget.capacity, budget.rule_groups + 1)
    return Relief(
        _regained(valued, count, replace(packer, budget=more)),
        _regained(valued, count, replace(packer, budget=another)),
    )


def _regained(valued: Sequence[Block], count: int, packer: Packer) -> dict[str, int]:
    more, _ = _most(valued, packer)
    back = (rule for block in valued[count:more] for rule in block.cluster if not rule.setter)
    return dict(Counter(rule.rule.category for rule in back).most_common())


def _detail(block: Block, budget: Budget, *, full: bool) -> str:
    tied = f", with the {block.rules - 1:,} that flowbits tie it to" if block.rules > 1 else ""
    if not _fits_one_group(block):
        return f"flowbits tie it to {block.rules - 1:,} rules, too many for one rule group"
    if full:
        return (
            f"its rule group is full and in use by a firewall policy that rulesync was not given"
            f"{tied}; give it that policy, or detach the group, so that a larger one can replace it"
        )
    room = f"{budget.capacity:,} rules of capacity in {budget.rule_groups} rule groups"
    return f"no room for it in {room}{tied}: what is kept is worth more"
