"""What a rule that is over budget would need, and what was worth more."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from rules_lib.build import prepare
from rules_lib.packing.fit import choose
from rules_lib.packing.pack import Packer
from rules_lib.stages.link import link
from rules_lib.stages.order import order

if TYPE_CHECKING:
    from rules_lib.inputs import Inputs
    from rules_lib.model import Rule
    from rules_lib.packing.blocks import Block


@dataclass(frozen=True, slots=True)
class Price:
    """What it takes to keep a rule together with all that is worth more.

    Attributes:
        capacity: that the budget must have.
        rule_groups: likewise.
        last: the least valued rule that is kept now; None where none is.
    """

    capacity: int
    rule_groups: int
    last: Rule | None


def price_of(rule: Rule, inputs: Inputs) -> Price | None:
    """Find what would keep a rule that was left out as over budget; None where no budget would.

    Args:
        rule: as it stands in the ruleset.
        inputs: of the build.
    """
    prepared = prepare(inputs.ruleset.rules, inputs)
    ordered = order(link(prepared.wanted, prepared.standby).clusters, inputs.allowlist.last)
    packer = Packer.of(ordered, inputs.allowlist, inputs.deployed, inputs.fired_lately)
    valued, budget = packer.measured.valued, packer.budget
    kept = choose(packer).places
    last = next((block for block in reversed(valued) if block.place in kept), None)
    place = next(number for number, block in enumerate(valued) if _has(block, rule))
    ahead = [block for block in valued[: place + 1] if block.fits_one_group]
    if valued[place] not in ahead:
        return None
    packed = packer.pack(ahead)
    tight = packer.within(replace(budget, capacity=packed.needed)).pack(ahead)
    if valued[place] in tight.overflow:
        return None
    return Price(
        capacity=max(budget.capacity, tight.needed, tight.capacity),
        rule_groups=max(budget.rule_groups, len(tight.groups)),
        last=packer.measured.head_of(last).rule if last else None,
    )


def _has(block: Block, rule: Rule) -> bool:
    return any(one.rule.place == rule.place for one in block.cluster)
