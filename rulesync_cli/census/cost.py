"""What it would cost to turn a category on.

The numbers are those of a build with that one edit, by the same stages. Only the category's rules,
and those that share a sid with one of them, are prepared anew for it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from rules_lib.allowlist import CategorySetting
from rules_lib.build import Prepared, prepare
from rules_lib.model import AnyRule, FeedPosition, Mode
from rules_lib.outcome import Converted
from rules_lib.packing.blocks import Block
from rules_lib.packing.fit import choose
from rules_lib.packing.pack import Packer
from rules_lib.stages.link import link
from rules_lib.stages.order import Ordered

if TYPE_CHECKING:
    from rules_lib.inputs import Inputs

Watch: TypeAlias = "Callable[[str], None]"


@dataclass(frozen=True, slots=True)
class Cost:
    """What `NAME: alert` would do, nothing else changed; a category without a line gets the last.

    Attributes:
        rules: of the category, that can be published once it is on.
        setters: rules of other off categories that would be brought in for these.
        capacity: by which all wanted rules would need more of the budget, with headroom.
        rule_groups: by which the groups would be more.
        left_out: of `rules`, those that the budget would have no room for.
        pushed_out: category -> rules that are kept now and would have to go.
    """

    rules: int
    setters: int
    capacity: int
    rule_groups: int
    left_out: int
    pushed_out: Mapping[str, int]

    @property
    def fits(self) -> bool:
        """Whether the budget has room for all of it."""
        return not self.left_out and not self.pushed_out


@dataclass(frozen=True, slots=True)
class _Outcome:
    """Where all wanted rules came to."""

    kept: frozenset[int]
    wanted: Mapping[int, Converted]
    capacity: int
    rule_groups: int


def costs_of(inputs: Inputs, names: Collection[str], watch: Watch) -> dict[str, Cost]:
    """Find what each of some categories that are off would cost.

    Args:
        inputs: of the build.
        names: of the categories.
        watch: told which of them is being looked at.
    """
    rules = tuple(inputs.ruleset.rules)
    now = prepare(rules, inputs)
    before = _outcome(now, inputs)
    costs = {}
    for name in names:
        watch(f"turning {name} on")
        edited = _turned_on(inputs, name)
        touched = _touched(name, rules)
        prepared = _with(prepare(touched, edited), now, {one.place for one in touched})
        costs[name] = _difference(name, before, _outcome(prepared, edited))
    return costs


def _turned_on(inputs: Inputs, name: str) -> Inputs:
    """With the line `NAME: alert` in the allowlist; a line that is there keeps its place."""
    on = CategorySetting(mode=Mode.ALERT)
    return inputs.edited(categories={**inputs.allowlist.categories, name: on})


def _touched(name: str, rules: tuple[AnyRule, ...]) -> tuple[AnyRule, ...]:
    """A category's rules, and what else has their sids: which of these counts may be another."""
    sids = {rule.sid for rule in rules if rule.category == name and rule.sid is not None}
    return tuple(rule for rule in rules if rule.category == name or rule.sid in sids)


def _with(then: Prepared, now: Prepared, touched: Collection[FeedPosition]) -> Prepared:
    """What is prepared now, but for some rules, and these as they are prepared then."""

    def merged(then: tuple[Converted, ...], now: tuple[Converted, ...]) -> tuple[Converted, ...]:
        others = (rule for rule in now if rule.rule.place not in touched)
        return tuple(sorted((*others, *then), key=lambda rule: rule.rule.place))

    wanted, standby = merged(then.wanted, now.wanted), merged(then.standby, now.standby)
    return Prepared(wanted, standby, (), now.staged)


def _outcome(prepared: Prepared, inputs: Inputs) -> _Outcome:
    clusters = link(prepared.wanted, prepared.standby).clusters
    # The order inside a group changes neither what fits nor where; a build orders by marks too.
    position = {rule.sid: place for place, rule in enumerate(r for c in clusters for r in c)}
    packer = Packer.of(Ordered(clusters, position), inputs.allowlist, inputs.deployed)
    blocks, chosen = packer.measured.blocks, choose(packer)
    possible = tuple(block for block in blocks if block.fits_one_group)
    all_fit = len(chosen.places) == len(possible)
    packed = chosen.packed if all_fit else packer.pack(possible)
    return _Outcome(
        kept=frozenset(_sids(block for block in blocks if block.place in chosen.places)),
        wanted={rule.sid: rule for cluster in clusters for rule in cluster},
        capacity=packed.needed,
        rule_groups=len(packed.groups),
    )


def _sids(blocks: Iterable[Block]) -> Iterable[int]:
    return (rule.sid for block in blocks for rule in block.cluster)


def _difference(name: str, before: _Outcome, after: _Outcome) -> Cost:
    own = {sid for sid, rule in after.wanted.items() if rule.rule.category == name}
    setters = {sid for sid, rule in after.wanted.items() if rule.setter} - before.wanted.keys()
    gone = before.kept - after.kept - own
    lost = (before.wanted[sid] for sid in sorted(gone))
    return Cost(
        rules=sum(not after.wanted[sid].setter for sid in own),
        setters=len(setters),
        capacity=after.capacity - before.capacity,
        rule_groups=after.rule_groups - before.rule_groups,
        left_out=len(own - after.kept),
        pushed_out=dict(Counter(r.rule.category for r in lost if not r.setter).most_common()),
    )
