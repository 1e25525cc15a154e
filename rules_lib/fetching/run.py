"""Every feed that is asked for, each by itself: what fails stops no other, and is told at the end.

The order is the list's, but feeds that failed last time come last, and each may take its share of
the time that is left: a source that hangs costs the others nothing.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from math import inf
from typing import TYPE_CHECKING, Any, Final, Protocol, TypeVar

from rules_lib.bucket import FEEDS, FEEDS_TAKEN
from rules_lib.errors import DownloadError, FeedsError, RulesyncError
from rules_lib.facts.feeds import SECRET_MARK
from rules_lib.feed.fetch import Fetched, fetch, fetch_record
from rules_lib.feed.request import FeedRequest
from rules_lib.fetching.due import due_feeds
from rules_lib.sources.reader import reader_for
from rules_lib.state.feeds import FeedState, FeedStates, note_feeds

if TYPE_CHECKING:
    from rules_lib.address import Address
    from rules_lib.aws.store import Store
    from rules_lib.feed.source import FeedUnchanged
    from rules_lib.feedlist import FeedEntry, Feeds
    from rules_lib.settings import FetchSettings
    from rules_lib.sources.answers import SourceReader

_Found = TypeVar("_Found")

_KEPT: Final = 30.0
"""Seconds for what comes after the last feed: records, metrics and a notice."""


class SecretReader(Protocol):
    """Where the codes of feeds are kept."""

    def read(self, name: str) -> str:
        """Read the code that is kept under a name.

        Raises:
            SecretError: it cannot be had.
        """


class ReaderMaker(Protocol):
    """Makes what reads a source; see `reader_for`."""

    def __call__(
        self, address: Address, settings: FetchSettings, *, seconds: float
    ) -> SourceReader:
        """Make the reader for an address."""


@dataclass(frozen=True, slots=True)
class Fetching:
    """What a fetch works with.

    Attributes:
        settings: how large a feed may be, and how long a source may take.
        store: the bucket.
        secrets: where codes are kept.
        now: when it began, UTC.
        left: tells how many seconds are left in all.
        readers: makes what reads a source.
        watch: is told what is being asked for.
    """

    settings: FetchSettings
    store: Store
    secrets: SecretReader
    now: datetime
    left: Callable[[], float] = field(default=lambda: inf)
    readers: ReaderMaker = reader_for
    watch: Callable[[str], object] = field(default=lambda _: None)


@dataclass(frozen=True, slots=True)
class FetchedFeeds:
    """What became of the feeds that were asked for.

    Attributes:
        outcomes: feed -> what the bucket has now.
        failures: feed -> why it could not be had.
        waiting: those whose time has not come.
    """

    outcomes: Mapping[str, Fetched | FeedUnchanged]
    failures: Mapping[str, RulesyncError]
    waiting: tuple[str, ...] = ()

    @property
    def arrived(self) -> tuple[str, ...]:
        """Keys of the manifests that were written."""
        found = self.outcomes.values()
        return tuple(one.manifest.key for one in found if isinstance(one, Fetched))

    @property
    def warnings(self) -> tuple[str, ...]:
        """Of all feeds."""
        return tuple(warning for one in self.outcomes.values() for warning in one.warnings)

    def record(self) -> dict[str, Any]:
        """What became of them, as JSON; `status` is `fetched` where anything is new."""
        done = [{"feed": name, **fetch_record(one)} for name, one in self.outcomes.items()]
        failed = [
            {"feed": name, "status": "failed", "error": type(error).__name__, "cause": str(error)}
            for name, error in self.failures.items()
        ]
        waiting = [{"feed": name, "status": "waiting"} for name in self.waiting]
        return {
            "status": "fetched" if self.arrived else "unchanged",
            "manifests": list(self.arrived),
            "feeds": [*done, *failed, *waiting],
            "warnings": list(self.warnings),
        }

    def refuse_failures(self) -> None:
        """Let nobody take a fetch for whole of which a part failed.

        Raises:
            FeedsError: with every feed that failed.
        """
        if self.failures:
            asked = len(self.outcomes) + len(self.failures)
            raise FeedsError(self.failures, asked, self.record())

    def states(self, before: Mapping[str, FeedState], now: datetime) -> dict[str, FeedState]:
        """What is to be known of the feeds that were asked for.

        Args:
            before: what was known of them.
            now: when they were asked for, UTC.
        """
        first = FeedState(asked_at=now.isoformat())
        return {
            **{
                name: FeedState.confirmed(one.manifest.version, now)
                for name, one in self.outcomes.items()
            },
            **{
                name: before.get(name, first).failed(str(error), now)
                for name, error in self.failures.items()
            },
        }


def fetch_feeds(
    wanted: Sequence[FeedEntry], fetching: Fetching, last: frozenset[str] = frozenset()
) -> FetchedFeeds:
    """Ask for every feed, whatever becomes of the others.

    Args:
        wanted: the feeds, in the list's order.
        fetching: what it works with.
        last: names of those that are asked for after all others.
    """
    outcomes = dict[str, "Fetched | FeedUnchanged"]()
    failures = dict[str, RulesyncError]()
    ordered = sorted(wanted, key=lambda feed: feed.name in last)
    for done, feed in enumerate(ordered):
        share = (fetching.left() - _KEPT) / (len(ordered) - done)
        try:
            outcomes[feed.name] = fetch_one(feed, fetching, share)
        except RulesyncError as error:
            failures[feed.name] = error
    names = [feed.name for feed in wanted]
    return FetchedFeeds(_in_order(names, outcomes), _in_order(names, failures))


def fetch_one(feed: FeedEntry, fetching: Fetching, seconds: float = inf) -> Fetched | FeedUnchanged:
    """Ask for one feed.

    Args:
        feed: which.
        fetching: what it works with.
        seconds: that it may take.

    Raises:
        RulesyncError: see `fetch`; or its secret cannot be read.
    """
    fetching.watch(f"fetching {feed.name} from {feed.address}")
    address = feed.address
    if feed.secret:
        address = address.filled(SECRET_MARK, fetching.secrets.read(feed.secret))
    request = FeedRequest.of(feed, address, fetching.settings)
    reader = fetching.readers(address, fetching.settings, seconds=max(seconds, 1))
    try:
        return fetch(request, reader, fetching.store, fetching.now)
    except DownloadError as error:
        told = str(error)
    where = f" (the code in its address is from {feed.secret})" if feed.secret else ""
    raise DownloadError(f"{told}{where}")


def fetch_listed(
    feeds: Feeds, fetching: Fetching, names: Collection[str] = (), *, scheduled: bool = False
) -> tuple[FetchedFeeds, Mapping[str, FeedState]]:
    """Ask for the feeds of the list, and note what became of them.

    Args:
        feeds: the list.
        fetching: what it works with.
        names: of those to ask for; all, where none is named.
        scheduled: it is the schedule that asks, so each feed has to be due.

    Returns:
        What became of them, and what is known by now of every feed of the list.

    Raises:
        StoreError: what became of them cannot be noted.
    """
    seen = FeedStates.see(fetching.store)
    before = seen.file.feeds if seen.file else {}
    wanted = tuple(feed for feed in feeds if not names or feed.name in names)
    asked = due_feeds(wanted, before, fetching.now) if scheduled else wanted
    failing = frozenset(name for name, state in before.items() if state.failure)
    found = fetch_feeds(asked, fetching, failing)
    found = replace(found, waiting=tuple(one.name for one in wanted if one not in asked))
    states = found.states(before, fetching.now)
    note_feeds(fetching.store, states, feeds.names)
    return found, {**before, **states}


def note_taken(fetching: Fetching, cause: str | None) -> None:
    """Where it was a change of the list that asked, let the build go by the list as it is now.

    The build is not started by the list itself: it would run before a feed that was added is there,
    and take away the rules of the one whose place that takes.

    Args:
        fetching: what was worked with.
        cause: key of the object whose arrival asked; None where none did.

    Raises:
        StoreError: the bucket may not be written.
    """
    if cause == FEEDS:
        taken = {"at": fetching.now.isoformat()}
        fetching.store.put(FEEDS_TAKEN, json.dumps(taken).encode() + b"\n")


def _in_order(names: Sequence[str], found: Mapping[str, _Found]) -> dict[str, _Found]:
    return {name: found[name] for name in names if name in found}
