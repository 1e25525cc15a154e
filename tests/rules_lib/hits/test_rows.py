"""An engine's answer, row by row; none of it is believed further than it must be."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from support.hits import DAY

from rules_lib.errors import HitsError
from rules_lib.hits import rows
from rules_lib.hits.rows import counted_lines, is_closed, recorded_group

NOW = datetime(2026, 11, 29, 12, tzinfo=UTC)
ROW: dict[str, str | None] = {
    "day": "2026-11-28",
    "sid": "7",
    "word": "drop",
    "rule_group": "et-a",
    "number": "2",
    "flows": "1",
    "sources": "1",
    "destinations": "1",
    "earliest": "2026-11-28 10:00:00",
    "latest": "2026-11-28 10:00:05",
    "top_sources": "00000000000000210.0.0.5",
    "top_destinations": None,
}


@pytest.mark.parametrize(
    "talkers",
    [
        "000000000000002evil.example",
        "000000000000002",
        "x0000000000000210.0.0.5",
        "000000000000002<script>",
        "000000000000002\x1b[2J",
        "\u0662" * 15 + "10.0.0.5",
    ],
)
def test_address_that_is_none_is_left_out(talkers: str) -> None:
    """A page or a terminal would show it."""
    (day,) = counted_lines([ROW | {"top_sources": talkers}], now=NOW, addresses=True).days
    assert day.hits[0].top_sources == ()


def test_addresses_that_nobody_asked_for_are_not_taken() -> None:
    """Even where an answer has them."""
    (day,) = counted_lines([ROW], now=NOW, addresses=False).days
    assert (day.hits[0].top_sources, day.addresses) == ((), False)


@pytest.mark.parametrize(
    "edit",
    [
        {"sid": "0"},
        {"sid": "x"},
        {"sid": str(2**32)},
        {"number": None},
        {"number": "-1"},
        {"number": "9" * 16},
        {"flows": "1.5"},
        {"sources": "\u0662"},
        {"earliest": "noon"},
        {"latest": None},
    ],
)
def test_answer_of_another_form_is_refused(edit: dict[str, str | None]) -> None:
    """Whoever gave it is no engine that was asked our query."""
    with pytest.raises(HitsError, match="the answer"):
        counted_lines([ROW | edit], now=NOW, addresses=True)


def test_answer_without_end_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """It has a row a rule, not one a line."""
    monkeypatch.setattr(rows, "MOST_ROWS", 2)
    with pytest.raises(HitsError, match="more than 2 rows"):
        counted_lines([ROW] * 3, now=NOW, addresses=True)


def test_lines_without_a_day_are_unread() -> None:
    """Also where the day is none that a calendar has."""
    found = counted_lines(
        [ROW, ROW | {"day": None, "sid": None}, ROW | {"day": "2026-11-31"}],
        now=NOW,
        addresses=True,
    )
    assert ([day.lines for day in found.days], found.unread) == ([2], 4)


@pytest.mark.parametrize(
    ("text", "group"),
    [("et-a-2", "et-a-2"), ("ET", "ET"), ("a_b", ""), ("<b>", ""), ("a" * 129, ""), (None, "")],
)
def test_group_has_a_name_that_the_service_gives(text: str | None, group: str) -> None:
    """What cannot be one is none."""
    assert recorded_group(text) == group


@pytest.mark.parametrize(
    ("now", "closed"),
    [
        (datetime(2026, 11, 30, 23, 59, tzinfo=UTC), False),
        (datetime(2026, 12, 1, 0, 0, tzinfo=UTC), True),
    ],
)
def test_day_is_closed_two_days_after_its_end(now: datetime, closed: bool) -> None:
    """Until then late lines are waited for."""
    assert is_closed(DAY, now) is closed
