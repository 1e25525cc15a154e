"""The capacity budget as a picture."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from report_support import summary

from rules_lib.model import Mode
from rules_lib.report.budget import budget_of
from rules_lib.report.group_line import GroupEntry


def entry(capacity: int, rules: int, priority: int = 1) -> GroupEntry:
    """A group that stands."""
    return GroupEntry("g", "keep", capacity, Mode.DROP, priority, rules)


def test_deleted_group_takes_no_place() -> None:
    """It gave its capacity back."""
    budget = budget_of(summary().groups, 100)
    assert (budget.reserved, budget.used, budget.free, budget.over) == (30, 3, 70, 0)
    assert [segment.kind for segment in budget.segments] == [
        "drop",
        "drop spare",
        "alert",
        "alert spare",
    ]


def test_more_than_the_budget_moves_its_end_into_the_bar() -> None:
    """Without a policy attached, groups may reserve more than one policy takes."""
    budget = budget_of([entry(150, 100), entry(50, 50)], 100)
    assert (budget.over, budget.free, budget.limit) == (100, 0, 50.0)


def test_no_group_makes_an_empty_bar() -> None:
    """Nothing is reserved, nothing is drawn."""
    assert budget_of([], 0).segments == ()


@given(st.lists(st.tuples(st.integers(0, 500), st.integers(0, 500)), max_size=20))
def test_segments_lie_end_to_end(sizes: list[tuple[int, int]]) -> None:
    """They start at 0, leave no gap and end within the bar."""
    budget = budget_of([entry(rules + spare, rules) for rules, spare in sizes], 1000)
    position = 0.0
    for segment in budget.segments:
        assert abs(segment.start - position) < 0.01
        position = segment.start + segment.width
    assert position < 100.01
