"""Clusters are laid into rule groups: where one went last time is where it goes now.

A category is a group of its own, cut where the service's limits demand it. Where the groups would
outnumber what the policy takes, small categories of one mode share, people's own never.
A group keeps the capacity it was created with for as long as it holds its rules.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Self

from rules_lib.groups.moves import exchanging
from rules_lib.groups.naming import group_name, taken_names
from rules_lib.groups.rule_group import Deployed, Group, Slot
from rules_lib.groups.variables import declared_by
from rules_lib.packing.blocks import Block, Blocks, measure
from rules_lib.packing.budget import Budget
from support.referee.parts import Filler, Part
from support.referee.precedence import by_precedence
from support.referee.sharing import assign_parts

if TYPE_CHECKING:
    from rules_lib.allowlist import Allowlist
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

    def is_within(self, budget: Budget) -> bool:
        """Whether a budget has room for it."""
        return budget.has_room_for(max(self.capacity, self.needed), len(self.groups))


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

    @classmethod
    def of(cls, ordered: Ordered, allowlist: Allowlist, deployed: Deployed) -> Self:
        """Measure all clusters, and take the budget from the allowlist."""
        budget, measured = Budget.of(allowlist.firewall), measure(ordered, allowlist, deployed)
        return cls(budget, allowlist, deployed, measured, ordered.position)

    def within(self, budget: Budget) -> Self:
        """The same with another budget."""
        return replace(self, budget=budget)

    def pack(self, blocks: Iterable[Block]) -> Packed:
        """Lay the blocks into groups, none of them cut, no limit of the service exceeded."""
        by_home: dict[str, list[Block]] = defaultdict(list)
        for block in blocks:
            by_home[block.home].append(block)
        turn = {block.place: number for number, block in enumerate(self.measured.valued)}
        filling = Filler(self.deployed.current, self.budget.headroom, turn)
        standings = self.measured.standings
        assigned = assign_parts(by_home, standings, filling, self.budget.rule_groups)
        parts = by_precedence(assigned, standings)
        placed = {block.place for part in parts for block in part.blocks}
        return Packed(
            groups=self._groups(parts),
            needed=sum(self.budget.reserved_for(part.rules) for part in parts),
            overflow=tuple(
                block for home in by_home.values() for block in home if block.place not in placed
            ),
        )

    def _groups(self, parts: Sequence[Part]) -> tuple[Group, ...]:
        staying = self._staying(parts)
        taken = set[str]()
        groups = []
        for place, part in enumerate(parts):
            if part.held and part.slot in staying:
                name, capacity = part.held.name, part.held.capacity
            else:
                capacity = self.budget.reserved_for(part.rules)
                there = taken_names(part.slot, capacity, self.deployed)
                name = group_name(part.slot, self.allowlist.firewall.prefix, there | taken)
            taken.add(name)
            priority = self.allowlist.firewall.first_priority + place
            groups.append(self._group(part, name, priority, capacity))
        return tuple(groups)

    def _staying(self, parts: Sequence[Part]) -> frozenset[Slot]:
        """Slots whose deployed group stays: it holds the rules, and all of them fit the budget.

        Where the capacity they reserve is too much, the groups with most to spare are replaced by
        such as their rules need.
        """
        moving = exchanging((move for part in parts for move in part.moves), self.deployed)
        held = [
            part
            for part in parts
            if part.held and part.held.strict and part.rules <= part.room
            if part.pinned or part.slot not in moving
        ]
        spare = {part.slot: part.room - self.budget.reserved_for(part.rules) for part in held}
        reserved = sum(self.budget.reserved_for(part.rules) for part in parts) + sum(spare.values())
        pinned = {part.slot for part in held if part.pinned}
        for slot in sorted(spare.keys() - pinned, key=lambda slot: (-spare[slot], slot)):
            if reserved <= self.budget.capacity or spare[slot] <= 0:
                break
            reserved -= spare.pop(slot)
        return frozenset(spare)

    def _group(self, part: Part, name: str, priority: int, capacity: int) -> Group:
        rules = sorted(
            (rule for block in part.blocks for rule in block.cluster),
            key=lambda rule: self.position[rule.sid],
        )
        return Group(
            name=name,
            slot=part.slot,
            mode=self.measured.standings[part.blocks[0].home].mode,
            priority=priority,
            capacity=capacity,
            rules=tuple(rules),
            variables=declared_by(rules, self.allowlist),
        )
