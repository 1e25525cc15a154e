"""What the firewall's quotas have no room for is discarded, least valued first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from rules_lib.facts import limits
from rules_lib.groups.references import go_together
from rules_lib.groups.relief import Relief
from rules_lib.model import Reason
from rules_lib.outcome import Discarded
from rules_lib.packing.blocks import Block
from support.referee.pack import Packed, Packer

if TYPE_CHECKING:
    from rules_lib.allowlist import Allowlist
    from rules_lib.groups.rule_group import Deployed
    from rules_lib.stages.order import Ordered

MORE_CAPACITY: Final = 1_000
"""Capacity by which the budget is raised to see what that would bring back."""


@dataclass(frozen=True, slots=True)
class Fitted:
    """Rule groups within the quotas, and the rules that these had no room for.

    Attributes:
        relief: what 1,000 more capacity, and what one more rule group, would bring back.
    """

    packed: Packed
    discarded: tuple[Discarded, ...]
    relief: Relief

    @property
    def overflow(self) -> Mapping[str, int]:
        """Category -> rules left out as their group is full and cannot be replaced."""
        return _by_category(self.packed.overflow)


def fit(ordered: Ordered, allowlist: Allowlist, deployed: Deployed) -> Fitted:
    """Pack as many clusters as the quotas take: none is left out for one of less value."""
    packer = Packer.of(ordered, allowlist, deployed)
    chosen = choose(packer)
    full = {block.place for block in chosen.packed.overflow}
    left_out = (block for block in packer.measured.blocks if block.place not in chosen.places)
    discarded = tuple(
        discard
        for block in left_out
        for discard in _left_out(block, _detail(block, packer, full=block.place in full))
    )
    relief = _relief(chosen, packer) if discarded else Relief()
    return Fitted(chosen.packed, discarded, relief)


@dataclass(frozen=True, slots=True)
class Choice:
    """The most valued blocks that fit, packed; `places` are those of the kept ones."""

    packed: Packed
    places: frozenset[int]


def choose(packer: Packer) -> Choice:
    """Find by bisection how many of the most valued blocks fit: all of them, at best.

    A block that has no room even alone is passed over, as it would stop all that is worth less.
    """
    possible = [block for block in packer.measured.valued if _is_possible(block, packer)]
    count, packed = len(possible), packer.pack(_in_order(possible))
    if not packed.is_within(packer.budget):
        fits, fails, packed = 0, count, packer.pack(())
        while fails - fits > 1:
            middle = (fits + fails) // 2
            tried = packer.pack(_in_order(possible[:middle]))
            if tried.is_within(packer.budget):
                fits, packed = middle, tried
            else:
                fails = middle
        count = fits
    full = {block.place for block in packed.overflow}
    return Choice(packed, frozenset(block.place for block in possible[:count]) - full)


def _is_possible(block: Block, packer: Packer) -> bool:
    budget = packer.budget
    return block.fits_one_group and budget.reserved_for(block.rules) <= budget.capacity


def _in_order(blocks: Iterable[Block]) -> list[Block]:
    return sorted(blocks, key=lambda block: block.place)


def _relief(chosen: Choice, packer: Packer) -> Relief:
    budget = packer.budget
    more = packer.within(budget.plus(capacity=MORE_CAPACITY))
    another = packer.within(budget.plus(rule_groups=1))
    return Relief(_regained(chosen, more), _regained(chosen, another))


def _regained(chosen: Choice, packer: Packer) -> dict[str, int]:
    back = choose(packer).places - chosen.places
    found = _by_category(block for block in packer.measured.valued if block.place in back)
    return dict(found.most_common())


def _by_category(blocks: Iterable[Block]) -> Counter[str]:
    rules = (rule for block in blocks for rule in block.cluster if not rule.setter)
    return Counter(rule.rule.category for rule in rules)


def _left_out(block: Block, detail: str) -> Iterator[Discarded]:
    wanted = (rule.rule for rule in block.cluster if not rule.setter)
    return (Discarded(rule, Reason.OVER_BUDGET, detail) for rule in wanted)


def _detail(block: Block, packer: Packer, *, full: bool) -> str:
    bond = block.cluster[0].bond
    tied = f", with the {block.rules - 1:,} that {bond} it to" if bond else ""
    if not go_together(block.references):
        return (
            f"it needs {len(block.references)} reference sets in its rule group{tied}: a group "
            f"takes {limits.IP_SET_REFERENCES}, or {limits.CONTAINER_REFERENCES} container "
            "associations only"
        )
    if not block.fits_one_group:
        return f"{bond} it to {block.rules - 1:,} rules, too many for one rule group"
    if full:
        return (
            "its rule group is full, and a firewall policy that rulesync was not given uses it"
            f"{tied}; give that policy, or detach the rule group, so that a larger one can replace "
            "it"
        )
    budget = packer.budget
    room = f"{budget.capacity:,} rules of capacity in {budget.rule_groups} rule groups"
    why = (
        "what is kept is worth more"
        if _is_possible(block, packer)
        else "it needs more than that alone"
    )
    return f"no room for it in {room}{tied}: {why}"
