"""Costs where the budget has room for all that is on: by what is different, not by packing it all.

A category that is turned on links its rules to those that use the same marks, and to no others. Of
the categories whose clusters stay as they are nothing is added up or filled again. Only where the
budget then lacks room, the most valued of all are chosen.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from operator import itemgetter
from typing import TYPE_CHECKING, NamedTuple, Self

from rules_lib.packing.blocks import Block, Blocks, blocks_of, slots_of
from rules_lib.packing.fit import choose, may_be_kept
from rules_lib.packing.homes import Home, Stock, Stocks
from rules_lib.packing.standing import Standing, standings_by
from rules_lib.stages.link import link, tied_by
from rulesync_cli.census.cost import Cost

if TYPE_CHECKING:
    from rules_lib.build import Workings
    from rules_lib.groups.rule_group import Slot
    from rules_lib.inputs import Inputs
    from rules_lib.model import FeedPosition, Mode
    from rules_lib.outcome import Converted
    from rules_lib.packing.pack import Packer
    from rules_lib.stages.link import Cluster
    from rules_lib.ties import Mark
    from rulesync_cli.census.trial import CategoryTrial


class _Edit(NamedTuple):
    """Rules by their sids, of what the edit alters.

    Attributes:
        before: as they are now.
        after: as they are then.
        unfit: those, and any other, that the budget has no room for then.
    """

    before: Mapping[int, Converted]
    after: Mapping[int, Converted]
    unfit: Mapping[int, Converted]


@dataclass(frozen=True, slots=True)
class AllFits:
    """A build in which the budget has room for all that is asked for.

    Attributes:
        rules: what is asked for and what stands by, by its place in the feed.
        tied: the same by what ties them to others.
        blocks: by the sids of their rules.
        homes: by their categories.
        given: category and mode -> rules that are given it.
        positions: of the blocks' first rules in the feed, by the blocks' own places.
        prior: sid -> where it is deployed.
        needed: what the groups would reserve if all were new, and how many they are.
    """

    packer: Packer
    rules: Mapping[FeedPosition, Converted]
    tied: Mapping[Mark | str, Sequence[Converted]]
    blocks: Mapping[int, Block]
    homes: Mapping[str, Home]
    given: Counter[tuple[str, Mode]]
    positions: Sequence[FeedPosition]
    prior: Mapping[int | None, Slot]
    needed: tuple[int, int]

    @classmethod
    def of(cls, inputs: Inputs, workings: Workings) -> Self | None:
        """Take stock of a build; None where something has no room, or may have none."""
        packer = workings.fitted.packer
        blocks = packer.measured.blocks
        if packer.filling.pinned or not all(may_be_kept(block, packer) for block in blocks):
            return None
        homes = {home.name: home for home in packer.ranked(blocks).homes}
        needed = packer.needed_for(_stocks(homes))
        if not packer.budget.has_room_for(*needed):
            return None
        rules = (*workings.prepared.wanted, *workings.prepared.standby)
        tied: dict[Mark | str, list[Converted]] = defaultdict(list)
        for rule in rules:
            for tie in tied_by(rule):
                tied[tie].append(rule)
        return cls(
            packer=packer,
            rules={rule.rule.place: rule for rule in rules},
            tied=tied,
            blocks={rule.sid: block for block in blocks for rule in block.cluster},
            homes=homes,
            given=_given(block.cluster for block in blocks),
            positions=[_place(block.cluster[0]) for block in blocks],
            prior=slots_of(inputs.deployed),
            needed=needed,
        )

    def cost_of(self, trial: CategoryTrial) -> Cost | None:
        """Find a cost; None where what is different does not tell it."""
        allowlist = trial.inputs.allowlist
        touched = self._touched(trial)
        gone = {id(one): one for rule in touched if (one := self.blocks.get(rule.sid))}
        clusters = _linked(trial, touched)
        given = self.given - _given(block.cluster for block in gone.values()) + _given(clusters)
        standings = standings_by(given, allowlist)
        if self._stand_otherwise(standings, trial.name):
            return None
        measured = Blocks((), standings, self.packer.measured.fired)
        packer = replace(self.packer, measured=measured, allowlist=allowlist)
        come = blocks_of(clusters, standings, allowlist, self.prior)
        if not all(may_be_kept(block, packer) for block in come):
            return None
        needed = packer.needed_for(_stocks(self._homes_with(gone.values(), come)))
        lacks = not packer.budget.has_room_for(*needed)
        unfit = self._unfit(packer, gone, come) if lacks else ()
        edit = _Edit(_rules_of(gone.values()), _rules_of(come), _rules_of(unfit))
        return self._cost(trial.name, edit, needed)

    def _touched(self, trial: CategoryTrial) -> Collection[Converted]:
        """The rules of now that the edit alters or ties to such."""
        found = {place: self.rules[place] for place in trial.places if place in self.rules}
        fresh: list[Converted] = [*found.values(), *trial.then.wanted, *trial.then.standby]
        seen: set[Mark | str] = set()
        while ties := {tie for rule in fresh for tie in tied_by(rule)} - seen:
            seen |= ties
            more = chain.from_iterable(self.tied.get(tie, ()) for tie in ties)
            new = {rule.rule.place: rule for rule in more if rule.rule.place not in found}
            found |= new
            fresh = [*new.values()]
        return found.values()

    def _stand_otherwise(self, standings: Mapping[str, Standing], name: str) -> bool:
        """Whether the edit alters how another category stands, by a rule that it gains or loses."""
        return any(
            (now.mode, now.tier) != (then.mode, then.tier)
            for other, now in self.packer.measured.standings.items()
            if other != name and (then := standings.get(other))
        )

    def _homes_with(self, gone: Iterable[Block], come: Iterable[Block]) -> Mapping[str, Home]:
        """The categories' blocks, of which some are others."""
        lost, new = _by_home(gone), _by_home(come)
        homes = dict(self.homes)
        for name in lost.keys() | new.keys():
            there = homes.pop(name, None)
            left = {id(block) for block in lost[name]}
            kept = (block for block in (there.blocks if there else ()) if id(block) not in left)
            if blocks := self._numbered(kept, new[name]):
                homes[name] = Home.of(name, blocks, range(len(blocks)), frozenset())
        return homes

    def _numbered(self, stay: Iterable[Block], come: Iterable[Block]) -> Sequence[Block]:
        """Blocks of now and others, with places of their own in the feed's order."""
        places = [(self.positions[block.place], block) for block in stay]
        places += [(_place(block.cluster[0]), block) for block in come]
        places.sort(key=itemgetter(0))  # nearly in order, as those that stay are
        return [
            block if block.place == place else Block(place, *block[1:])
            for place, (_, block) in enumerate(places)
        ]

    def _unfit(
        self, packer: Packer, gone: Collection[int], come: Iterable[Block]
    ) -> Iterator[Block]:
        """The blocks that the budget has no room for, of all that there are with the edit.

        Args:
            packer: by the edited allowlist.
            gone: ids of the blocks of now that are others then.
            come: those.
        """
        stay = (block for block in self.packer.measured.blocks if id(block) not in gone)
        every = tuple(self._numbered(stay, come))
        kept = choose(replace(packer, measured=replace(packer.measured, blocks=every))).places
        return (block for block in every if block.place not in kept)

    def _cost(self, name: str, edit: _Edit, needed: tuple[int, int]) -> Cost:
        after, unfit = edit.after, edit.unfit
        own = {sid for sid, rule in after.items() if rule.rule.category == name}
        setters = {sid for sid, rule in after.items() if rule.setter} - self.blocks.keys()
        pushed = {sid: unfit[sid] for sid in (unfit.keys() & self.blocks.keys()) - own}
        lost = {**pushed, **{sid: rule for sid, rule in edit.before.items() if sid not in after}}
        in_order = (lost[sid].rule.category for sid in sorted(lost) if not lost[sid].setter)
        return Cost(
            rules=sum(not after[sid].setter for sid in own),
            setters=len(setters),
            capacity=needed[0] - self.needed[0],
            rule_groups=needed[1] - self.needed[1],
            left_out=len(own & unfit.keys()),
            pushed_out=dict(Counter(in_order).most_common()),
        )


