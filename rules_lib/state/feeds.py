"""`state/feeds.json`: what became of each feed of the list when it was asked for last."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from rules_lib.bucket import FEED_STATES
from rules_lib.state.statefile import Cache, Moment

if TYPE_CHECKING:
    from rules_lib.aws.store import Store

_ATTEMPTS: Final = 5
_CAUSE: Final = 1_000
"""Characters of a failure that are kept."""


class FeedState(BaseModel):
    """One feed.

    Attributes:
        asked_at: when its source was asked last, ISO 8601, UTC.
        confirmed_at: when the bucket last had what the source has; empty before the first time.
        version: that it had then.
        failure: why the newest attempt failed; empty where it did not.
        failing_since: when the first of the attempts was that have failed since.
    """

    model_config = ConfigDict(frozen=True, defer_build=True)

    asked_at: Moment
    confirmed_at: Moment | Literal[""] = ""
    version: str = ""
    failure: str = ""
    failing_since: Moment | Literal[""] = ""

    @classmethod
    def confirmed(cls, version: str, now: datetime) -> FeedState:
        """The bucket has what the source has."""
        return cls(asked_at=now.isoformat(), confirmed_at=now.isoformat(), version=version)

    def failed(self, cause: str, now: datetime) -> FeedState:
        """What is to be known after another attempt, which failed."""
        told = {
            "asked_at": now.isoformat(),
            "failure": cause[:_CAUSE],
            "failing_since": self.failing_since or now.isoformat(),
        }
        return self.model_copy(update=told)

    def age(self, now: datetime) -> timedelta | None:
        """How long ago the bucket had what the source has; None where it never did."""
        return now - datetime.fromisoformat(self.confirmed_at) if self.confirmed_at else None


class FeedStates(Cache):
    """The feeds of the list, by name."""

    KEY = FEED_STATES

    feeds: Mapping[str, FeedState] = Field(default_factory=dict)


def note_feeds(store: Store, changed: Mapping[str, FeedState], listed: Collection[str]) -> None:
    """Write what became of some feeds, beside what other fetches wrote meanwhile.

    Args:
        store: the bucket.
        changed: those that were asked for.
        listed: all feeds of the list; others are forgotten.

    Raises:
        StoreError: the bucket may not be read or written.
    """
    for _ in range(_ATTEMPTS):
        seen = FeedStates.see(store)
        both = {**(seen.file.feeds if seen.file else {}), **changed}
        kept = {name: state for name, state in both.items() if name in listed}
        if FeedStates(feeds=kept).put_over(store, seen.etag):
            return
