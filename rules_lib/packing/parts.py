"""The rule groups of one category while they are filled, cluster by cluster."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import accumulate
from typing import TYPE_CHECKING

from rules_lib.facts import limits
from rules_lib.groups.references import go_together
from rules_lib.groups.rule_group import Slot

if TYPE_CHECKING:
    from rules_lib.groups.rule_group import DeployedGroup
    from rules_lib.packing.blocks import Block


@dataclass(slots=True)
class Part:
    """A group while it is being filled.

    Attributes:
        held: what is in force in its slot; None where nothing is.
        rules: of its blocks, as are the size in bytes and the ARNs of reference sets.
        room: rules that it can have without being replaced; none where it is yet to be made.
        most: rules that it can ever have.
    """

    slot: Slot
    held: DeployedGroup | None = None
    blocks: list[Block] = field(default_factory=list)
    rules: int = 0
    size: int = 0
    references: frozenset[str] = frozenset()
    room: int = field(init=False)
    most: int = field(init=False)

    def __post_init__(self) -> None:
        self.room = self.held.capacity if self.held else 0
        self.most = self.room if self.pinned else limits.GROUP_CAPACITY

    @property
    def pinned(self) -> bool:
        """Whether its group cannot be replaced, and so cannot grow."""
        return self.held is not None and self.held.pinned

    @property
    def moves(self) -> Iterator[tuple[Slot, Slot]]:
        """Where rules come from that are deployed in another slot, and where they go."""
        for block in self.blocks:
            if block.prior and block.prior != self.slot:
                yield block.prior, self.slot
            for slot in block.moving - {self.slot}:
                yield slot, self.slot

    def has_room_for(self, block: Block, *, rules: int, size: float) -> bool:
        """Whether the block keeps it within so many rules and bytes, and all other limits."""
        if self.rules + block.rules > rules or self.size + block.size > size:
            return False
        return block.references <= self.references or go_together(
            self.references | block.references
        )

    def add(self, block: Block) -> None:
        """Lay a block into it."""
        self.blocks.append(block)
        self.rules += block.rules
        self.size += block.size
        if block.references:
            self.references |= block.references


@dataclass(slots=True)
class FirstFit:
    """Parts in their order, in which the first with room for a block is looked for.

    Attributes:
        parts: to be lengthened by `append`.
        most: rules that each of them may have.
        free: bytes that each may have.
    """

    parts: list[Part]
    most: Callable[[Part], int]
    free: float
    _left: list[float] = field(init=False)
    """For each part the bytes left in it or in one before it, whichever has most; they ascend."""

    def __post_init__(self) -> None:
        self._left = [*accumulate(map(self._left_in, self.parts), max)]

    def lay(self, block: Block) -> bool:
        """Lay a block into the first part that has room for it, if one has."""
        number = bisect_left(self._left, block.size)
        while number < len(self.parts):
            part = self.parts[number]
            fits = part.has_room_for(block, rules=self.most(part), size=self.free)
            if fits:
                part.add(block)
            self._look_again(number)
            if fits:
                return True
            number = bisect_left(self._left, block.size, number + 1)
        return False

    def append(self, part: Part) -> None:
        """Set another part behind the last."""
        self.parts.append(part)
        self._left.append(max([self._left_in(part), *self._left[-1:]]))

    def _look_again(self, number: int) -> None:
        """Correct what is left from this part on: of it something was taken, here or elsewhere."""
        before = self._left[number - 1] if number else -1
        while number < len(self.parts):
            before = max(before, self._left_in(self.parts[number]))
            if self._left[number] == before:
                return
            self._left[number] = before
            number += 1

    def _left_in(self, part: Part) -> float:
        return self.free - part.size if part.rules < self.most(part) else -1
