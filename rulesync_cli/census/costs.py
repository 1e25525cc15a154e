"""Finds what it would cost to turn categories on.

The numbers are those of a build with that one edit, by the same stages. Only the category's rules,
and those that share a sid with one of them, are prepared anew for it; and only where something has
no room are all rules linked and packed again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from rules_lib.build import Prepared
from rules_lib.model import FeedPosition
from rules_lib.outcome import Converted
from rules_lib.packing.blocks import Block
from rules_lib.packing.fit import Choice, choose
from rules_lib.packing.pack import Packer
from rules_lib.stages.link import link
from rules_lib.stages.order import Ordered
from rulesync_cli.census.all_fits import AllFits
from rulesync_cli.census.cost import Cost
from rulesync_cli.census.trial import CategoryTrial, Namesakes

if TYPE_CHECKING:
    from rules_lib.build import Workings
    from rules_lib.inputs import Inputs

Watch: TypeAlias = "Callable[[str], None]"


@dataclass(frozen=True, slots=True)
class PackedOutcome:
    """Where all wanted rules came to."""

    kept: frozenset[int]
    wanted: Mapping[int, Converted]
    capacity: int
    rule_groups: int


def costs_of(
    inputs: Inputs, workings: Workings, names: Collection[str], watch: Watch
) -> dict[str, Cost]:
    """Find what each of some categories that are off would cost.

    Args:
        inputs: of the build.
        workings: of the same build.
        names: of the categories.
        watch: told which of them is being looked at.
    """
    namesakes = Namesakes.of(inputs.ruleset.categories, workings.prepared.staged.tenure)
    all_fits = AllFits.of(inputs, workings)
    before: PackedOutcome | None = None
    costs = {}
    for name in names:
        watch(f"turning {name} on")
        trial = namesakes.tried(name, inputs)
        cost = all_fits.cost_of(trial) if all_fits else None
        if cost is None:
            before = before or _outcome_before(all_fits, workings, inputs)
            cost = cost_by_packing(trial, workings.prepared, before)
        costs[name] = cost
    return costs


def _outcome_before(all_fits: AllFits | None, workings: Workings, inputs: Inputs) -> PackedOutcome:
    """What comes of all rules as they are."""
    if all_fits is None:
        return outcome_of(workings.prepared, inputs)
    wanted = {rule.sid: rule for cluster in workings.ordered.clusters for rule in cluster}
    return PackedOutcome(frozenset(wanted), wanted, *all_fits.needed)


def cost_by_packing(trial: CategoryTrial, now: Prepared, before: PackedOutcome) -> Cost:
    """Find a cost by linking and packing all rules with the edit, whatever has room.

    Args:
        trial: the edit.
        now: all rules without it.
        before: what came of these.
    """
    merged = _with(trial.then, now, trial.places)
    return _difference(trial.name, before, outcome_of(merged, trial.inputs))


def _with(then: Prepared, now: Prepared, touched: Collection[FeedPosition]) -> Prepared:
    """What is prepared now, but for some rules, and these as they are prepared then."""

    def merged(then: tuple[Converted, ...], now: tuple[Converted, ...]) -> tuple[Converted, ...]:
        others = (rule for rule in now if rule.rule.place not in touched)
        return tuple(sorted((*others, *then), key=lambda rule: rule.rule.place))

    wanted, standby = merged(then.wanted, now.wanted), merged(then.standby, now.standby)
    return Prepared((), wanted, standby, (), now.staged)


def outcome_of(prepared: Prepared, inputs: Inputs) -> PackedOutcome:
    """What comes of all rules that are asked for."""
    clusters = link(prepared.wanted, prepared.standby).clusters
    # The order inside a group changes neither what fits nor where; a build orders by marks too.
    position = {rule.sid: place for place, rule in enumerate(r for c in clusters for r in c)}
    ordered = Ordered(clusters, position)
    packer = Packer.of(ordered, inputs.allowlist, inputs.deployed, inputs.fired_lately)
    blocks, chosen = packer.measured.blocks, choose(packer)
    capacity, rule_groups = _needed_for_all(packer, chosen)
    return PackedOutcome(
        kept=frozenset(_sids(block for block in blocks if block.place in chosen.places)),
        wanted={rule.sid: rule for cluster in clusters for rule in cluster},
        capacity=capacity,
        rule_groups=rule_groups,
    )


def _needed_for_all(packer: Packer, chosen: Choice) -> tuple[int, int]:
    """What the groups of all that a group can hold would reserve, and how many they would be."""
    possible = [block for block in packer.measured.blocks if block.fits_one_group]
    if packer.filling.pinned:  # what a group that stays has no room for tells only its packing
        packed = chosen.packed if len(chosen.places) == len(possible) else packer.pack(possible)
        return packed.needed, len(packed.groups)
    same = len(chosen.ranked.blocks) == len(possible)
    ranked = chosen.ranked if same else packer.ranked(possible)
    return packer.needed_for(ranked.first(len(possible)))


def _sids(blocks: Iterable[Block]) -> Iterable[int]:
    return (rule.sid for block in blocks for rule in block.cluster)


def _difference(name: str, before: PackedOutcome, after: PackedOutcome) -> Cost:
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
