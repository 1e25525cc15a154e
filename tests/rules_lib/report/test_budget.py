"""The capacity budget as a picture."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from support.report import CATEGORIES, summary

from rules_lib.groups.operation import Operation
from rules_lib.model import Mode
from rules_lib.report.budget import budget_of
from rules_lib.report.category_line import CategoryLine
from rules_lib.report.group_line import SummaryGroup


def entry(capacity: int, rules: int, priority: int = 1) -> SummaryGroup:
    """A group that stands."""
    return SummaryGroup(
        name="g",
        change=Operation.KEEP,
        capacity=capacity,
        mode=Mode.DROP,
        priority=priority,
        rules=rules,
    )


def line(kept: int, blocking: int = 0, unfit: int = 0, name: str = "web") -> CategoryLine:
    """A category in drop mode, of which nothing is off."""
    return CategoryLine(
        name, Mode.DROP, kept + unfit, kept, unfit, 0, 0, blocking=blocking, unfit=unfit
    )


def test_deleted_group_takes_no_place() -> None:
    """It gave its capacity back."""
    budget = budget_of(summary().groups, CATEGORIES, 100)
    assert (budget.reserved, budget.used, budget.free, budget.over) == (30, 3, 70, 0)
    assert [segment.kind for segment in budget.segments] == ["drop", "alert", "spare", "unfit"]


def test_category_is_drawn_by_what_its_rules_do() -> None:
    """Its mode is a wish; `drop_when` leaves some of it at alert."""
    budget = budget_of([entry(10, 5)], [line(5, blocking=3)], 10)
    assert [(one.label, one.kind, one.start, one.width) for one in budget.segments] == [
        ("web: 3 drop", "drop", 0.0, 30.0),
        ("web: 2 alert", "alert", 30.0, 20.0),
        ("reserved, so that the rule groups can grow", "spare", 50.0, 50.0),
    ]


def test_what_did_not_fit_lies_behind_the_end() -> None:
    """So that the bar shows how far the wish goes beyond the budget."""
    budget = budget_of([entry(8, 8)], [line(8, unfit=6), line(0, unfit=4, name="info")], 10)
    assert (budget.unfit, budget.limit) == (10, 50.0)
    assert [(one.label, one.start) for one in budget.segments if one.kind == "unfit"] == [
        ("web: no room for 6", 50.0),
        ("info: no room for 4", 80.0),
    ]


def test_more_than_the_budget_moves_its_end_into_the_bar() -> None:
    """Without a policy attached, groups may reserve more than one policy takes."""
    budget = budget_of([entry(150, 100), entry(50, 50)], [line(150)], 100)
    assert (budget.over, budget.free, budget.limit) == (100, 0, 50.0)


def test_no_group_makes_an_empty_bar() -> None:
    """Nothing is reserved, nothing is drawn."""
    assert budget_of([], [], 0).segments == ()


@given(st.lists(st.tuples(st.integers(0, 500), st.integers(0, 500)), max_size=20))
def test_segments_lie_end_to_end(sizes: list[tuple[int, int]]) -> None:
    """They start at 0, leave no gap and end within the bar."""
    groups = [entry(rules + spare, rules) for rules, spare in sizes]
    budget = budget_of(groups, [line(rules) for rules, _ in sizes], 1000)
    position = 0.0
    for segment in budget.segments:
        assert abs(segment.start - position) < 0.01
        position = segment.start + segment.width
    assert position < 100.05
