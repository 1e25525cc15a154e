"""The bucket's days of hits: read, put, and listed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from rules_lib.bucket import HITS, day_of_hits_key, hits_key
from rules_lib.errors import HitsError
from rules_lib.hits.stored import pack_day, unpack_day
from rules_lib.hits.values import HitsOfDay

if TYPE_CHECKING:
    from rules_lib.aws.store import Store


@dataclass(frozen=True, slots=True)
class HitHistory:
    """What is known of some days.

    Attributes:
        days: those that could be read, in order.
        unknown: those that were asked for and were not counted, or cannot be read: nothing is
            known of them, which is not the same as no hit.
        warnings: of objects that cannot be read.
    """

    days: tuple[HitsOfDay, ...] = ()
    unknown: tuple[date, ...] = ()
    warnings: tuple[str, ...] = ()


def read_hits(store: Store, first: date, last: date) -> HitHistory:
    """Read the hits of some days; a damaged one is told and left out.

    Args:
        store: the bucket.
        first: the first day, UTC.
        last: the last one.

    Raises:
        StoreError: the bucket may not be read.
    """
    days, unknown, warnings = [], [], []
    for day in _days(first, last):
        try:
            found = find_day(store, day)
        except HitsError as error:
            warnings.append(str(error))
            found = None
        if found:
            days.append(found)
        else:
            unknown.append(day)
    return HitHistory(tuple(days), tuple(unknown), tuple(warnings))


def find_day(store: Store, day: date) -> HitsOfDay | None:
    """Read one day's hits; None where it was not counted.

    Raises:
        StoreError: the bucket may not be read.
        HitsError: the object is damaged, or another day's.
    """
    key = hits_key(day.isoformat())
    stored = store.find(key)
    if stored is None:
        return None
    found = unpack_day(stored.body, store.address(key))
    if found.day != day:
        raise HitsError(f"{store.address(key)} has the hits of {found.day}; it is not used")
    return found


def put_day(store: Store, day: HitsOfDay) -> None:
    """Write a day's hits over what an earlier count left.

    Raises:
        StoreError: the bucket may not be written.
    """
    store.put(hits_key(day.day.isoformat()), pack_day(day))


def known_days(store: Store) -> frozenset[date]:
    """Tell which days have an object.

    Raises:
        StoreError: the bucket may not be listed.
    """
    named = (day_of_hits_key(entry.key) for entry in store.entries(HITS))
    return frozenset(day for text in named if (day := _date(text)))


def _days(first: date, last: date) -> tuple[date, ...]:
    return tuple(first + timedelta(days=number) for number in range((last - first).days + 1))


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
