"""What each reason comes down to."""

from __future__ import annotations

from report_support import rule

from rules_lib.model import Discarded, Reason
from rules_lib.report.shortfall import shortfalls


def discards(reason: Reason, *details: str, category: str = "web") -> list[Discarded]:
    """One rule for each detail."""
    return [Discarded(rule(1, category=category), reason, detail) for detail in details]


def test_shared_detail_is_counted() -> None:
    """The largest first; what is said of one rule only is in the table."""
    found = shortfalls(
        discards(Reason.UNSUPPORTED_KEYWORD, "lua", "iprep", "lua", "iprep", "lua", "x")
    )
    assert found == {Reason.UNSUPPORTED_KEYWORD: [("lua", 3), ("iprep", 2)]}


def test_what_is_over_the_budget_is_counted_by_category() -> None:
    """That is what people can edit."""
    found = shortfalls(
        [
            *discards(Reason.OVER_BUDGET, "a", "b"),
            *discards(Reason.OVER_BUDGET, "a", "b", "c", category="info"),
        ]
    )
    assert found == {Reason.OVER_BUDGET: [("info", 3), ("web", 2)]}


def test_variables_are_left_to_the_summary() -> None:
    """It knows how many rules each of them brings back."""
    assert shortfalls(discards(Reason.UNDEFINED_VARIABLE, "a", "a")) == {}
