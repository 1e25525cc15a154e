"""Clusters are laid into rule groups: where one went last time is where it goes now.

A category is a group of its own, cut where the service's limits demand it. Where the groups would
outnumber what the policy takes, small categories of one mode share, people's own never.
A group keeps the capacity it was created with for as long as it holds its rules.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Self

from rules_lib.groups.moves import exchanging
from rules_lib.groups.naming import group_name, taken_names
from rules_lib.groups.rule_group import Deployed, Group, Slot
from rules_lib.groups.variables import declared_by
from rules_lib.packing.blocks import Block, Blocks, measure
from rules_lib.packing.budget import Budget
from rules_lib.packing.filler import Filler
from rules_lib.packing.homes import Ranked, Stocks
from rules_lib.packing.parts import Part
from rules_lib.packing.precedence import by_precedence
from rules_lib.packing.sharing import Sharing, are_few, assign_parts

if TYPE_CHECKING:
    from rules_lib.allowlist import Allowlist
    from rules_lib.packing.standing import Standing
    from rules_lib.stages.order import Ordered


@dataclass(frozen=True, slots=True)
class Packed:
    """Desired rule groups, in the order of their priorities.

    Attributes:
        needed: capacity that these groups would get if all were new, headroom included; the
            budget holds over it too, so that it does not depend on what is deployed.
        overflow: blocks whose group is full and cannot be replaced, as a policy that was not given
            to us uses it.
    """

    groups: tuple[Group, ...]
    needed: int
    overflow: tuple[Block, ...] = ()

    @property
    def capacity(self) -> int:
        """What a policy that references all of them must have room for."""
        return sum(group.capacity for group in self.groups)


@dataclass(frozen=True, slots=True)
class Packer:
    """What stays the same however many of the blocks are packed.

    Attributes:
        measured: all that is to be packed.
        position: sid -> place in the order of inspection.
    """

    budget: Budget
    allowlist: Allowlist
    deployed: Deployed
    measured: Blocks
    position: Mapping[int, int]
    filling: Filler

    @classmethod
    def of(
        cls,
        ordered: Ordered,
        allowlist: Allowlist,
        deployed: Deployed,
        fired: frozenset[int] = frozenset(),
    ) -> Self:
        """Measure all clusters, and take the budget from the allowlist."""
        budget = Budget.of(allowlist.firewall)
        measured = measure(ordered, allowlist, deployed, fired)
        filling = Filler.of(deployed, budget.headroom)
        return cls(budget, allowlist, deployed, measured, ordered.position, filling)

    def within(self, budget: Budget) -> Self:
        """The same with another budget of the same headroom."""
        return replace(self, budget=budget)

    def ranked(self, blocks: Iterable[Block]) -> Ranked:
        """Blocks in the order in which they are to be kept, ready for `has_room_for`."""
        return Ranked.of(blocks, self.filling.bound)

    def may_have_room_for(self, blocks: Iterable[Block]) -> bool:
        """Whether the budget may have room for blocks, as far as their number tells."""
        return self.budget.least_for(sum(block.rules for block in blocks)) <= self.budget.capacity

    def has_room_for(self, ranked: Ranked, count: int) -> bool:
        """Whether the budget has room for the groups of so many of the blocks, the first.

        Where no group is pinned, every one can be replaced by such as its rules need, and no block
        is left out; so what these rules reserve decides, and no part need have its blocks.
        """
        sketch = not self.filling.pinned
        if sketch and self._lacks_room_for(ranked, count):
            return False
        stocks = ranked.first(count)
        if sketch and self._has_plainly_room_for(stocks):
            return True
        parts = self._parts(stocks, sketch=sketch)
        needed = reserved = self._needed(parts)
        if not sketch:
            staying = self._staying(parts)
            reserved = sum(self._capacity(part, staying) for part in parts)
        return self.budget.has_room_for(max(needed, reserved), len(parts))

    def needed_for(self, stocks: Stocks) -> tuple[int, int]:
        """What new groups would reserve for all of this, and how many they would be."""
        parts = self._parts(stocks, sketch=True)
        return self._needed(parts), len(parts)

    def pack(self, blocks: Iterable[Block]) -> Packed:
        """Lay the blocks into groups, none of them cut, no limit of the service exceeded."""
        places = {block.place for block in blocks}
        ranked = self.ranked(block for block in self.measured.valued if block.place in places)
        return self.pack_first(ranked, len(places))

    def pack_first(self, ranked: Ranked, count: int) -> Packed:
        """Lay so many of the blocks into groups, the first."""
        stocks = ranked.first(count)
        parts = by_precedence(self._parts(stocks), self.measured.standings)
        overflow = _not_in(parts, stocks) if self.filling.pinned else ()
        return Packed(self._groups(parts), self._needed(parts), tuple(overflow))

    def _lacks_room_for(self, ranked: Ranked, count: int) -> bool:
        """Whether adding up shows that the budget has no room, where no group is pinned."""
        needed = self.budget.least_for(ranked.rules[count], ranked.leanest)
        return needed > self.budget.capacity

    def _has_plainly_room_for(self, stocks: Stocks) -> bool:
        """Whether adding up shows that the budget has room, where no group is pinned."""
        rules = sum(stock.rules for stock in stocks.values())
        needed = self.budget.most_for(rules, self.budget.rule_groups)
        within = needed <= self.budget.capacity
        return within and are_few(stocks, self._sharing, self.filling)

    @property
    def _sharing(self) -> Sharing:
        mixed = self.allowlist.firewall.target.in_action_order
        return Sharing(self.measured.standings, self.budget.rule_groups, mixed=mixed)

    def _parts(self, stocks: Stocks, *, sketch: bool = False) -> list[Part]:
        return assign_parts(stocks, self._sharing, self.filling, sketch=sketch)

    def _needed(self, parts: Iterable[Part]) -> int:
        return sum(self.budget.reserved_for(part.rules) for part in parts)

    def _capacity(self, part: Part, staying: Collection[Slot]) -> int:
        """What a part's group reserves: what it has where it stays, else what its rules need."""
        if part.held and part.slot in staying:
            return part.held.capacity
        return self.budget.reserved_for(part.rules)

    def _groups(self, parts: Sequence[Part]) -> tuple[Group, ...]:
        staying = self._staying(parts)
        taken = set[str]()
        groups = []
        asked = self.allowlist.firewall
        first, has_none = asked.first_priority, asked.target.in_action_order
        for place, part in enumerate(parts, start=first):
            priority = 0 if has_none else place
            capacity = self._capacity(part, staying)
            if part.held and part.slot in staying:
                name = part.held.name
            else:
                there = taken_names(part.slot, capacity, self.deployed)
                name = group_name(part.slot, asked.prefix, there | taken)
            taken.add(name)
            groups.append(self._group(part, name, priority, capacity))
        return tuple(groups)

    def _staying(self, parts: Sequence[Part]) -> frozenset[Slot]:
        """Slots whose deployed group stays: it holds the rules, and all of them fit the budget.

        Where the capacity they reserve is too much, the groups with most to spare are replaced by
        such as their rules need.
        """
        if not self.deployed.groups:
            return frozenset()
        moving = exchanging((move for part in parts for move in part.moves), self.deployed)
        held = [
            part
            for part in parts
            if part.held and part.held.strict and part.rules <= part.room
            if part.pinned or part.slot not in moving
        ]
        spare = {part.slot: part.room - self.budget.reserved_for(part.rules) for part in held}
        reserved = self._needed(parts) + sum(spare.values())
        pinned = {part.slot for part in held if part.pinned}
        for slot in sorted(spare.keys() - pinned, key=lambda slot: (-spare[slot], slot)):
            if reserved <= self.budget.capacity or spare[slot] <= 0:
                break
            reserved -= spare.pop(slot)
        return frozenset(spare)

    def _group(self, part: Part, name: str, priority: int, capacity: int) -> Group:
        standings = self.measured.standings
        rules = sorted(
            (rule for block in part.blocks for rule in block.cluster),
            key=lambda rule: self.position[rule.sid],
        )
        return Group(
            name=name,
            slot=part.slot,
            mode=min((standings[block.home] for block in part.blocks), key=_by_rank).mode,
            priority=priority,
            capacity=capacity,
            rules=tuple(rules),
            variables=declared_by(rules, self.allowlist),
        )


def _by_rank(standing: Standing) -> tuple[bool, tuple[bool, int, str]]:
    return standing.rank


def _not_in(parts: Iterable[Part], stocks: Stocks) -> Iterator[Block]:
    """What found no place, category by category in the feed's order."""
    placed = {block.place for part in parts for block in part.blocks}
    blocks = sorted((stock.blocks for stock in stocks.values()), key=lambda found: found[0].place)
    return (block for found in blocks for block in found if block.place not in placed)
