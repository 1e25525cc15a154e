"""What a row of a table may take, and whether it does."""

from __future__ import annotations

import pytest

from benchmarks.goals import HEADS, Goal


@pytest.mark.parametrize(
    ("goal", "said", "cells"),
    [
        (Goal(0.934, 0.85), "0.93", "0.85 | **no**"),
        (Goal(0.854, 0.85), "0.85", "0.85 | yes"),
        (Goal(0.856, 0.85), "0.86", "0.85 | **no**"),
        (Goal(0.195, 0.2, ".1%"), "19.5%", "20.0% | yes"),
        (Goal(1_352.4, 1_200, ",.0f"), "1,352", "1,200 | **no**"),
        (Goal(1_199.9, 1_200, ",.0f"), "1,200", "1,200 | yes"),
        (Goal(2.0), "2.00", " | "),
    ],
)
def test_goal_is_judged_by_what_the_table_shows(goal: Goal, said: str, cells: str) -> None:
    """So that a reader who compares the two numbers comes to the same."""
    assert (goal.said, goal.cells) == (said, cells)


def test_cells_stand_under_their_heads() -> None:
    """Two of them, whether or not anything is set."""
    assert len(HEADS.split(" | ")) == len(Goal(1.0).cells.split(" | ")) == 2
