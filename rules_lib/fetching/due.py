"""Which feeds are to be asked for: the schedule of the stack is the smallest step for all."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from rules_lib.state.feeds import FeedState

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from rules_lib.feedlist import FeedEntry

_SLACK: Final = timedelta(minutes=10)
_SHARE: Final = 10
"""A schedule is not exact: what is due within ten minutes, or a tenth of its time, is due."""


def due_feeds(
    feeds: Iterable[FeedEntry], states: Mapping[str, FeedState], now: datetime
) -> tuple[FeedEntry, ...]:
    """The feeds whose time has come, in the list's order; one that failed is always due.

    Args:
        feeds: of the list.
        states: feed -> what became of it last.
        now: UTC.
    """
    return tuple(feed for feed in feeds if _is_due(feed, states.get(feed.name), now))


def overdue(feed: FeedEntry, state: FeedState | None, now: datetime) -> timedelta:
    """For how long a feed is not confirmed, beyond the time that it may take; never negative.

    Args:
        feed: of the list.
        state: what became of it; None where it was never asked for.
        now: UTC.
    """
    if state is None:
        return timedelta()
    since = datetime.fromisoformat(state.confirmed_at or state.failing_since or state.asked_at)
    return max(timedelta(), now - since - (feed.every or timedelta()))


def _is_due(feed: FeedEntry, state: FeedState | None, now: datetime) -> bool:
    if feed.every is None or state is None or state.failure or not state.confirmed_at:
        return True
    early = min(_SLACK, feed.every / _SHARE)
    age = now - datetime.fromisoformat(state.confirmed_at)
    return age >= feed.every - early or age < timedelta()  # by a clock that was ahead
