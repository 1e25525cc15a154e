"""What is known of the last days: their hits, and which rules were in force on them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Final

from rules_lib.hits.history import HitHistory
from rules_lib.hits.presence import Presence

RECENT_DAYS: Final = 30
"""So many days before today are looked at, and today as far as it was counted."""


@dataclass(frozen=True, slots=True)
class RecentHits:
    """What is known of the last days.

    Attributes:
        first: day that was looked at, UTC.
        last: the last one.
        history: their hits.
        presence: since when rules are in force.
        problem: why their hits cannot be read at all; empty where they can.
    """

    first: date
    last: date
    history: HitHistory = field(default_factory=HitHistory)
    presence: Presence = field(default_factory=Presence)
    problem: str = ""

    def days_of(self, sid: int) -> int:
        """On how many days whose hits are known a rule was in force all day long."""
        return sum(self.presence.had(sid, day.day) for day in self.history.days)
