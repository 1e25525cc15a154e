"""Real releases as a year of daily syncs: the record stays small, and no rule drops early.

`make test` takes some categories of two releases, and the days on which something happens. With
`THOROUGH=1` it is all releases, each day of the year, and a record that is lost in the middle.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

import pytest
from support.samples import THOROUGH

from benchmarks.staging import EVERYTHING, Release, runs, synced
from rules_lib.allowlist import load_allowlist
from rules_lib.model import FeedFile
from rules_lib.outcome import Converted
from rules_lib.reading.ruleset import Ruleset, read_rules
from rules_lib.stages.address_lists import is_address_list
from rules_lib.staging_record import NO_RECORD, StagingRecord
from rules_lib.state.staging import StagingFile

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.feeds

YEAR: Final = 365
DAYS: Final = 7
SMALL: Final = 100_000
"""Bytes; the record of a category of 6,000 rules that is switched off is no larger."""

SAMPLED: Final = {"compromised", "drop", "emerging-exploit", "emerging-hunting"}
_BUILD: Final = "20261124T025039Z-3f082e8a"


def _sampled(file: FeedFile) -> FeedFile:
    """A file as it is, or empty."""
    return file if file.category in SAMPLED else replace(file, data=b"")


def stretched(releases: Path) -> list[Release]:
    """The releases, from the first day of a year to its last month."""
    found = [release for run in runs(releases) for release in run]
    if not THOROUGH:
        found = [replace(one, files=tuple(map(_sampled, one.files))) for one in found[-2:]]
    step = (YEAR - 35) // (len(found) - 1)
    first = date(2026, 1, 1)
    return [
        replace(one, day=first + timedelta(days=step * place)) for place, one in enumerate(found)
    ]


def days_of(year: list[Release]) -> Iterator[date]:
    """Each day of the year, or those on which something may happen."""
    every = [year[0].day + timedelta(days=day) for day in range(YEAR)]
    near = {one.day + timedelta(days=after) for one in year for after in (0, 1, DAYS - 1, DAYS)}
    return (day for day in every if THOROUGH or day in near)


def test_year_of_daily_syncs(
    releases: Path, record_property: Callable[[str, object], None]
) -> None:
    """With everything in drop mode, so that as much as can be is staged."""
    year = stretched(releases)
    known = frozenset(file.category for release in year for file in release.files)
    allowlist = load_allowlist(EVERYTHING, source="everything", known=known)
    had, before, record, largest = dict[int, date](), dict[int, Converted](), NO_RECORD, 0
    waiting, ruleset, early = list(year), Ruleset(()), list[tuple[date, int]]()
    for number, day in enumerate(days_of(year)):
        if waiting and waiting[0].day <= day:
            ruleset = read_rules(waiting.pop(0).files)
        if THOROUGH and number == YEAR // 2:
            record = StagingRecord(intact=False)
        first = not before
        before, record = synced(ruleset, allowlist, day, before, record)
        for sid, rule in before.items():
            since = had.setdefault(sid, day - timedelta(days=DAYS) if first else day)
            young = day - since < timedelta(days=DAYS)
            if rule.action == "drop" and young and not is_address_list(rule.rule):
                early.append((day, sid))
        largest = max(largest, len(StagingFile.of(_BUILD, record).to_json()))
    record_property("record", f"{largest:,} bytes at most, {len(had):,} rules")
    assert early == []
    assert record.since == {}
    assert largest < SMALL
