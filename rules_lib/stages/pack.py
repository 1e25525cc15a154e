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
class Packed:
    """Desired rule groups, in the order of their priorities.

    Attributes:
        needed: capacity that these groups would get if all were new, headroom included; the
            budget holds over it too, so that it does not depend on what is deployed.
    """

    groups: tuple[Group, ...]
    needed: int

    @property
    def capacity(self) -> int:
        """What a policy that references all of them must have room for."""
        return sum(group.capacity for group in self.groups)


@dataclass(slots=True)
class _Part:
    """A group while it is being filled; `held` is what is deployed in its slot."""

    slot: Slot
    held: DeployedGroup | None
    blocks: list[Block] = field(default_factory=list)
    rules: int = 0
    characters: int = 0

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
        staying = self._staying(parts)
        taken = {group.name for group in self.deployed.groups}
        groups: list[Group] = []
        for place, part in enumerate(parts):
            stays = part.held if part.slot in staying else None
            name = stays.name if stays else name_of(part.slot, self._firewall.prefix, taken)
            taken.add(name)
            capacity = stays.capacity if stays else self._needed(part)
            priority = self._firewall.first_priority + place
            groups.append(self._group(part, name, priority, capacity))
        return Packed(tuple(groups), sum(self._needed(part) for part in parts))

    @property
    def _firewall(self) -> Firewall:
        return self.allowlist.firewall

    def _needed(self, part: _Part) -> int:
        """The capacity that a new group of this size gets: its rules and the headroom."""
        wanted = Decimal(part.rules) * (1 + Decimal(str(self._firewall.headroom)))
        return min(math.ceil(wanted), limits.GROUP_CAPACITY)

    def _staying(self, parts: Iterable[_Part]) -> frozenset[Slot]:
        """Slots whose deployed group stays: it holds the rules, and all of them fit the budget.

        Where the capacity they reserve is too much, the groups with most to spare are replaced by
        such as their rules need.
        """
        held = [p for p in parts if p.held and p.held.strict and p.rules <= p.held.capacity]
        spare = {p.slot: p.held.capacity - self._needed(p) for p in held if p.held}
        reserved = sum(self._needed(part) for part in parts) + sum(spare.values())
        for slot in sorted(spare, key=lambda slot: (-spare[slot], slot)):
            if reserved <= self._firewall.capacity or spare[slot] <= 0:
                break
            reserved -= spare.pop(slot)
        return frozenset(spare)

    def _parts(self, by_home: Mapping[str, Sequence[Block]]) -> list[_Part]:
        """Each category's own parts, or, where these are too many, shared ones for small ones."""
        own = {name: self._filled(name, blocks) for name, blocks in by_home.items()}
        sharing: set[str] = set()
        shared: list[_Part] = []
        for name in self._smallest_first(own):
            parts = [part for n, parts in own.items() if n not in sharing for part in parts]
            if len(parts) + len(shared) <= self._firewall.rule_groups:
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
            if block.prior and block.prior.category.startswith(f"{SHARED}/")
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

    def _filled(self, category: str, blocks: Iterable[Block]) -> list[_Part]:
        """Fill the parts of one category: first what was there, then the rest where room is."""
        held = {g.slot.part: g for g in self._by_size() if g.slot.category == category}
        parts = {number: _Part(Slot(category, number), held[number]) for number in sorted(held)}
        rest = []
        for block in blocks:
            part = parts.get(block.prior.part) if block.prior else None
            stays = part and block.prior and block.prior.category == category
            if not (
                part
                and stays
                and part.takes(
                    block,
                    rules=limits.GROUP_CAPACITY,
                    characters=limits.RULES_STRING_CHARACTERS,
                )
            ):
                rest.append(block)
        for block in rest:
            self._place(block, category, parts)
        return [part for part in parts.values() if part.blocks]

    def _by_size(self) -> list[DeployedGroup]:
        """Where a replacement broke off, a slot has two groups: the larger, last here, is the new."""
        return sorted(self.deployed.groups, key=lambda g: (g.strict, g.capacity, g.name))

    def _place(self, block: Block, category: str, parts: dict[int, _Part]) -> None:
        """Where there is room as it is, else where a group may grow, else in a new one."""
        room = limits.RULES_STRING_CHARACTERS / (1 + self._firewall.headroom)
        for part in parts.values():
            if part.held and part.takes(block, rules=part.held.capacity, characters=room):
                return
        for part in parts.values():
            if part.takes(block, rules=limits.GROUP_CAPACITY, characters=room):
                return
        number = next(n for n in range(1, len(parts) + 2) if n not in parts)
        parts[number] = _Part(Slot(category, number), None)
        parts[number].takes(block, rules=block.rules, characters=block.characters)

    def _rank(self, part: _Part) -> tuple[object, ...]:
        """Drop before alert; people's own, then as listed; what is shared behind its mode's own."""
        standing = min((self.standings[block.home] for block in part.blocks), key=lambda s: s.rank)
        is_shared = part.slot.category.startswith(f"{SHARED}/")
        return standing.rank[0], is_shared, standing.precedence, part.slot

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
