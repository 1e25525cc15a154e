"""What the firewall's quotas have no room for is discarded, least valued first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final

from rules_lib.facts import limits
from rules_lib.groups.references import go_together
from rules_lib.groups.relief import Relief
from rules_lib.model import Reason
from rules_lib.outcome import Discarded
from rules_lib.packing.blocks import Block, slots_of
from rules_lib.packing.homes import Ranked
from rules_lib.packing.pack import Packed, Packer

if TYPE_CHECKING:
    from rules_lib.allowlist import Allowlist
    from rules_lib.groups.rule_group import Deployed
    from rules_lib.stages.order import Ordered

MORE_CAPACITY: Final = 1_000
"""Capacity by which the budget is raised to see what that would bring back."""


@dataclass(frozen=True, slots=True)
class Fitted:
    """Rule groups within the quotas, and the rules that these had no room for.

    Attributes:
        relief: what 1,000 more capacity, and what one more rule group, would bring back.
        packer: with all that was to be packed.
    """

    packed: Packed
    discarded: tuple[Discarded, ...]
    relief: Relief
    packer: Packer

    @property
    def overflow(self) -> Mapping[str, int]:
        """Category -> rules left out as their group is full and cannot be replaced."""
        return _by_category(self.packed.overflow)


def fit(
    ordered: Ordered, allowlist: Allowlist, deployed: Deployed, fired: frozenset[int] = frozenset()
) -> Fitted:
    """Pack as many clusters as the quotas take: none is left out for one of less value.

    Args:
        ordered: the clusters.
        allowlist: the budget, and what is worth how much.
        deployed: the groups in force, in which rules stay.
        fired: sids that fired lately, and are worth more than others of their category.
    """
    packer = Packer.of(ordered, allowlist, deployed, fired)
    chosen = choose(packer)
    full = {block.place for block in chosen.packed.overflow}
    left_out = (block for block in packer.measured.blocks if block.place not in chosen.places)
    discarded = tuple(
        discard
        for block in left_out
        for discard in _left_out(block, _detail(block, packer, full=block.place in full))
    )
    relief = _relief(chosen, packer) if discarded else Relief()
    return Fitted(chosen.packed, discarded, relief, packer)


def are_packed_alike(one: Deployed, other: Deployed) -> bool:
    """Whether packing finds the same in force: the same rules in the same groups, whatever text."""
    return _frames(one) == _frames(other) and slots_of(one) == slots_of(other)


def _frames(deployed: Deployed) -> set[tuple[object, ...]]:
    """What packing asks of a group beside its rules."""
    return {
        (one.name, one.slot, one.capacity, one.strict, one.pinned, one.associations)
        for one in deployed.groups
    }


@dataclass(frozen=True)
class Choice:
    """The most valued blocks that fit.

    Attributes:
        ranked: all that have room alone, the most valued first.
        count: how many of these fit.
    """

    packer: Packer
    ranked: Ranked
    count: int

    @cached_property
    def packed(self) -> Packed:
        """Their rule groups."""
        return self.packer.pack_first(self.ranked, self.count)

    @cached_property
    def places(self) -> frozenset[int]:
        """Those of the kept blocks."""
        first = frozenset(block.place for block in self.ranked.blocks[: self.count])
        if not self.packer.filling.pinned:
            return first
        return first.difference(block.place for block in self.packed.overflow)


def choose(packer: Packer, before: Choice | None = None) -> Choice:
    """Find how many of the most valued blocks fit: all of them, at best.

    A block that has no room even alone is passed over, as it would stop all that is worth less.

    Args:
        packer: with all blocks.
        before: what was chosen with another budget, so that little is added up or filled again.
    """
    possible = _possible(packer.measured.blocks, packer)
    if before and before.count < len(before.ranked.blocks) == len(possible):
        return Choice(packer, before.ranked, _most(packer, before.ranked))
    if not packer.filling.pinned and packer.may_have_room_for(possible):
        everything = packer.ranked(possible)  # in any order: what is worth more is no question yet
        if packer.has_room_for(everything, len(possible)):
            return Choice(packer, everything, len(possible))
    ranked = packer.ranked(_possible(packer.measured.valued, packer))
    return Choice(packer, ranked, _most(packer, ranked))


def _most(packer: Packer, ranked: Ranked) -> int:
    """How many fit, by bisection."""
    fits, fails, middle = 0, len(ranked.blocks) + 1, len(ranked.blocks)
    while fails - fits > 1:
        if packer.has_room_for(ranked, middle):
            fits = middle
        else:
            fails = middle
        middle = (fits + fails) // 2
    return fits


def may_be_kept(block: Block, packer: Packer) -> bool:
    """Whether the budget has room for a block, if for nothing else."""
    budget = packer.budget
    return block.fits_one_group and budget.reserved_for(block.rules) <= budget.capacity


def _possible(blocks: Iterable[Block], packer: Packer) -> list[Block]:
    """Blocks that have room alone, in their order."""
    largest, too_large = packer.budget.largest, packer.measured.too_large
    return [block for block in blocks if block.rules <= largest and block.place not in too_large]


def _relief(chosen: Choice, packer: Packer) -> Relief:
    budget = packer.budget
    more = packer.within(budget.plus(capacity=MORE_CAPACITY))
    another = packer.within(budget.plus(rule_groups=1))
    return Relief(_regained(chosen, more), _regained(chosen, another))


def _regained(chosen: Choice, packer: Packer) -> dict[str, int]:
    back = choose(packer, chosen).places - chosen.places
    found = _by_category(block for block in packer.measured.valued if block.place in back)
    return dict(found.most_common())


def _by_category(blocks: Iterable[Block]) -> Counter[str]:
    rules = (rule for block in blocks for rule in block.cluster if not rule.setter)
    return Counter(rule.rule.category for rule in rules)


def _left_out(block: Block, detail: str) -> Iterator[Discarded]:
    wanted = (rule.rule for rule in block.cluster if not rule.setter)
    return (Discarded(rule, Reason.OVER_BUDGET, detail) for rule in wanted)


def _detail(block: Block, packer: Packer, *, full: bool) -> str:
    bond = block.cluster[0].bond
    tied = f", with the {block.rules - 1:,} that {bond} it to" if bond else ""
    if not go_together(block.references):
        return (
            f"it needs {len(block.references)} reference sets in its rule group{tied}: a group "
            f"takes {limits.IP_SET_REFERENCES}, or {limits.CONTAINER_REFERENCES} container "
            "associations only"
        )
    if not block.fits_one_group:
        return f"{bond} it to {block.rules - 1:,} rules, too many for one rule group"
    if full:
        return (
            "its rule group is full, and a firewall policy that rulesync was not given uses it"
            f"{tied}; give that policy, or detach the rule group, so that a larger one can replace "
            "it"
        )
    budget = packer.budget
    room = f"{budget.capacity:,} rules of capacity in {budget.rule_groups} rule groups"
    alone = may_be_kept(block, packer)
    why = "what is kept is worth more" if alone else "it needs more than that alone"
    return f"no room for it in {room}{tied}: {why}"
