"""The day on which tests run, and what stands in for the time of day."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Final

_LAST_MINUTES: Final = timedelta(minutes=5)
"""Of a day, in which no test begins: more than any of those takes that name a day."""


def today() -> date:
    """The day, in UTC. A run of all tests may go on to the next: ask in the test, not on import."""
    return datetime.now(UTC).date()


def wait_for_a_day_with_time_left() -> None:
    """Wait for midnight, UTC, if it is near: a test and what it tests are to be of one day."""
    now = datetime.now(UTC)
    passed = timedelta(hours=now.hour, minutes=now.minute, seconds=now.second)
    left = timedelta(days=1) - passed
    if left <= _LAST_MINUTES:
        time.sleep(left.total_seconds())


@dataclass(slots=True)
class Clock:
    """Stands in for `datetime` where something asks for the time.

    Attributes:
        time: the time that it is said to be.
        step: so much later it is with each question after the first.
    """

    time: datetime
    step: timedelta = timedelta()

    def now(self, zone: tzinfo) -> datetime:
        """Tell the time."""
        found, self.time = self.time, self.time + self.step
        return found.astimezone(zone)
