"""Real releases as a year of daily syncs: the record stays small, and no rule drops early.

`make test` takes some categories of two releases, and the days on which something happens. With
`THOROUGH=1` it is all releases, each day of the year, and a record that is lost in the middle. Once
more with alert logs, which are counted each day as files on a desk are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Final

import pytest
from support.alert_logs import alert_record, write_log
from support.samples import THOROUGH

from benchmarks.staging import EVERYTHING, Release, runs, synced
from rules_lib.allowlist import load_allowlist
from rules_lib.inputs import Inputs
from rules_lib.model import FeedFile
from rules_lib.outcome import Converted
from rules_lib.reading.ruleset import Ruleset, read_rules
from rules_lib.stages.address_lists import is_address_list
from rules_lib.staging_record import NO_RECORD, StagingRecord
from rules_lib.state.fired import FiredRules
from rules_lib.state.staging import StagingFile
from rulesync_cli.alert_logs.disk import count_files

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


@pytest.fixture(scope="module")
def year(releases: Path) -> list[Release]:
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
    year: list[Release], record_property: Callable[[str, object], None]
) -> None:
    """With everything in drop mode, so that as much as can be is staged."""
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
        inputs = Inputs(ruleset=ruleset, allowlist=allowlist, day=day)
        before, record = synced(inputs, before, record)
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


def fires(sid: int) -> bool:
    """Whether a rule fires every day that it is staged: one in three does."""
    return sid % 3 == 0


def log_of(day: date, rules: dict[int, Converted], path: Path) -> Path:
    """An alert log of a day, of the rules in force: of those that are not staged, few fire."""
    moment = datetime.combine(day, time(10), UTC)
    found = (
        sid for sid, rule in rules.items() if fires(sid) and (rule.cause.stage or sid % 50 == 0)
    )
    return write_log(path, (alert_record(sid, at=moment, group="et-all") for sid in found))


def test_year_with_alert_logs(
    year: list[Release], tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    """What fired while it was staged never drops; all else drops after its days."""
    known = frozenset(file.category for release in year for file in release.files)
    allowlist = load_allowlist(EVERYTHING, source="everything", known=known)
    before, record, fired = dict[int, Converted](), NO_RECORD, FiredRules({})
    waiting, ruleset, staged = list(year), Ruleset(()), dict[int, date]()
    for day in days_of(year):
        if waiting and waiting[0].day <= day:
            ruleset = read_rules(waiting.pop(0).files)
        inputs = Inputs(ruleset=ruleset, allowlist=allowlist, day=day, fired=fired.of("et"))
        before, record = synced(inputs, before, record)
        for sid, rule in before.items():
            if rule.cause.stage and not rule.cause.exemption:
                staged.setdefault(sid, rule.cause.stage.since)
        dropping = {sid for sid in staged if sid in before and before[sid].action == "drop"}
        assert not {sid for sid in dropping if fires(sid)}
        assert all(day - staged[sid] >= timedelta(days=DAYS) for sid in dropping)
        log = log_of(day, before, tmp_path / f"{day}.log.gz")
        fired = fired.plus(count_files([log]).counted.days).since(day)
    left = {sid for sid in record.since if sid in before}
    size = f"{len(StagingFile.of(_BUILD, record).to_json()):,} and {len(fired.to_json()):,} bytes"
    record_property("state", f"{size}, {len(staged):,} staged, {len(left):,} fired and stay")
    assert left == {sid for sid in staged if sid in before and fires(sid)} != set()
