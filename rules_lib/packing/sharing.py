"""Which categories share a rule group: small ones of one mode, where there are too many groups.

Where a policy judges rules by their action, groups mean nothing to it: then those of all modes
share, and nobody has asked for a place that a shared group does not have.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from rules_lib.groups.rule_group import MIXED, SHARED
from rules_lib.model import Mode
from rules_lib.stages.tiers import Tier

if TYPE_CHECKING:
    from rules_lib.packing.filler import Filler
    from rules_lib.packing.homes import Stock, Stocks
    from rules_lib.packing.parts import Part
    from rules_lib.packing.standing import Standing


@dataclass(frozen=True, slots=True)
class Sharing:
    """What decides on who shares.

    Attributes:
        standings: for the categories' modes, and their order in a shared group.
        most: so many groups there may be.
        mixed: whether categories of all modes, and of whatever place, may share one group.
    """

    standings: Mapping[str, Standing]
    most: int
    mixed: bool = False

    def slot_of(self, name: str) -> str:
        """The category of the shared slot into which a category goes."""
        return f"{SHARED}/{MIXED if self.mixed else self.standings[name].mode}"

    def has_no_say(self, name: str) -> bool:
        """Whether people have not asked for a place that no shared group has."""
        one = self.standings[name]
        return self.mixed or (one.tier is not Tier.LAST and one.mode is not Mode.AS_WRITTEN)

    def may_share(self, stock: Stock) -> bool:
        """Whether a category comes to share where there are too many groups."""
        name = stock.home.name
        return self.standings[name].tier is Tier.FEED or (
            self.has_no_say(name) and (self.mixed or not stock.passes)
        )


def assign_parts(
    stocks: Stocks, sharing: Sharing, filling: Filler, *, sketch: bool = False
) -> list[Part]:
    """Give each category parts of its own, or, where these are too many, shared ones to small ones.

    People's own categories stand apart: their `pass` rules must stand before what drops. Where even
    one group a mode is too many beside them, those of theirs share that pass nothing: in a shared
    group they stand first, and the feed's rules would have no group at all.

    Args:
        stocks: what of each category is to be packed.
        sharing: who may share, and how many groups there may be.
        filling: how parts are filled.
        sketch: parts without blocks, that say how many rules they would hold, are enough.
    """
    own = {name: filling.fill(name, (stock,), sketch=True) for name, stock in stocks.items()}
    together, most = _Together(sharing, filling), sharing.most
    for stock in stocks.values():
        if stock.is_bound and sharing.has_no_say(stock.home.name):
            together.add(stock)
    alone = sum(len(parts) for name, parts in own.items() if name not in together.names)
    for name in _in_turn(stocks, own, sharing, together.names):
        if alone <= most and alone + together.least <= most and alone + together.fill() <= most:
            break
        alone -= len(own[name])
        together.add(stocks[name])
    parts = [*together.parts(sketch=sketch)]
    for name in own.keys() - together.names:
        parts += filling.fill(name, (stocks[name],), sketch=sketch)
    return parts


def are_few(stocks: Stocks, sharing: Sharing, filling: Filler) -> bool:
    """Whether adding up shows that the parts are no more than there may be; none may be pinned.

    `assign_parts` ends as soon as they are that few: at the latest where all that may share do.
    """
    alone = [(name, (stock,)) for name, stock in stocks.items()]
    if len(alone) <= sharing.most and _at_most(alone, filling) <= sharing.most:
        return True
    together: dict[str, list[Stock]] = defaultdict(list)
    for name, stock in stocks.items():
        together[sharing.slot_of(name) if sharing.may_share(stock) else name].append(stock)
    return _at_most(together.items(), filling) <= sharing.most


def _at_most(parted: Iterable[tuple[str, Sequence[Stock]]], filling: Filler) -> float:
    return sum(filling.most(category, stocks) for category, stocks in parted)


@dataclass(slots=True)
class _Together:
    """Categories that share groups, slot by slot, while it is found out how many must."""

    sharing: Sharing
    filling: Filler
    names: set[str] = field(default_factory=set)
    slots: dict[str, _Shared] = field(default_factory=dict)
    filled: int = 0

    def add(self, stock: Stock) -> None:
        """Have another one share."""
        self.names.add(stock.home.name)
        slot = self.sharing.slot_of(stock.home.name)
        self.slots.setdefault(slot, _Shared(slot)).add(stock)

    @property
    def least(self) -> int:
        """How few groups they may fill: at least as many as when they were last filled."""
        shared = self.slots.values()
        by_sum = (
            self.filling.least(one.category, one.rules, one.size, one.largest) for one in shared
        )
        return max(self.filled, sum(by_sum))

    def fill(self) -> int:
        """How many groups they do fill."""
        self.filled = sum(1 for _ in self.parts(sketch=True))
        return self.filled

    def parts(self, *, sketch: bool) -> Iterable[Part]:
        """The groups that they fill."""
        standings = self.sharing.standings
        for shared in self.slots.values():
            ranked = sorted(shared.stocks, key=lambda stock: standings[stock.home.name].rank)
            yield from self.filling.fill(shared.category, tuple(ranked), sketch=sketch)


@dataclass(slots=True)
class _Shared:
    """What the shared groups of one mode are to hold."""

    category: str
    stocks: list[Stock] = field(default_factory=list)
    rules: int = 0
    size: int = 0
    largest: int = 0

    def add(self, stock: Stock) -> None:
        """Have another category share."""
        self.stocks.append(stock)
        self.rules += stock.rules
        self.size += stock.size
        self.largest = max(self.largest, stock.home.largest)

    def least(self, filling: Filler) -> int:
        """How few groups they may fill, by adding up."""
        return filling.least(self.category, self.rules, self.size, self.largest)


def _in_turn(
    stocks: Stocks,
    own: Mapping[str, Sequence[Part]],
    sharing: Sharing,
    bound: Collection[str],
) -> list[str]:
    """Categories in the order in which they come to share: the feed's, then own ones in need."""
    fed, in_need = list[str](), list[str]()
    for name in stocks.keys() - {*bound}:
        if sharing.may_share(stocks[name]):
            is_fed = sharing.standings[name].tier is Tier.FEED
            (fed if is_fed else in_need).append(name)
    return [*_smallest_first(fed, stocks, own), *_smallest_first(in_need, stocks, own)]


def _smallest_first(
    names: Iterable[str], stocks: Stocks, own: Mapping[str, Sequence[Part]]
) -> list[str]:
    """Those that share already come first.

    One with a pinned group of its own never does, as that group would be left behind.
    """
    free = (name for name in names if not any(part.pinned for part in own[name]))
    return sorted(
        free,
        key=lambda name: (
            not stocks[name].is_sharing,
            sum(part.rules for part in own[name]),
            name,
        ),
    )
