"""What people were told went wrong, so that they are not told the same again and again.

Lambda runs a function that failed once or twice more, and its schedule again every few hours: a
feed that is away for a day, or an allowlist with an error, would be told a dozen times.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final, Literal

from pydantic import Field

from rules_lib.bucket import last_notice_key
from rules_lib.errors import ConfigError, FeedsError, RoundError, RulesyncError
from rules_lib.state.statefile import Cache, Moment

if TYPE_CHECKING:
    from rules_lib.aws.store import Store

AGAIN: Final = timedelta(hours=23)
"""What lasts is told once a day: an hour less, as a schedule is not exact."""


class LastNotice(Cache):
    """The newest failure that people were told of; without a cause where it is over.

    Attributes:
        cause: SHA-256 of the error, its numbers left out.
        at: ISO 8601, UTC.
        parts: where several feeds failed: the same of each feed's error, and when people were told
            of it last.
    """

    KEY = last_notice_key("SERVICE")

    cause: str = ""
    at: Moment | Literal[""] = ""
    parts: Mapping[str, Moment] = Field(default_factory=dict)

    def lasts(self, now: datetime) -> bool:
        """Whether it was told less than a day ago; what is told in the future was never told."""
        return bool(self.at) and _is_recent(self.at, now)

    def recent_parts(self, now: datetime) -> Mapping[str, Moment]:
        """The feeds' errors that were told less than a day ago."""
        return {mark: at for mark, at in self.parts.items() if _is_recent(at, now)}


def is_news(store: Store, service: str, error: RulesyncError, now: datetime) -> bool:
    """Whether people were not told of this error in the last day.

    Raises:
        StoreError: the bucket may not be read.
    """
    told = LastNotice.find(store, last_notice_key(service))
    if told and isinstance(error, FeedsError):
        return not told.recent_parts(now).keys() >= set(_parts(error))
    return told is None or told.cause != _mark(error) or not told.lasts(now)


def note_failure(store: Store, service: str, error: RulesyncError, now: datetime) -> None:
    """Remember that people were told.

    Raises:
        StoreError: the bucket may not be written.
    """
    key, at = last_notice_key(service), now.isoformat()
    before = LastNotice.find(store, key) or LastNotice()
    parts = dict.fromkeys(_parts(error), at) if isinstance(error, FeedsError) else {}
    told = {**before.recent_parts(now), **parts} if parts else {}
    LastNotice(cause=_mark(error), at=at, parts=told).put(store, key)


def note_recovery(store: Store, service: str) -> None:
    """Forget what was told, as it works again: the next failure is news.

    Raises:
        StoreError: the bucket may not be read or written.
    """
    key = last_notice_key(service)
    told = LastNotice.see(store, key)
    if told.etag and (told.file is None or told.file.cause):
        LastNotice().put(store, key)


def _parts(error: FeedsError) -> tuple[str, ...]:
    """Identify the error of each feed: one that comes and goes is told once a day, as one alone."""
    return tuple(_mark(one, f"{feed}: ") for feed, one in error.failures.items())


def _is_recent(at: str, now: datetime) -> bool:
    return timedelta() <= now - datetime.fromisoformat(at) <= AGAIN


def _mark(error: RulesyncError, whose: str = "") -> str:
    """Identify an error; times and counts differ with each run, lines of a file do not.

    Of a round it is which targets failed.
    """
    told = "\n".join(error.names) if isinstance(error, RoundError) else str(error)
    text = f"{whose}{told}"
    exact = any(isinstance(one, ConfigError | RoundError) for one in (error, error.__cause__))
    return hashlib.sha256((text if exact else re.sub(r"\d+", "#", text)).encode()).hexdigest()
