"""How parts are filled: where a block went last time is where it goes now."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import count
from operator import attrgetter
from typing import TYPE_CHECKING, Final, Self

from rules_lib.facts import limits
from rules_lib.groups.references import go_together
from rules_lib.groups.rule_group import Slot
from rules_lib.packing.parts import BlockLine, FirstFit, Part

if TYPE_CHECKING:
    from rules_lib.groups.rule_group import Deployed, DeployedGroup
    from rules_lib.packing.blocks import Block
    from rules_lib.packing.homes import Stock


_NONE: Final[frozenset[str]] = frozenset()


@dataclass(frozen=True, slots=True)
class Filler:
    """Fills parts, each time the same ones from the same blocks.

    Attributes:
        held: category -> its slots in which a group is in force, in order, with these groups.
        free: bytes within which a part stays that takes new blocks, so that it can grow.
        pinned: whether any group cannot be replaced.
        bound: shared slots whose group cannot.
    """

    held: Mapping[str, Sequence[DeployedGroup]]
    free: int
    pinned: bool
    bound: frozenset[Slot]
    _filled: dict[tuple[object, ...], tuple[Part, ...]] = field(default_factory=dict, compare=False)

    @classmethod
    def of(cls, deployed: Deployed, headroom: float) -> Self:
        """Look up what is in force, once for all fillings."""
        current = deployed.current
        held: dict[str, list[DeployedGroup]] = defaultdict(list)
        for slot in sorted(current):
            held[slot.category].append(current[slot])
        pinned = [slot for slot, group in current.items() if group.pinned]
        return cls(
            held=held,
            free=math.floor(limits.RULES_STRING_BYTES / (1 + headroom)),
            pinned=bool(pinned),
            bound=frozenset(slot for slot in pinned if slot.is_shared),
        )

    def fill(
        self, category: str, stocks: Sequence[Stock], *, sketch: bool = False
    ) -> tuple[Part, ...]:
        """Fill the parts of one category; what finds no place in pinned ones is left out.

        Args:
            category: of the slots.
            stocks: what goes into them, category by category.
            sketch: a part that has no block but says how much it would hold is enough.
        """
        key = (category, *stocks)
        fill = self._sketch if sketch else self._fill
        if key not in self._filled:
            self._filled[key] = self._whole(category, stocks) or fill(category, stocks)
        parts = self._filled[key]
        if sketch or all(part.blocks for part in parts):
            return parts
        if len(parts) == 1:
            return (replace(parts[0], blocks=_blocks_of(stocks)),)
        return self._fill(category, stocks)

    def least(self, category: str, rules: int, size: int, largest: int) -> int:
        """How few parts may come of so many rules and bytes; no block has more than `largest`.

        Only what goes back into its group may fill that to the limit; the rest leaves it free.
        """
        held = self._held(category)
        if any(group.pinned for group in held):
            return 0
        full = limits.RULES_STRING_BYTES
        free = self.free if largest <= self.free else full
        more = size - len(held) * full
        by_size = len(held) + math.ceil(more / free) if more > 0 else math.ceil(size / full)
        return max(by_size, math.ceil(rules / limits.GROUP_CAPACITY))

    def most(self, category: str, stocks: Sequence[Stock]) -> float:
        """How many parts may come of this where no group is pinned: infinity where that is open.

        A new part begins only where the one before has no room for a block: so that one is full, or
        would be with the largest block. All blocks must be free to stand in one part.
        """
        rules, size = sum(stock.rules for stock in stocks), sum(stock.size for stock in stocks)
        largest = max(stock.home.largest for stock in stocks)
        longest = max(stock.home.longest for stock in stocks)
        references = _NONE.union(*(stock.home.references for stock in stocks))
        if largest > self.free or longest > limits.GROUP_CAPACITY or not go_together(references):
            return math.inf
        full_of_bytes = size // (self.free - largest + 1)
        full_of_rules = rules // (limits.GROUP_CAPACITY - longest + 1)
        return len(self._held(category)) + full_of_bytes + full_of_rules + 1

    def _held(self, category: str) -> Sequence[DeployedGroup]:
        return self.held.get(category, ())

    def _whole(self, category: str, stocks: Sequence[Stock]) -> tuple[Part, ...]:
        """A sketch of one part for everything, where filling plainly comes to that; else none."""
        held = self._held(category)
        rules, size, references = 0, 0, _NONE
        for stock in stocks:
            rules, size = rules + stock.rules, size + stock.size
            references |= stock.home.references
        fits = rules <= limits.GROUP_CAPACITY and size <= self.free and go_together(references)
        if not fits or len(held) > 1 or any(group.pinned for group in held):
            return ()
        there = held[0] if held else None
        slot = there.slot if there else Slot(category)
        return (Part(slot, there, rules=rules, size=size, references=references),)

    def _sketch(self, category: str, stocks: Sequence[Stock]) -> tuple[Part, ...]:
        """What filling comes to; parts without blocks, if many categories share in new groups."""
        if len(stocks) == 1 or self._held(category):
            return self._fill(category, stocks)
        filling = _Filling.of(category, (), self.free)
        for stock in stocks:
            if not filling.grown.lay_whole(stock):
                filling.place_all(stock.blocks)
        return tuple(replace(part, blocks=[]) for part in filling.parts)

    def _fill(self, category: str, stocks: Iterable[Stock]) -> tuple[Part, ...]:
        """First goes what was there before, then the rest where there is room.

        A pinned group is filled by value instead, as it may not have room for all.
        """
        filling = _Filling.of(category, self._held(category), self.free)
        if filling.pinned:
            for _, block in sorted(pair for stock in stocks for pair in stock.ranked):
                if not filling.put_back(block):
                    filling.place(block)
        else:
            blocks = _blocks_of(stocks)
            if filling.held:
                blocks = [block for block in blocks if not filling.put_back(block)]
            filling.place_all(blocks)
        return tuple(part for part in filling.parts if part.blocks)


def _blocks_of(stocks: Iterable[Stock]) -> list[Block]:
    return [block for stock in stocks for block in stock.blocks]


@dataclass(frozen=True, slots=True)
class _Filling:
    """The parts of one category on their way.

    Attributes:
        parts: those of the slots in which a group is in force, then new ones.
        as_they_are: the former, which may take as many rules as their groups have room for.
        grown: all, which may take as many as they can ever have.
    """

    category: str
    held: Mapping[Slot, Part]
    as_they_are: FirstFit
    grown: FirstFit
    pinned: bool

    @classmethod
    def of(cls, category: str, held: Iterable[DeployedGroup], free: int) -> Self:
        """Nothing in any part yet."""
        parts = {group.slot: Part(group.slot, group) for group in held}
        return cls(
            category=category,
            held=parts,
            as_they_are=FirstFit(list(parts.values()), attrgetter("room"), free),
            grown=FirstFit(list(parts.values()), attrgetter("most"), free),
            pinned=any(part.pinned for part in parts.values()),
        )

    @property
    def parts(self) -> Sequence[Part]:
        """All of them."""
        return self.grown.parts

    def put_back(self, block: Block) -> bool:
        """Lay a block into the part in which it is deployed, if that is one of these with room."""
        part = self.held.get(block.prior) if block.prior else None
        fits = part is not None and part.has_room_for(
            block, rules=part.most, size=limits.RULES_STRING_BYTES
        )
        if part and fits:
            part.add(block)
        return fits

    def place_all(self, blocks: Sequence[Block]) -> None:
        """Place one after the other: most come behind each other into the last part."""
        line, number = BlockLine.of(blocks), 0
        while number < len(blocks):
            self.place(blocks[number])
            number = self.grown.lay_on(line, number + 1, self.as_they_are.roomiest)

    def place(self, block: Block) -> None:
        """Where there is room as it is, else where a group may grow, else in a new one.

        Beside a group that cannot be replaced no new one is made: nobody would attach it.
        """
        if self.held and self.as_they_are.lay(block):
            return
        if self.grown.lay(block) or self.pinned:
            return
        taken = {part.slot.part for part in self.parts}
        part = Part(Slot(self.category, next(n for n in count(1) if n not in taken)))
        part.add(block)
        self.grown.append(part)
