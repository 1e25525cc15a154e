"""No test depends on how fast the machine is, nor on when it runs."""

from __future__ import annotations

import ast
import time
from datetime import datetime
from pathlib import Path
from typing import Final

import pytest
from support import clock

TESTS: Final = Path(__file__).parents[1]
LIMITS: Final = frozenset({"timeout", "deadline"})


def limits_of(source: str) -> list[str]:
    """Limits that a call is given as a number."""
    if not any(f"{name}=" in source for name in LIMITS):
        return []  # most files, which are not parsed
    calls = (node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call))
    given = (keyword for call in calls for keyword in call.keywords if keyword.arg in LIMITS)
    return [
        f"line {keyword.lineno}: {keyword.arg}={keyword.value.value!r}"
        for keyword in given
        if isinstance(keyword.value, ast.Constant) and keyword.value.value is not None
    ]


def test_what_waits_goes_by_the_patience_of_all_tests() -> None:
    """A limit of its own fails on a machine that is busier than its author's."""
    found = {
        str(file.relative_to(TESTS)): limits_of(file.read_text()) for file in TESTS.rglob("*.py")
    }
    assert not {name: limits for name, limits in found.items() if limits}


def test_number_is_found_and_a_name_is_not() -> None:
    """The reader of the other test."""
    assert limits_of("wait(timeout=3)") == ["line 1: timeout=3"]
    assert not limits_of("wait(timeout=PATIENCE)\nsettings(deadline=None)")


@pytest.mark.parametrize(
    ("began", "waited"), [("23:54:59", []), ("23:55:00", [300.0]), ("23:59:59", [1.0])]
)
def test_no_test_begins_at_the_very_end_of_a_day(
    monkeypatch: pytest.MonkeyPatch, began: str, waited: list[float]
) -> None:
    """As it may name the day, and what it tests asks for it a moment later."""
    pauses: list[float] = []
    now = datetime.fromisoformat(f"2026-11-29T{began}+00:00")
    monkeypatch.setattr(clock, "datetime", clock.Clock(now))
    monkeypatch.setattr(time, "sleep", pauses.append)
    clock.wait_for_a_day_with_time_left()
    assert pauses == waited
