"""Which feeds are due, and for how long one is overdue."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from rules_lib.address import Address
from rules_lib.feedlist import FeedEntry
from rules_lib.fetching.due import due_feeds, overdue
from rules_lib.state.feeds import FeedState

NOON = datetime(2026, 4, 1, 12, tzinfo=UTC)
SLOW = FeedEntry("slow", Address("/a.zip"), every=timedelta(hours=6))
USUAL = FeedEntry("usual", Address("/b.zip"))


def confirmed(**ago: float) -> FeedState:
    """A feed that was confirmed so long ago."""
    return FeedState.confirmed("7", NOON - timedelta(**ago))


@pytest.mark.parametrize(
    ("feed", "state", "due"),
    [
        (USUAL, confirmed(seconds=1), True),
        (SLOW, None, True),
        (SLOW, confirmed(hours=5), False),
        (SLOW, confirmed(hours=5, minutes=55), True),
        (SLOW, confirmed(hours=6), True),
        (SLOW, confirmed(hours=-1), True),
        (SLOW, confirmed(hours=1).failed("no", NOON), True),
        (SLOW, FeedState(asked_at=NOON.isoformat()), True),
    ],
)
def test_feed_is_due_when_its_time_has_come(
    feed: FeedEntry, state: FeedState | None, *, due: bool
) -> None:
    """Or it failed, or was never confirmed, or a clock was wrong."""
    states = {feed.name: state} if state else {}
    assert due_feeds([feed], states, NOON) == ((feed,) if due else ())


@pytest.mark.parametrize(
    ("feed", "state", "hours"),
    [
        (USUAL, None, 0),
        (USUAL, confirmed(hours=3), 3),
        (SLOW, confirmed(hours=3), 0),
        (SLOW, confirmed(hours=30).failed("no", NOON), 24),
        (USUAL, FeedState(asked_at=NOON.isoformat()).failed("no", NOON - timedelta(hours=5)), 5),
        (USUAL, confirmed(hours=-9), 0),
    ],
)
def test_feed_is_overdue_beyond_its_own_time(
    feed: FeedEntry, state: FeedState | None, hours: int
) -> None:
    """Since it was confirmed; one that never was, since it fails."""
    assert overdue(feed, state, NOON) == timedelta(hours=hours)
