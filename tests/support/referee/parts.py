"""The rule groups of one category while they are filled, cluster by cluster."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

from rules_lib.facts import limits
from rules_lib.groups.references import go_together
from rules_lib.groups.rule_group import Slot

if TYPE_CHECKING:
    from rules_lib.groups.rule_group import DeployedGroup
    from rules_lib.packing.blocks import Block

Current: TypeAlias = Mapping[Slot, "DeployedGroup"]
"""The group in force in each slot."""


@dataclass(slots=True)
class Part:
    """A group while it is being filled.

    Attributes:
        held: what is in force in its slot; None where nothing is.
        rules: of its blocks, as are the size in bytes and the ARNs of reference sets.
    """

    slot: Slot
    held: DeployedGroup | None = None
    blocks: list[Block] = field(default_factory=list)
    rules: int = 0
    size: int = 0
    references: frozenset[str] = frozenset()

    @property
    def pinned(self) -> bool:
        """Whether its group cannot be replaced, and so cannot grow."""
        return self.held is not None and self.held.pinned

    @property
    def room(self) -> int:
        """Rules that it can have without being replaced; none where it is yet to be made."""
        return self.held.capacity if self.held else 0

    @property
    def most(self) -> int:
        """Rules that it can ever have."""
        return self.room if self.pinned else limits.GROUP_CAPACITY

    @property
    def moves(self) -> Iterator[tuple[Slot, Slot]]:
        """Where rules come from that are deployed in another slot, and where they go."""
        for block in self.blocks:
            for slot in {block.prior, *block.moving} - {None, self.slot}:
                if slot:
                    yield slot, self.slot

    def has_room_for(self, block: Block, *, rules: int, size: float) -> bool:
        """Whether the block keeps it within so many rules and bytes, and all other limits."""
        fits = self.rules + block.rules <= rules and self.size + block.size <= size
        return fits and go_together(self.references | block.references)

    def add(self, block: Block) -> None:
        """Lay a block into it."""
        self.references |= block.references
        self.blocks.append(block)
        self.rules += block.rules
        self.size += block.size


@dataclass(frozen=True, slots=True)
class Filler:
    """How parts are filled: where a block went last time is where it goes now.

    Attributes:
        headroom: share by which a part that takes new blocks stays below the limit of bytes.
        turn: a block's place -> how many are worth more.
    """

    current: Current
    headroom: float
    turn: Mapping[int, int]

    def fill(self, category: str, blocks: Iterable[Block]) -> list[Part]:
        """Fill the parts of one category; what finds no place in pinned ones is left out.

        First goes what was there before, then the rest where there is room. A pinned group is
        filled by value instead, as it may not have room for all.
        """
        held = sorted(slot for slot in self.current if slot.category == category)
        parts = {slot.part: Part(slot, self.current[slot]) for slot in held}
        moving: list[Block] = []
        pinned = any(part.pinned for part in parts.values())
        for block in sorted(blocks, key=lambda block: self.turn[block.place]) if pinned else blocks:
            if part := _part_before(block, category, parts):
                part.add(block)
            elif pinned:
                self._place(block, category, parts)
            else:
                moving.append(block)
        for block in moving:
            self._place(block, category, parts)
        return [part for part in parts.values() if part.blocks]

    def _place(self, block: Block, category: str, parts: dict[int, Part]) -> None:
        """Where there is room as it is, else where a group may grow, else in a new one.

        Beside a group that cannot be replaced no new one is made: nobody would attach it.
        """
        free = limits.RULES_STRING_BYTES / (1 + self.headroom)
        places = (
            *((part, part.room, free) for part in parts.values()),
            *((part, part.most, free) for part in parts.values()),
        )
        if not any(part.pinned for part in parts.values()):
            number = next(n for n in range(1, len(parts) + 2) if n not in parts)
            places = (*places, (Part(Slot(category, number)), block.rules, block.size))
        for part, rules, size in places:
            if part.has_room_for(block, rules=rules, size=size):
                parts[part.slot.part] = part
                part.add(block)
                return


def _part_before(block: Block, category: str, parts: Mapping[int, Part]) -> Part | None:
    """The part in which the block is deployed, if it is one of this category and has room."""
    if block.prior is None or block.prior.category != category:
        return None
    part = parts[block.prior.part]
    fits = part.has_room_for(block, rules=part.most, size=limits.RULES_STRING_BYTES)
    return part if fits else None
