"""What is known of how long rules have been here: one build leaves it for the next.

Most is told by what is in force. Recorded is what that does not say: since when a rule alerts that
is to drop later, which of these fired, and which rules left a short while ago.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from types import MappingProxyType
from typing import Final, NamedTuple

REMEMBERED: Final = timedelta(days=30)
"""So long a rule that left is no new one when it comes back with the same rev."""


class Departure(NamedTuple):
    """A rule that was in force and is no more.

    Attributes:
        day: of the first build without it, in UTC.
        rev: that it had.
    """

    day: date
    rev: int


@dataclass(frozen=True, slots=True)
class StagingRecord:
    """What the builds before leave to know; sids throughout, days in UTC.

    Attributes:
        since: rules that alert and are to drop later -> the first build that had them. One that is
            not in force was never put there, unless it has left too.
        fired: of these, those that fired meanwhile -> the newest day.
        left: rules that left a short while ago; one that is not in `since` had its days.
        first: no build came before.
        edited: the allowlist is not that of the build before, so headers may differ by it.
        intact: nothing is missing of what builds before recorded.
        missing: texts of groups that the last build put in force, and that are gone since.
    """

    since: Mapping[int, date] = field(default_factory=lambda: MappingProxyType({}))
    fired: Mapping[int, date] = field(default_factory=lambda: MappingProxyType({}))
    left: Mapping[int, Departure] = field(default_factory=lambda: MappingProxyType({}))
    first: bool = True
    intact: bool = True
    edited: bool = False
    missing: tuple[str, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to be left for the next build."""
        return not (self.since or self.left)

    def says_the_same(self, other: StagingRecord) -> bool:
        """Whether the next build learns the same from both."""
        return (self.since, self.fired, self.left) == (other.since, other.fired, other.left)

    def remembers(self, gone: Departure, day: date) -> bool:
        """Whether a rule left not too long before a day."""
        return day - gone.day < REMEMBERED

    def remembered(self, day: date) -> dict[int, Departure]:
        """The rules that left not too long before a day; none left after it."""
        return {
            sid: gone._replace(day=min(gone.day, day))
            for sid, gone in self.left.items()
            if self.remembers(gone, day)
        }


NO_RECORD: Final = StagingRecord()


def days_of(days: Mapping[int, date], sids: Iterable[int]) -> dict[int, date]:
    """Of the days only those of some sids, in the order of the sids."""
    return {sid: days[sid] for sid in sorted(sids) if sid in days}
