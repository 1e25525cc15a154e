"""How each feed in use is: its newest release in the bucket, and what became of the last fetch."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from rules_lib.feed.listed import feeds_in_bucket
from rules_lib.feed.newest import newest_manifests
from rules_lib.fetching.due import overdue
from rules_lib.state.feeds import FeedState, FeedStates
from rules_lib.text import count
from rulesync_cli.show.ages import age_short

if TYPE_CHECKING:
    from rules_lib.aws.store import Store
    from rules_lib.feed.manifest import Manifest
    from rules_lib.feedlist import FeedEntry


@dataclass(frozen=True, slots=True)
class FeedStatus:
    """One feed in use.

    Attributes:
        manifest: of its newest release; None where none has arrived yet.
        state: what became of the last fetches; None where nothing is noted.
    """

    entry: FeedEntry
    manifest: Manifest | None
    state: FeedState | None

    @property
    def failure(self) -> str:
        """Why the newest fetch failed; empty where it did not, or nothing is noted."""
        return self.state.failure if self.state else ""

    def overdue(self, now: datetime) -> timedelta:
        """For how long it is not confirmed, beyond the time that it may take."""
        return overdue(self.entry, self.state, now)

    def row(self, now: datetime) -> tuple[str, ...]:
        """For a table."""
        release, state = self.manifest, self.state
        return (
            self.entry.name,
            release.version if release else "none yet",
            age_short(now - release.fetched_at) if release else "-",
            age_short(now - datetime.fromisoformat(state.asked_at)) if state else "-",
            _every(self.entry.every),
            count(release.total.enabled) if release else "-",
            self.entry.licence or "-",
            release.source if release else str(self.entry.address),
        )

    def record(self, now: datetime) -> dict[str, Any]:
        """For programs; what is not known is null."""
        release, state, entry = self.manifest, self.state, self.entry
        return {
            "name": entry.name,
            "url": str(entry.address),
            "form": entry.form or None,
            "prefix": entry.prefix,
            "secret": entry.secret,
            "licence": entry.licence or None,
            "vendor": entry.vendor or None,
            "every_seconds": entry.every.total_seconds() if entry.every else None,
            "version": release.version if release else None,
            "source": release.source if release else None,
            "fetched_at": release.fetched_at.isoformat() if release else None,
            "age_hours": _hours(now - release.fetched_at) if release else None,
            "enabled": release.total.enabled if release else None,
            "asked_at": state.asked_at if state else None,
            "confirmed_at": (state.confirmed_at or None) if state else None,
            "overdue_hours": _hours(self.overdue(now)),
            "failure": self.failure or None,
            "failing_since": (state.failing_since or None) if state else None,
        }


def feed_statuses(store: Store) -> tuple[FeedStatus, ...]:
    """Look at the feeds of the bucket's list, in its order; without a list, at et/open.

    Raises:
        StoreError: the bucket cannot be read.
        FeedListError: the list has errors.
    """
    feeds = feeds_in_bucket(store)
    newest = newest_manifests(store, feeds.names)
    seen = FeedStates.see(store).file if feeds.listed else None
    states = seen.feeds if seen else {}
    return tuple(FeedStatus(one, newest.get(one.name), states.get(one.name)) for one in feeds)


def _every(span: timedelta | None) -> str:
    return age_short(span) if span else "-"


def _hours(span: timedelta) -> float:
    return round(span.total_seconds() / 3600, 1)
