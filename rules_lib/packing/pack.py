"""Clusters are laid into rule groups: where one went last time is where it goes now.

A category is a group of its own, cut where the service's limits demand it. Where the groups would
outnumber what the policy takes, small categories of one mode share, people's own never.
A group keeps the capacity it was created with for as long as it holds its rules.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING

from rules_lib.facts import limits
from rules_lib.groups.naming import group_name, taken_names
from rules_lib.groups.rule_group import Deployed, Group, Slot
from rules_lib.groups.variables import declared_by
from rules_lib.packing.moves import exchanging
from rules_lib.packing.parts import Filler, Part
from rules_lib.packing.precedence import by_precedence
from rules_lib.packing.sharing import assign_parts

if TYPE_CHECKING:
    from rules_lib.allowlist import Allowlist, FirewallSettings
    from rules_lib.packing.blocks import Block
    from rules_lib.packing.standing import Standing


@dataclass(frozen=True, slots=True)
class Budget:
    """What the rule groups may reserve together."""

    capacity: int
    rule_groups: int

    def has_room_for(self, packed: Packed) -> bool:
        """Whether the groups are within both quotas."""
        enough = max(packed.capacity, packed.needed) <= self.capacity
        return enough and len(packed.groups) <= self.rule_groups


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
        position: sid -> place in the order of inspection.
    """

    budget: Budget
    allowlist: Allowlist
    deployed: Deployed
    standings: Mapping[str, Standing]
    position: Mapping[int, int]

    def pack(self, blocks: Iterable[Block]) -> Packed:
        """Lay the blocks into groups, none of them cut, no limit of the service exceeded."""
        by_home: dict[str, list[Block]] = defaultdict(list)
        for block in blocks:
            by_home[block.home].append(block)
        filling = Filler(self.deployed.current, self._firewall.headroom)
        parts = by_precedence(
            assign_parts(by_home, self.standings, filling, self.budget.rule_groups), self.standings
        )
        placed = {block.place for part in parts for block in part.blocks}
        return Packed(
            groups=self._groups(parts),
            needed=sum(self.needed(part.rules) for part in parts),
            overflow=tuple(
                block for home in by_home.values() for block in home if block.place not in placed
            ),
        )

    def needed(self, rules: int) -> int:
        """The capacity that a new group for so many rules gets: with the headroom."""
        return min(_with_headroom(rules, self._firewall.headroom), limits.GROUP_CAPACITY)

    @property
    def _firewall(self) -> FirewallSettings:
        return self.allowlist.firewall

    def _groups(self, parts: Sequence[Part]) -> tuple[Group, ...]:
        staying = self._staying(parts)
        taken = set[str]()
        groups = []
        for place, part in enumerate(parts):
            if part.held and part.slot in staying:
                name, capacity = part.held.name, part.held.capacity
            else:
                capacity = self.needed(part.rules)
                there = taken_names(part.slot, capacity, self.deployed)
                name = group_name(part.slot, self._firewall.prefix, there | taken)
            taken.add(name)
            priority = self._firewall.first_priority + place
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
        spare = {part.slot: part.room - self.needed(part.rules) for part in held}
        reserved = sum(self.needed(part.rules) for part in parts) + sum(spare.values())
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
            mode=self.standings[part.blocks[0].home].mode,
            priority=priority,
            capacity=capacity,
            rules=tuple(rules),
            variables=declared_by(rules, self.allowlist),
        )


@lru_cache(maxsize=1024)
def _with_headroom(rules: int, headroom: float) -> int:
    """As people reckon it: 90 rules and a tenth are 99, which floats make 100."""
    return math.ceil(Decimal(rules) * (1 + Decimal(str(headroom))))
