"""The rule groups of one category while they are filled, cluster by cluster."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from operator import attrgetter
from typing import TYPE_CHECKING, Self

from rules_lib.facts import limits
from rules_lib.groups.references import go_together
from rules_lib.groups.rule_group import Slot

if TYPE_CHECKING:
    from rules_lib.groups.rule_group import DeployedGroup
    from rules_lib.packing.blocks import Block
    from rules_lib.packing.homes import Stock


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

    def extend(self, line: BlockLine, start: int, end: int) -> None:
        """Lay a stretch of a line into it."""
        blocks = line.blocks[start:end]
        self.blocks += blocks
        self.rules += line.rules[end] - line.rules[start]
        self.size += line.size[end] - line.size[start]
        if line.references:
            self.references = self.references.union(*{block.references for block in blocks})


@dataclass(frozen=True, slots=True)
class BlockLine:
    """Blocks that are laid one after the other, with running totals.

    Attributes:
        rules: of the first 0, 1, 2, … of them; so is `size`, in bytes.
        references: ARNs of the reference sets of all.
    """

    blocks: Sequence[Block]
    rules: Sequence[int]
    size: Sequence[int]
    references: frozenset[str]

    @classmethod
    def of(cls, blocks: Sequence[Block]) -> Self:
        """Add up blocks."""
        return cls(
            blocks=blocks,
            rules=tuple(accumulate(map(attrgetter("rules"), blocks), initial=0)),
            size=tuple(accumulate(map(attrgetter("size"), blocks), initial=0)),
            references=frozenset().union(*{block.references for block in blocks}),
        )

    def end(self, start: int, *, rules: int, size: int) -> int:
        """Behind the last block of those from `start` on that have so many rules and bytes."""
        by_rules = bisect_right(self.rules, self.rules[start] + rules)
        return min(by_rules, bisect_right(self.size, self.size[start] + size)) - 1


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
    free: int
    _left: list[int] = field(init=False)
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

    @property
    def roomiest(self) -> int:
        """No part has room for more bytes."""
        return self._left[-1] if self._left else -1

    def lay_on(self, line: BlockLine, start: int, above: int) -> int:
        """Lay into the last part what of a line would come there block by block.

        Args:
            line: of the blocks.
            start: number of the first that is to be laid.
            above: it ends before a block that has no more bytes than that.

        Returns:
            Number of the first block that was not laid.
        """
        part = self.parts[-1]
        if not go_together(part.references | line.references):
            return start
        above = max(above, *self._left[-2:-1], -1)
        end = line.end(start, rules=self.most(part) - part.rules, size=self.free - part.size)
        blocks = line.blocks[start : max(start, end)]
        count = next((n for n, block in enumerate(blocks) if block.size <= above), len(blocks))
        part.extend(line, start, start + count)
        self._look_again(len(self.parts) - 1)
        return start + count

    def lay_whole(self, stock: Stock) -> bool:
        """Lay all of a stock into the last part, if that is plainly where every block would come.

        The part then says what it holds, but has none of these blocks.
        """
        if not self.parts or stock.home.references:
            return False
        part, above = self.parts[-1], max(self._left[-2:-1], default=-1)
        rules, size = part.rules + stock.rules, part.size + stock.size
        if rules > self.most(part) or size > self.free or stock.home.smallest <= above:
            return False
        part.rules, part.size = rules, size
        self._look_again(len(self.parts) - 1)
        return True

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

    def _left_in(self, part: Part) -> int:
        return self.free - part.size if part.rules < self.most(part) else -1