def _linked(trial: CategoryTrial, touched: Iterable[Converted]) -> Sequence[Cluster]:
    """The clusters of what is touched, as the edit makes them."""
    stays = [rule for rule in touched if rule.rule.place not in trial.places]
    wanted = (*(rule for rule in stays if not rule.setter), *trial.then.wanted)
    standby = (*(rule for rule in stays if rule.setter), *trial.then.standby)
    return link(*(sorted(one, key=_place) for one in (wanted, standby))).clusters


def _stocks(homes: Mapping[str, Home]) -> Stocks:
    """All that they have."""
    return {name: Stock(home, len(home.blocks)) for name, home in homes.items()}


def _by_home(blocks: Iterable[Block]) -> dict[str, list[Block]]:
    found: dict[str, list[Block]] = defaultdict(list)
    for block in blocks:
        found[block.home].append(block)
    return found


def _given(clusters: Iterable[Cluster]) -> Counter[tuple[str, Mode]]:
    return Counter((rule.rule.category, rule.given.mode) for rule in chain.from_iterable(clusters))


def _rules_of(blocks: Iterable[Block]) -> dict[int, Converted]:
    return {rule.sid: rule for block in blocks for rule in block.cluster}


def _place(rule: Converted) -> FeedPosition:
    return rule.rule.place
