"""Which days are counted, and that each line counts once."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.hits import day_hits, hits_of_day
from support.store import MemoryStore

from rules_lib.bucket import COUNTED, FIRED, hits_key
from rules_lib.counting.recount import BACKFILL, CountingRun, recount
from rules_lib.errors import HitsError
from rules_lib.hits.history import known_days, read_hits
from rules_lib.hits.rows import is_closed
from rules_lib.hits.values import CountedLines
from rules_lib.state.counted import Counted
from rules_lib.state.fired import FiredRules

NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)
TODAY = NOW.date()


@dataclass(slots=True)
class Logs:
    """Alert logs whose lines arrive at times of their own.

    Attributes:
        lines: when a line is there, and the day that it is about; all are of sid 7.
        asked: the spans that were asked for.
        failing: the engine's words, where it fails.
    """

    lines: list[tuple[datetime, date]] = field(default_factory=list)
    asked: list[tuple[date, date]] = field(default_factory=list)
    failing: str = ""
    span: int = 7

    def count(self, first: date, last: date, now: datetime) -> CountedLines:
        """Count what is there by now."""
        self.asked.append((first, last))
        if self.failing:
            raise HitsError(self.failing)
        there = [day for at, day in self.lines if at <= now and first <= day <= last]
        days = (
            hits_of_day(
                day_hits(7, day, count=there.count(day)),
                day=day,
                counted_at=now,
                closed=is_closed(day, now),
            )
            for day in sorted(set(there))
        )
        return CountedLines(days=tuple(days), unread=0)


def run(store: MemoryStore, logs: Logs, now: datetime = NOW, **more: object) -> CountingRun:
    """One run of the function."""
    values = {"retention": 90, "logs": "s3://logs/", **more}
    return CountingRun(store, logs, now=now, **values)  # type: ignore[arg-type]


def lines_kept(store: MemoryStore, first: date = TODAY - timedelta(days=60)) -> dict[date, int]:
    """How many lines of each day the bucket has."""
    days = read_hits(store, first, TODAY + timedelta(days=60)).days
    return {day.day: sum(hits.count for hits in day.hits) for day in days if day.hits}


def test_first_count_looks_back_as_far_as_a_plan_does() -> None:
    """A day without a line is known as well."""
    store = MemoryStore()
    recount(run(store, Logs([(NOW, TODAY)])))
    assert len(known_days(store)) == BACKFILL
    assert lines_kept(store) == {TODAY: 1}


def test_no_more_is_counted_than_is_kept() -> None:
    """What the bucket drops at once would be counted for ever."""
    store = MemoryStore()
    recount(run(store, Logs(), retention=7))
    assert known_days(store) == {TODAY - timedelta(days=ago) for ago in range(7)}


def test_closed_days_are_not_counted_again() -> None:
    """Today, and the days for which late lines are waited."""
    store, logs = MemoryStore(), Logs()
    recount(run(store, logs))
    logs.asked.clear()
    recount(run(store, logs, NOW + timedelta(hours=6)))
    assert logs.asked == [(TODAY - timedelta(days=2), TODAY)]


def test_day_whose_object_is_gone_is_counted_again() -> None:
    """People deleted a damaged one."""
    store, logs = MemoryStore(), Logs()
    recount(run(store, logs))
    store.delete(hits_key((TODAY - timedelta(days=9)).isoformat()))
    logs.asked.clear()
    recount(run(store, logs))
    assert (TODAY - timedelta(days=9),) * 2 in logs.asked


@given(
    st.lists(
        st.tuples(st.integers(0, 5), st.floats(0, 47)).map(
            lambda made: (
                NOW + timedelta(days=made[0], hours=made[1]),
                TODAY + timedelta(days=made[0]),
            )
        ),
        max_size=30,
    ),
    st.lists(st.floats(1, 30), min_size=1, max_size=12),
)
def test_late_line_counts_once_however_often_a_day_is_counted(
    lines: list[tuple[datetime, date]], pauses: list[float]
) -> None:
    """At whatever times this runs, once everything has come all is counted, each line once."""
    store, logs = MemoryStore(), Logs(lines)
    now = NOW
    for pause in (*pauses, 24 * 12):
        now += timedelta(hours=pause)
        recount(run(store, logs, now))
        recount(run(store, logs, now))
    days = [day for _, day in lines]
    assert lines_kept(store) == {day: days.count(day) for day in days}


def test_failure_is_written_down_and_what_was_counted_stays() -> None:
    """Until a day has passed nobody has to worry; then it is not known what fired."""
    store, logs = MemoryStore(), Logs([(NOW, TODAY)])
    recount(run(store, logs))
    logs.failing = "Athena: denied"
    with pytest.raises(HitsError, match="denied"):
        recount(run(store, logs, NOW + timedelta(hours=6)))
    note = Counted.find(store)
    assert note is not None
    assert (note.failure, note.at) == ("Athena: denied", NOW.isoformat())
    assert lines_kept(store) == {TODAY: 1}
    assert note.gap(TODAY + timedelta(days=1)) == ""
    assert "last counted 2026-11-28; Athena: denied" in note.gap(TODAY + timedelta(days=2))


def test_first_failure_says_that_nothing_was_ever_counted() -> None:
    """Builds must not take it for a time without hits."""
    store = MemoryStore()
    with pytest.raises(HitsError):
        recount(run(store, Logs(failing="no")))
    note = Counted.find(store)
    assert note is not None
    assert note.gap(TODAY).startswith("the alert logs were never counted; no.")


def test_what_there_is_no_time_for_is_left_to_the_next_run() -> None:
    """The newest days come first, so that what matters is known."""
    store, logs = MemoryStore(), Logs([(NOW, TODAY)])
    first = recount(run(store, logs, left=lambda: 10.0))
    assert (first.days[-1], len(first.days), len(logs.asked)) == (TODAY, 7, 1)
    assert "no time for" in first.warnings[0]
    second = recount(run(store, logs))
    assert len(known_days(store)) == BACKFILL
    assert len(second.days) == BACKFILL - 7 + 3


def test_newest_hit_of_each_rule_is_remembered_by_group() -> None:
    """Longer than the days are kept."""
    store, logs = MemoryStore(), Logs([(NOW, TODAY)])
    recount(run(store, logs))
    fired = FiredRules.find(store)
    assert fired is not None
    assert fired.root == {7: {"et-emerging-malware": TODAY}}
    assert (fired.of("et"), fired.of("other")) == ({7: TODAY}, {})
    later = NOW + timedelta(days=20)
    recount(run(store, Logs(), later))
    assert FiredRules.find(store) == fired


@pytest.mark.parametrize("damage", [None, b"{"])
def test_lost_memory_of_what_fired_is_made_again_from_the_days(damage: bytes | None) -> None:
    """A closed day is not counted again for it."""
    store, logs = MemoryStore(), Logs([(NOW, TODAY - timedelta(days=9))])
    recount(run(store, logs))
    if damage is None:
        store.delete(FIRED)
    else:
        store.put(FIRED, damage)
    result = recount(run(store, logs))
    fired = FiredRules.find(store)
    assert fired is not None
    assert fired.of("et") == {7: TODAY - timedelta(days=9)}
    assert len(result.warnings) == (damage is not None)


def test_damaged_note_only_costs_a_count() -> None:
    """It is written anew."""
    store, logs = MemoryStore(), Logs([(NOW, TODAY)])
    store.put(COUNTED, b"?")
    result = recount(run(store, logs))
    assert len(result.days) == BACKFILL
    assert COUNTED in result.warnings[0]


def test_rule_of_an_unknown_group_counts_as_ours() -> None:
    """Old records name none; others' groups may have the same sids."""
    days = [
        hits_of_day(day_hits(1, group=""), day_hits(2, group="mine"), day_hits(3, group="et-a")),
    ]
    assert FiredRules({}).plus(days).of("et") == {1: days[0].day, 3: days[0].day}


def test_what_fired_long_ago_is_forgotten() -> None:
    """The file stays small."""
    fired = FiredRules({}).plus([hits_of_day(day_hits(1))])
    assert fired.since(TODAY + timedelta(days=400)).root
    assert not fired.since(TODAY + timedelta(days=401)).root
