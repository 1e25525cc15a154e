"""Several feeds in one run: the time that each has, and what is noted of them at the same time."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from support.store import MemoryStore
from support.web import Answer, Pauses, feed, reader
from support.web import settings as usual

from rules_lib.address import Address
from rules_lib.errors import DownloadError, SecretError
from rules_lib.feedlist import FeedEntry, Feeds
from rules_lib.fetching.run import Fetching, fetch_feeds, fetch_listed
from rules_lib.sources.reader import reader_for
from rules_lib.sources.session import UnguidedSession
from rules_lib.state.feeds import FeedState, FeedStates, note_feeds

if TYPE_CHECKING:
    from pathlib import Path

    from support.web import WebServer

    from rules_lib.settings import FetchSettings
    from rules_lib.sources.answers import SourceReader

NOON = datetime(2026, 4, 1, 12, tzinfo=UTC)


class NoSecrets:
    """Keeps nothing."""

    def read(self, name: str) -> str:
        """Refuse."""
        raise SecretError(f"secret {name}: none")


def entry(folder: Path, name: str) -> FeedEntry:
    """Publish a feed of one file; give its entry."""
    (folder / f"{name}.tar.gz").write_bytes(feed(1, category=name))
    return FeedEntry(name, Address(str(folder / f"{name}.tar.gz")), has_version=False)


def test_each_feed_has_its_share_of_the_time_that_is_left(
    store: MemoryStore, tmp_path: Path
) -> None:
    """What one does not use is the others'; the last is left the half minute for what follows."""
    left, given = iter((630.0, 620.0, 130.0)), list[float]()

    def readers(address: Address, settings: FetchSettings, *, seconds: float) -> SourceReader:
        given.append(seconds)
        return reader_for(address, settings, seconds=seconds)

    feeds = [entry(tmp_path, name) for name in ("a", "b", "c")]
    here = Fetching(usual("/x"), store, NoSecrets(), NOON, lambda: next(left), readers)
    assert list(fetch_feeds(feeds, here).outcomes) == ["a", "b", "c"]
    assert given == [200.0, 295.0, 100.0]


def test_feeds_that_failed_last_are_asked_last_and_told_in_the_list_s_order(
    store: MemoryStore, tmp_path: Path
) -> None:
    """A source that hangs is waited for when all others are done."""
    feeds = Feeds(tuple(entry(tmp_path, name) for name in ("a", "b")), listed=True)
    asked = list[str]()
    here = Fetching(usual("/x"), store, NoSecrets(), NOON, watch=asked.append)
    note_feeds(store, {"a": FeedState(asked_at=NOON.isoformat()).failed("no", NOON)}, feeds.names)
    found, states = fetch_listed(feeds, here)
    assert [words.split()[1] for words in asked] == ["b", "a"]
    assert list(found.outcomes) == ["a", "b"]
    assert {name: state.failure for name, state in states.items()} == {"a": "", "b": ""}


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (Answer(body=feed(1)), "not complete after 0.5 seconds"),
        (Answer(503), "gave up after 1 attempt$"),
    ],
)
def test_reader_gives_up_when_its_time_is_over(
    server: WebServer, answer: Answer, words: str
) -> None:
    """In the middle of a body, and before another attempt."""
    server.routes["/f"] = [answer]
    pauses = Pauses(tick=3)
    timed = replace(reader(UnguidedSession(), pauses), until=3.5)
    with pytest.raises(DownloadError, match=words):
        timed.read(Address(f"{server.url}/f"), 10_000)
    assert pauses.taken == []


def test_what_two_fetches_note_at_once_is_kept_of_both(store: MemoryStore) -> None:
    """And what left the list is forgotten."""
    one, two = FeedState.confirmed("1", NOON), FeedState.confirmed("2", NOON)
    note_feeds(store, {"a": one, "gone": one}, ("a", "gone"))
    note_feeds(store, {"b": two}, ("a", "b"))
    found = FeedStates.find(store)
    assert found is not None
    assert found.feeds == {"a": one, "b": two}
    assert one.age(NOON + timedelta(hours=1)) == timedelta(hours=1)
    assert FeedState(asked_at=NOON.isoformat()).age(NOON) is None
