"""What each reason comes down to."""

from __future__ import annotations

from support.report import rule

from rules_lib.model import Reason
from rules_lib.outcome import Discarded
from rules_lib.report.shortfall import shortfalls


def discards(reason: Reason, *details: str, category: str = "web") -> list[Discarded]:
    """One rule for each detail."""
    return [Discarded(rule(1, category=category), reason, detail) for detail in details]


def test_shared_detail_is_counted() -> None:
    """The largest first."""
    found = shortfalls(
        discards(Reason.UNSUPPORTED_KEYWORD, "lua", "iprep", "lua", "iprep", "lua", "x")
    )
    assert found == {Reason.UNSUPPORTED_KEYWORD: [("lua", 3), ("iprep", 2), ("x", 1)]}


def test_shares_add_up_to_the_reason() -> None:
    """What there is no line for is counted in the last one."""
    found = shortfalls(discards(Reason.UNSUPPORTED_KEYWORD, "most", *"abcdefg", "most", "g"))
    shares = found[Reason.UNSUPPORTED_KEYWORD]
    assert shares[:2] == [("most", 2), ("g", 2)]
    assert (len(shares), shares[-1]) == (7, ("others", 2))
    assert sum(number for _, number in shares) == 10


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
