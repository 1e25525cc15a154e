"""Days of hits, out of the bucket or counted from files on this machine."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final

from rules_lib.hits.history import read_hits
from rules_lib.text import counted

if TYPE_CHECKING:
    from rules_lib.aws.store import Store
    from rules_lib.hits.values import HitsOfDay

USUAL_DAYS: Final = 30
"""How far back people look who do not say how far."""

_FIRST: Final = date(1, 1, 1)


@dataclass(frozen=True, slots=True)
class KnownHits:
    """What is known of some days.

    Attributes:
        source: where it comes from, in people's words.
        days: those that were counted, in order.
        unknown: those between that were not: nothing is known of them, which is not "no hit".
        warnings: what could not be read.
    """

    source: str
    days: tuple[HitsOfDay, ...]
    unknown: tuple[date, ...]
    warnings: tuple[str, ...] = ()


def hits_in_bucket(store: Store, today: date, days: int = USUAL_DAYS) -> KnownHits:
    """Read the days before today, and today where it was counted already.

    Args:
        store: the bucket.
        today: UTC.
        days: how many, without today.

    Raises:
        StoreError: the bucket cannot be read.
    """
    found = read_hits(store, today - timedelta(days=days), today)
    return KnownHits(
        source=store.address("").rstrip("/"),
        days=found.days,
        unknown=tuple(day for day in found.unknown if day != today),
        warnings=found.warnings,
    )


def hits_in_files(paths: Sequence[Path], today: date, days: int | None = None) -> KnownHits:
    """Count the log lines of some files and folders.

    A day between two others that has no line at all is unknown: nobody can tell whether nothing was
    logged, or its file is missing.

    Args:
        paths: files, or folders of them.
        today: UTC.
        days: how many before today; None: all that the files have.

    Raises:
        HitsError: they cannot be read, or DuckDB is not installed.
    """
    from rulesync_cli.alert_logs.disk import count_files  # noqa: PLC0415 - only for files

    first = today - timedelta(days=days) if days is not None else _FIRST
    found = count_files(paths, first=first)
    counted_days = found.counted.days
    unread = found.counted.unread
    lines = f"{counted(unread, 'line')} that cannot be read left out"
    return KnownHits(
        source=counted(found.files, "file"),
        days=counted_days,
        unknown=tuple(_between([one.day for one in counted_days])),
        warnings=(*found.warnings, *([lines] if unread else ())),
    )


def _between(days: Sequence[date]) -> Iterator[date]:
    """The days that are missing between the first and the last."""
    there = frozenset(days)
    for number in range((days[-1] - days[0]).days if days else 0):
        if (day := days[0] + timedelta(days=number)) not in there:
            yield day
