"""Clusters are laid into rule groups: where one went last time is where it goes now.

A category is a group of its own, cut where the service's limits demand it. Where the groups would
outnumber what the policy takes, small categories of one mode share. A group keeps the capacity it
was created with for as long as it holds its rules.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING

from rules_lib import limits
from rules_lib.groups import SHARED, Deployed, DeployedGroup, Group, Slot
from rules_lib.naming import name_of
from rules_lib.variables import declared_by

if TYPE_CHECKING:
    from rules_lib.allowlist import Allowlist, Firewall
    from rules_lib.blocks import Block, Standing
    from rules_lib.model import Mode


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


@dataclass(slots=True)
class _Part:
    """A group while it is being filled; `held` is what is in force in its slot."""

    slot: Slot
    held: DeployedGroup | None = None
    blocks: list[Block] = field(default_factory=list)
    rules: int = 0
    characters: int = 0

    @property
    def most(self) -> int:
        """Rules that it can ever have: a group that cannot be replaced cannot grow."""
        return self.held.capacity if self.held and self.held.pinned else limits.GROUP_CAPACITY

    def takes(self, block: Block, *, rules: int, characters: float) -> bool:
        """Add the block if that keeps within both limits; say whether it did."""
        if self.rules + block.rules > rules or self.characters + block.characters > characters:
            return False
        self.blocks.append(block)
        self.rules += block.rules
        self.characters += block.characters
        return True


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
        parts = sorted(self._parts(by_home), key=self._rank)
        placed = {id(block) for part in parts for block in part.blocks}
        return Packed(
            groups=self._groups(parts),
            needed=sum(self._needed(part) for part in parts),
            overflow=tuple(
                block for home in by_home.values() for block in home if id(block) not in placed
            ),
        )

    @property
    def _firewall(self) -> Firewall:
        return self.allowlist.firewall

    def _parts(self, by_home: Mapping[str, Sequence[Block]]) -> list[_Part]:
        """Each category's own parts, or, where these are too many, shared ones for small ones."""
        own = {name: self._filled(name, blocks) for name, blocks in by_home.items()}
        sharing: set[str] = set()
        shared: list[_Part] = []
        for name in self._smallest_first(own):
            parts = [part for n, parts in own.items() if n not in sharing for part in parts]
            if len(parts) + len(shared) <= self.budget.rule_groups:
                break
            sharing.add(name)
            shared = self._shared(by_home, sharing)
        return shared + [part for n, parts in own.items() if n not in sharing for part in parts]

    def _smallest_first(self, own: Mapping[str, Sequence[_Part]]) -> list[str]:
        """Categories in the order in which they come to share: those that share already, first."""
        sharing = {
            block.home
            for parts in own.values()
            for part in parts
            for block in part.blocks
            if block.prior and block.prior.is_shared
        }
        size = {name: sum(part.rules for part in parts) for name, parts in own.items()}
        return sorted(own, key=lambda name: (name not in sharing, size[name], name))

    def _shared(self, by_home: Mapping[str, Sequence[Block]], sharing: set[str]) -> list[_Part]:
        by_mode: dict[Mode, list[Block]] = defaultdict(list)
        for name in sorted(sharing, key=lambda name: self.standings[name].rank):
            by_mode[self.standings[name].mode] += by_home[name]
        return [
            part
            for mode, blocks in by_mode.items()
            for part in self._filled(f"{SHARED}/{mode}", blocks)
        ]

    def _filled(self, category: str, blocks: Sequence[Block]) -> list[_Part]:
        """Fill the parts of one category: first what was there, then the rest where room is."""
        current = self.deployed.current
        held = sorted(slot for slot in current if slot.category == category)
        parts = {slot.part: _Part(slot, current[slot]) for slot in held}
        if any(part.held and part.held.pinned for part in parts.values()):
            blocks = sorted(blocks, key=lambda block: block.worth)
        rest = [block for block in blocks if not self._stays(block, category, parts)]
        for block in rest:
            self._place(block, category, parts)
        return [part for part in parts.values() if part.blocks]

    def _stays(self, block: Block, category: str, parts: Mapping[int, _Part]) -> bool:
        if block.prior is None or block.prior.category != category:
            return False
        part = parts[block.prior.part]
        return part.takes(block, rules=part.most, characters=limits.RULES_STRING_CHARACTERS)

    def _place(self, block: Block, category: str, parts: dict[int, _Part]) -> None:
        """Where there is room as it is, else where a group may grow, else in a new one.

        Beside a group that cannot be replaced no new one is made: nobody would attach it.
        """
        room = limits.RULES_STRING_CHARACTERS / (1 + self._firewall.headroom)
        for part in parts.values():
            if part.held and part.takes(block, rules=part.held.capacity, characters=room):
                return
        for part in parts.values():
            if part.takes(block, rules=part.most, characters=room):
                return
        if not any(part.held and part.held.pinned for part in parts.values()):
            number = next(n for n in range(1, len(parts) + 2) if n not in parts)
            parts[number] = _Part(Slot(category, number))
            parts[number].takes(block, rules=block.rules, characters=block.characters)

    def _rank(self, part: _Part) -> tuple[object, ...]:
        """Drop before alert; people's own, then as listed; what is shared behind its mode's own."""
        standing = min((self.standings[block.home] for block in part.blocks), key=lambda s: s.rank)
        return standing.rank[0], part.slot.is_shared, standing.precedence, part.slot

    def _groups(self, parts: Sequence[_Part]) -> tuple[Group, ...]:
        staying = self._staying(parts)
        current = self.deployed.current
        taken = {g.name for g in self.deployed.groups if g.associations or g == current[g.slot]}
        groups = []
        for place, part in enumerate(parts):
            stays = part.held if part.slot in staying else None
            name = stays.name if stays else name_of(part.slot, self._firewall.prefix, taken)
            taken.add(name)
            capacity = stays.capacity if stays else self._needed(part)
            priority = self._firewall.first_priority + place
            groups.append(self._group(part, name, priority, capacity))
        return tuple(groups)

    def _needed(self, part: _Part) -> int:
        """The capacity that a new group of this size gets: its rules and the headroom."""
        wanted = Decimal(part.rules) * (1 + Decimal(str(self._firewall.headroom)))
        return min(math.ceil(wanted), limits.GROUP_CAPACITY)

    def _staying(self, parts: Sequence[_Part]) -> frozenset[Slot]:
        """Slots whose deployed group stays: it holds the rules, and all of them fit the budget.

        Where the capacity they reserve is too much, the groups with most to spare are replaced by
        such as their rules need.
        """
        moving = self._exchanging(parts)
        held = [
            (part, part.held)
            for part in parts
            if part.held and part.held.strict and part.rules <= part.held.capacity
            if part.held.pinned or part.slot not in moving
        ]
        spare = {part.slot: group.capacity - self._needed(part) for part, group in held}
        reserved = sum(self._needed(part) for part in parts) + sum(spare.values())
        pinned = {part.slot for part, group in held if group.pinned}
        for slot in sorted(spare.keys() - pinned, key=lambda slot: (-spare[slot], slot)):
            if reserved <= self.budget.capacity or spare[slot] <= 0:
                break
            reserved -= spare.pop(slot)
        return frozenset(spare)

    def _exchanging(self, parts: Iterable[_Part]) -> frozenset[Slot]:
        """Slots in use by a policy between which rules move.

        Their groups are replaced together, in the policy's one update: changed in place, one after
        the other, a rule would for a while be in both of them or in none.
        """
        moves = {
            (slot, part.slot)
            for part in parts
            for block in part.blocks
            for slot in {block.prior, *block.moving}
            if slot and slot != part.slot
        }
        current = self.deployed.current
        return frozenset(
            slot
            for slot in {slot for move in moves for slot in move}
            if slot in current and current[slot].associations
        )

    def _group(self, part: _Part, name: str, priority: int, capacity: int) -> Group:
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
            variables=declared_by(rules, self.allowlist.variables),
        )
