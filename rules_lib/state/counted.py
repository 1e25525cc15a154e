"""`state/hits.json`: how far alert logs are counted, and what stands in the way."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Final, Literal

from pydantic import Field

from rules_lib.bucket import COUNTED
from rules_lib.state.statefile import Cache, Moment

_FRESH: Final = timedelta(days=1)
"""A count of yesterday is fresh enough: the schedule counts several times a day."""


class Counted(Cache):
    """The last count that came to its end, and the failure of a later one.

    Attributes:
        logs: what is counted.
        at: when the last count of its day began that came to its end, ISO 8601, UTC; empty before
            the first.
        days: day -> when it was last counted.
        unread: lines that could not be read, in the last count.
        failure: why the newest attempt failed; empty where it did not.
    """

    KEY = COUNTED

    logs: str
    at: Moment | Literal[""] = ""
    days: Mapping[date, Moment] = Field(default_factory=dict)
    unread: int = Field(default=0, ge=0)
    failure: str = ""

    @property
    def counted_at(self) -> datetime | None:
        """When the last count began that came to its end."""
        return datetime.fromisoformat(self.at).astimezone(UTC) if self.at else None

    def through(self, since: datetime) -> datetime:
        """Up to when all hits since a moment are counted; UTC.

        Args:
            since: at the beginning of its day, where that day is not counted.
        """
        day = since.astimezone(UTC).date()
        while at := self.days.get(day):
            counted, after = datetime.fromisoformat(at), day + timedelta(days=1)
            if counted < _begin(after):
                return counted.astimezone(UTC)
            day = after
        return _begin(day)

    def gap(self, today: date, key: str = COUNTED) -> str:
        """Say why it is not known what fired lately; empty where it is.

        Args:
            today: UTC.
            key: of the file in the whole bucket.
        """
        at = self.counted_at
        if at and today - at.date() <= _FRESH:
            return ""
        told = f"last counted {at:%Y-%m-%d}" if at else "never counted"
        why = f"; {self.failure}" if self.failure else ""
        return f"the alert logs were {told}{why}. If they are no longer counted, delete {key}"


def _begin(day: date) -> datetime:
    return datetime.combine(day, time(tzinfo=UTC))
