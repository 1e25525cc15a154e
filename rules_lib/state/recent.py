"""The last days, read from the bucket."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

from rules_lib.hits.history import HitHistory, known_days, read_hits
from rules_lib.hits.presence import Presence
from rules_lib.hits.recent import RECENT_DAYS, RecentHits
from rules_lib.state.presence import read_presence

if TYPE_CHECKING:
    from rules_lib.aws.store import Store


def read_recent(store: Store, today: date, *, presence: bool) -> RecentHits:
    """Read the hits of the days before today, and of today as far as it was counted.

    Where the bucket has no hits at all this is one request, and every day is unknown.

    Args:
        store: the bucket.
        today: UTC.
        presence: whether it is asked since when rules are in force, too.

    Raises:
        StoreError: the bucket cannot be read.
    """
    first = today - timedelta(days=RECENT_DAYS)
    asked = tuple(first + timedelta(days=number) for number in range(RECENT_DAYS))
    if not known_days(store).intersection((*asked, today)):
        return RecentHits(first, today, HitHistory(unknown=asked))
    history = read_hits(store, first, today)
    unknown = tuple(day for day in history.unknown if day != today)
    return RecentHits(
        first=first,
        last=today,
        history=replace(history, unknown=unknown),
        presence=read_presence(store, first) if presence else Presence(),
    )
