"""Which editions nobody needs any more: a pure function of what is stored and of who has what.

An edition that was followed by another 90 days ago, and that nobody has or may take, is needed by
nobody: a ring never goes back to an older one, and an earlier build is put back from its own files.
The time is for those who look back, and for whoever reads an edition at the moment.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

KEPT: Final = timedelta(days=90)
"""For so long an edition stays after the next one was cut; builds expire after as long."""

AT_ONCE: Final = 10
"""So many editions go in a round at most."""


@dataclass(frozen=True, slots=True)
class StoredEdition:
    """An edition's folder.

    Attributes:
        id: names it.
        number: counts editions.
        cut: when it was whole; None where whoever wrote it did not come to its end.
    """

    id: str
    number: int
    cut: datetime | None


def unneeded(
    stored: Collection[StoredEdition], needed: Collection[int], now: datetime
) -> tuple[StoredEdition, ...]:
    """Name the editions that may be deleted, the oldest first, and not too many.

    Args:
        stored: all that there are.
        needed: numbers of those that somebody has, or may take.
        now: UTC.
    """
    found = (one for one in _followed(stored, now - KEPT) if one.number not in needed)
    return tuple(sorted(found, key=lambda one: (one.number, one.id))[:AT_ONCE])


def _followed(stored: Collection[StoredEdition], before: datetime) -> Iterator[StoredEdition]:
    """Those after which another one was cut long enough ago."""
    cuts = sorted((one.number, one.cut) for one in stored if one.cut)
    numbers = [number for number, _ in cuts]
    for one in stored:
        following = bisect_right(numbers, one.number)
        if following < len(cuts) and cuts[following][1] <= before:
            yield one
