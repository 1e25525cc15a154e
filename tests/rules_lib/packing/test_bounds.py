"""What adding up says of rule groups, before any is filled, holds for those that are filled."""

from __future__ import annotations

from itertools import accumulate
from random import Random
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.crowd import crowd

from rules_lib.facts import limits
from rules_lib.packing.budget import Budget
from rules_lib.packing.pack import Packer
from rules_lib.packing.sharing import Sharing, are_few, assign_parts

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rules_lib.packing.homes import Ranked, Stocks
    from rules_lib.packing.parts import Part

CASES = st.integers(0, 2**32), st.sampled_from((400, 1_500, 2_000_000)), st.sampled_from((5, 100))


def filled(packer: Packer, ranked: Ranked) -> Iterator[tuple[Stocks, Sharing, list[Part]]]:
    """The parts of any number of the blocks, one more each time."""
    sharing = Sharing(packer.measured.standings, packer.budget.rule_groups)
    for count in range(1, len(ranked.blocks) + 1):
        stocks = ranked.first(count)
        yield stocks, sharing, assign_parts(stocks, sharing, packer.filling)


@given(*CASES)
def test_adding_up_never_contradicts_what_is_filled(seed: int, size: int, capacity: int) -> None:
    """Number of groups of each category and of all, and the capacity that they reserve."""
    with pytest.MonkeyPatch.context() as service:
        service.setattr(limits, "RULES_STRING_BYTES", size)
        service.setattr(limits, "GROUP_CAPACITY", capacity)
        case = crowd(Random(seed))  # noqa: S311 - no secret
        packer = Packer.of(case.ordered, case.allowlist, case.deployed)
        if packer.filling.pinned:
            return
        blocks = [block for block in packer.measured.valued if block.fits_one_group]
        ranked = packer.ranked(blocks)
        for stocks, sharing, parts in filled(packer, ranked):
            if are_few(stocks, sharing, packer.filling):
                assert len(parts) <= sharing.most
            for name, stock in stocks.items():
                own = packer.filling.fill(name, (stock,), sketch=True)
                assert len(own) <= packer.filling.most(name, (stock,))
            rules = sum(part.rules for part in parts)
            needed = sum(packer.budget.reserved_for(part.rules) for part in parts)
            assert packer.budget.least_for(rules, ranked.leanest) <= needed
            assert needed <= packer.budget.most_for(rules, len(parts))


@given(*CASES)
def test_sketch_says_what_filling_comes_to(seed: int, size: int, capacity: int) -> None:
    """However many categories share, in how many groups; whichever is asked for first."""
    with pytest.MonkeyPatch.context() as service:
        service.setattr(limits, "RULES_STRING_BYTES", size)
        service.setattr(limits, "GROUP_CAPACITY", capacity)
        case = crowd(Random(seed))  # noqa: S311 - no secret
        packer, other = (Packer.of(case.ordered, case.allowlist, case.deployed) for _ in range(2))
        blocks = [block for block in packer.measured.valued if block.fits_one_group]
        ranked = packer.ranked(blocks)
        for count in range(1, len(blocks) + 1):
            stocks = tuple(ranked.first(count).values())
            sketch = packer.filling.fill("shared/drop", stocks, sketch=True)
            told = [(part.slot, part.rules, part.size, part.references) for part in sketch]
            for filling in (packer.filling, other.filling):
                parts = filling.fill("shared/drop", stocks)
                assert told == [(one.slot, one.rules, one.size, one.references) for one in parts]
                assert all(one.rules == sum(block.rules for block in one.blocks) for one in parts)
                assert all(one.size == sum(block.size for block in one.blocks) for one in parts)


@given(
    st.lists(st.integers(1, 90), min_size=1, max_size=8),
    st.integers(1, 60),
    st.sampled_from((0, 0.1, 0.5)),
)
def test_no_parting_reserves_less_or_more(groups: list[int], size: int, headroom: float) -> None:
    """Groups of any number of rules, of which each has so many bytes at least."""
    with pytest.MonkeyPatch.context() as service:
        service.setattr(limits, "RULES_STRING_BYTES", 2_000)
        service.setattr(limits, "GROUP_CAPACITY", 70)
        budget = Budget(1_000, 10, headroom)
        rules = [min(one, 70, 2_000 // size) for one in groups]
        for number, total in enumerate(accumulate(rules), start=1):
            needed = sum(map(budget.reserved_for, rules[:number]))
            assert budget.least_for(total, size) <= needed <= budget.most_for(total, number)
