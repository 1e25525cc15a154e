"""What people were told, remembered in a file that may hold anything."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from rules_lib.aws.store import Store
from rules_lib.bucket import last_notice_key
from rules_lib.errors import DownloadError, FeedsError, StoreError
from rules_lib.state import last_notice

NOON = datetime(2026, 4, 1, 12, tzinfo=UTC)
KEY = last_notice_key("build")
ERROR = StoreError("no")


def test_what_lasts_is_told_once_a_day(store: Store) -> None:
    """And again where it came back after it was over."""
    assert last_notice.is_news(store, "build", ERROR, NOON)
    last_notice.note_failure(store, "build", ERROR, NOON)
    assert not last_notice.is_news(store, "build", ERROR, NOON + timedelta(hours=22))
    assert last_notice.is_news(store, "build", ERROR, NOON + timedelta(hours=24))
    last_notice.note_recovery(store, "build")
    assert last_notice.is_news(store, "build", ERROR, NOON)


def _failing(*feeds: str) -> FeedsError:
    return FeedsError({feed: DownloadError(f"answers 500 after {len(feeds)} s") for feed in feeds},
                      9, {})  # fmt: skip


def test_feed_that_comes_and_goes_is_told_once_a_day(store: Store) -> None:
    """Beside one that fails all the time; another feed is news."""
    told = [
        (0, ("a",), True),
        (1, ("a",), False),
        (2, ("a", "b"), True),
        (3, ("b",), False),
        (4, ("a",), False),
        (5, ("a", "b"), False),
        (6, ("c",), True),
        (7, ("a", "b", "c"), False),
        (26, ("a",), True),
    ]
    for hour, feeds, is_news in told:
        error, now = _failing(*feeds), NOON + timedelta(hours=hour)
        assert last_notice.is_news(store, "build", error, now) == is_news, hour
        if is_news:
            last_notice.note_failure(store, "build", error, now)


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", '{"cause": 3}', '{"at": "noon"}', '{"at": "2026-04-01T12:00:00"}', "\0"],
)
def test_file_that_cannot_be_read_fails_nothing(store: Store, text: str) -> None:
    """It is news then, and the file is written anew, whether it fails again or is over."""
    store.put(KEY, text.encode())
    assert last_notice.is_news(store, "build", ERROR, NOON)
    last_notice.note_recovery(store, "build")
    assert not last_notice.LastNotice.parse(store.get(KEY)).cause
    store.put(KEY, text.encode())
    last_notice.note_failure(store, "build", ERROR, NOON)
    assert not last_notice.is_news(store, "build", ERROR, NOON)


def test_what_was_told_in_the_future_was_not_told(store: Store) -> None:
    """A clock was wrong: people would hear nothing until then."""
    last_notice.note_failure(store, "build", ERROR, NOON + timedelta(days=400))
    assert last_notice.is_news(store, "build", ERROR, NOON)
