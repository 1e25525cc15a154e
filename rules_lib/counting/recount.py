"""Which days are counted, and what is kept of them.

A day is counted anew, as a whole, until two days after its end: then it is closed, as no further
lines are waited for. So a line that comes late counts, and none counts twice, however often this
runs, is cut short or runs twice at once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from math import inf
from typing import TYPE_CHECKING, Final

from rules_lib.errors import HitsError
from rules_lib.hits.history import HitHistory, known_days, put_day, read_hits
from rules_lib.hits.rows import is_closed
from rules_lib.hits.values import CountedLines, HitsOfDay
from rules_lib.state.counted import Counted
from rules_lib.state.fired import FiredRules

if TYPE_CHECKING:
    from rules_lib.aws.store import Store
    from rules_lib.counting.log_source import LogSource

BACKFILL: Final = 30
"""Days before today that are counted where they were not: what a plan looks back on."""

ENOUGH: Final = 120.0
"""Seconds that a query usually has left to end in; with less, the next run goes on."""


@dataclass(frozen=True, slots=True)
class Recounted:
    """What a count came to.

    Attributes:
        days: that were counted, in order.
        lines: log lines of these days.
        hits: of these, those of a rule.
        unread: lines that could not be read.
        warnings: what should be known although nothing failed.
        newest: the newest whole day of them; None where none is.
    """

    days: tuple[date, ...]
    lines: int
    hits: int
    unread: int
    warnings: tuple[str, ...] = ()
    newest: HitsOfDay | None = None


@dataclass(frozen=True, slots=True)
class CountingRun:
    """What one count works with.

    Attributes:
        store: the bucket of the stack.
        source: the alert logs.
        logs: names them to people.
        now: when it began, UTC.
        retention: days after which the bucket drops what was counted.
        left: tells how many seconds are left.
    """

    store: Store
    source: LogSource
    logs: str
    now: datetime
    retention: int
    left: Callable[[], float] = lambda: inf


def recount(run: CountingRun) -> Recounted:
    """Count the days that are not closed, or that are missing, and keep what fired.

    The newest days come first. What there is no time for, the next run counts.

    Raises:
        HitsError: the logs cannot be counted; the days that were counted before it stay.
        StoreError: the bucket cannot be read or written.
    """
    seen = Counted.see(run.store)
    note = (seen.file or Counted(logs="")).model_copy(update={"logs": run.logs, "failure": ""})
    counted: list[CountedLines] = []
    warnings = list(seen.warnings)
    for first, last in _spans(run, note):
        if counted and run.left() < ENOUGH:
            warnings.append(f"there was no time for {last} and before: the next count continues")
            break
        try:
            counted.append(_count(run, first, last))
        except HitsError as error:
            note.model_copy(update={"failure": str(error)}).put(run.store)
            raise
        note = _noted(note, counted, run.now)
        note.put(run.store)
    warnings += _remember(run, counted)
    return _result(counted, warnings, run.now.date())


def _count(run: CountingRun, first: date, last: date) -> CountedLines:
    """Count a span, and keep its days."""
    counted = _with_quiet_days(run.source.count(first, last, run.now), first, last, run.now)
    for day in counted.days:
        put_day(run.store, day)
    return counted


def _noted(note: Counted, counted: Sequence[CountedLines], now: datetime) -> Counted:
    """What is known once some spans are counted, today's the first of them."""
    moment = now.isoformat()
    fresh = {day.day: moment for one in counted for day in one.days}
    oldest = now.date() - timedelta(days=2 * BACKFILL)
    days = {day: at for day, at in {**note.days, **fresh}.items() if day >= oldest}
    unread = sum(one.unread for one in counted)
    return note.model_copy(
        update={"at": moment, "days": dict(sorted(days.items())), "unread": unread}
    )


def _spans(run: CountingRun, note: Counted) -> Iterator[tuple[date, date]]:
    """The days to be counted, in spans of days that follow each other, the newest first."""
    known, today = known_days(run.store), run.now.date()
    window = (today - timedelta(days=ago) for ago in range(min(BACKFILL, run.retention)))
    days = [day for day in window if day not in known or not _is_done(day, note)]
    while days:
        span = [days.pop(0)]
        while days and span[-1] - days[0] == timedelta(days=1) and len(span) < run.source.span:
            span.append(days.pop(0))
        yield span[-1], span[0]


def _is_done(day: date, note: Counted) -> bool:
    at = note.days.get(day)
    return at is not None and is_closed(day, datetime.fromisoformat(at))


def _result(counted: Sequence[CountedLines], warnings: Sequence[str], today: date) -> Recounted:
    days = [day for one in counted for day in one.days]
    whole = [day for day in days if day.day < today]
    return Recounted(
        days=tuple(sorted(day.day for day in days)),
        lines=sum(day.lines for day in days),
        hits=sum(hits.count for day in days for hits in day.hits),
        unread=sum(one.unread for one in counted),
        warnings=tuple(warnings),
        newest=max(whole, key=lambda day: day.day, default=None),
    )


def _with_quiet_days(counted: CountedLines, first: date, last: date, now: datetime) -> CountedLines:
    """A day without a line is known too: nothing fired, or nothing was logged."""
    found = {day.day: day for day in counted.days}
    days = (first + timedelta(days=number) for number in range((last - first).days + 1))
    whole = (found.get(day) or _quiet(day, now, counted) for day in days)
    return CountedLines(days=tuple(whole), unread=counted.unread)


def _quiet(day: date, now: datetime, counted: CountedLines) -> HitsOfDay:
    asked = all(one.addresses for one in counted.days)
    return HitsOfDay(
        day=day, counted_at=now, closed=is_closed(day, now), lines=0, addresses=asked, hits=()
    )


def _remember(run: CountingRun, counted: Iterable[CountedLines]) -> tuple[str, ...]:
    """Write down when each rule last fired; from all days that are kept, where that is lost."""
    seen = FiredRules.see(run.store)
    known, warnings = seen.file, seen.warnings
    if known is None:
        days = known_days(run.store)
        history = read_hits(run.store, min(days), max(days)) if days else HitHistory()
        known = FiredRules({}).plus(history.days)
        warnings = (*warnings, *history.warnings)
    newest = known.plus(day for one in counted for day in one.days).since(run.now.date())
    if newest != seen.file:
        newest.put(run.store)
    return warnings
