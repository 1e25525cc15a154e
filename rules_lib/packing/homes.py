"""Blocks category by category, with running totals: what any number of the first come to."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate, compress
from operator import attrgetter
from typing import TYPE_CHECKING, NamedTuple, Self

from rules_lib.model import is_local

if TYPE_CHECKING:
    from rules_lib.groups.rule_group import Slot
    from rules_lib.packing.blocks import Block


@dataclass(frozen=True, slots=True, eq=False)
class Home:
    """The blocks of one category; two are never equal, so that each is a key of its own.

    Attributes:
        blocks: in the feed's order.
        ranks: of each of these among the blocks of all categories, in the order of preference.
        turns: the same, sorted.
        rules: of the first 0, 1, 2, … blocks in the order of preference; so are `sizes`, in bytes.
        smallest: bytes of the smallest block, as are those of the `largest`.
        longest: rules of the longest.
        references: ARNs of the reference sets of all blocks.
        own: how many blocks are preferred to the first that is deployed in a group of this
            category; so are those to the first that is in a shared group, that a policy which was
            not given to us holds in one, and that passes traffic (of people's own alone).
    """

    name: str
    blocks: tuple[Block, ...]
    ranks: tuple[int, ...]
    turns: tuple[int, ...]
    rules: tuple[int, ...]
    sizes: tuple[int, ...]
    smallest: int
    largest: int
    longest: int
    references: frozenset[str]
    own: int
    shared: int
    bound: int
    passing: int

    @classmethod
    def of(
        cls, name: str, blocks: Sequence[Block], turns: Sequence[int], bound: Collection[Slot]
    ) -> Self:
        """Add up the blocks of a category, given with their ranks in the order of preference."""
        in_order = sorted(range(len(blocks)), key=[block.place for block in blocks].__getitem__)
        priors = [block.prior for block in blocks]
        where = priors if any(priors) else ()
        every = len(blocks)
        passing = map(_passes, blocks) if is_local(name) else ()
        return cls(
            name=name,
            blocks=tuple(blocks[number] for number in in_order),
            ranks=tuple(turns[number] for number in in_order),
            turns=tuple(turns),
            rules=tuple(accumulate(map(attrgetter("rules"), blocks), initial=0)),
            sizes=tuple(accumulate(map(attrgetter("size"), blocks), initial=0)),
            smallest=min(block.size for block in blocks),
            largest=max(block.size for block in blocks),
            longest=max(block.rules for block in blocks),
            references=frozenset().union(*{block.references for block in blocks}),
            own=_first((slot and slot.category == name for slot in where), every),
            shared=_first((slot and slot.is_shared for slot in where), every),
            bound=_first((slot in bound for slot in where), every),
            passing=_first(passing, every),
        )


def _first(found: Iterable[object], every: int) -> int:
    return next((number for number, one in enumerate(found) if one), every)


def _passes(block: Block) -> bool:
    return any(rule.action == "pass" for rule in block.cluster)


class Stock(NamedTuple):
    """So many blocks of a category, the first in the order of preference; one at least."""

    home: Home
    number: int

    @property
    def rules(self) -> int:
        """How many rules these are."""
        return self.home.rules[self.number]

    @property
    def size(self) -> int:
        """Their bytes in the text of a group."""
        return self.home.sizes[self.number]

    @property
    def blocks(self) -> tuple[Block, ...]:
        """In the feed's order."""
        if self.number == len(self.home.blocks):
            return self.home.blocks
        end = self.home.turns[self.number - 1]
        return tuple(compress(self.home.blocks, (rank <= end for rank in self.home.ranks)))

    @property
    def ranked(self) -> tuple[tuple[int, Block], ...]:
        """The same with their ranks."""
        home = self.home
        end = home.turns[self.number - 1]
        pairs = zip(home.ranks, home.blocks, strict=True)
        return tuple(pair for pair in pairs if pair[0] <= end)

    @property
    def is_sharing(self) -> bool:
        """Whether the category is deployed in a shared group, and in none of its own."""
        return self.home.shared < self.number <= self.home.own

    @property
    def is_bound(self) -> bool:
        """Whether some of it is in a shared group that cannot be replaced."""
        return self.home.bound < self.number

    @property
    def passes(self) -> bool:
        """Whether a rule of it passes traffic."""
        return self.home.passing < self.number


Stocks = Mapping[str, Stock]
"""Category -> what of it is to be packed."""


@dataclass(frozen=True, slots=True)
class Ranked:
    """Blocks in the order of preference.

    Attributes:
        homes: their categories.
        leanest: bytes that a rule has at least.
        rules: of the first 0, 1, 2, … of them.
    """

    blocks: tuple[Block, ...]
    homes: tuple[Home, ...]
    leanest: int
    rules: tuple[int, ...]

    @classmethod
    def of(cls, blocks: Iterable[Block], bound: Collection[Slot] = ()) -> Self:
        """Part blocks by category; `bound` are shared slots that cannot be replaced."""
        blocks = tuple(blocks)
        by_home: dict[str, tuple[list[Block], list[int]]] = defaultdict(lambda: ([], []))
        for rank, block in enumerate(blocks):
            found, turns = by_home[block.home]
            found.append(block)
            turns.append(rank)
        return cls(
            blocks=blocks,
            homes=tuple(Home.of(name, *found, bound) for name, found in by_home.items()),
            leanest=min((block.size // block.rules for block in blocks), default=0),
            rules=tuple(accumulate(map(attrgetter("rules"), blocks), initial=0)),
        )

    def first(self, count: int) -> Stocks:
        """So many of the blocks."""
        counts = ((home, bisect_left(home.turns, count)) for home in self.homes)
        return {home.name: Stock(home, found) for home, found in counts if found}
