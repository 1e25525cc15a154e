"""Stands in for the time of day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo


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
