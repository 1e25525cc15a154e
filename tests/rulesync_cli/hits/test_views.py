"""Hits by rule, category, own host and day, from made-up days."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.alert_logs import after, alert_record, write_log
from support.hits import DAY, day_hits, hits_of_day

from rules_lib.hits.values import DayHits, HitsOfDay, PacketAction, Talker
from rulesync_cli.history.published import PublishedRule
from rulesync_cli.hits.sheets import (
    CATEGORY_FIELDS,
    DAY_FIELDS,
    HOST_FIELDS,
    RULE_FIELDS,
    category_record,
    day_record,
    host_record,
    rule_record_of_hits,
)
from rulesync_cli.hits.source import KnownHits, hits_in_files
from rulesync_cli.hits.views import (
    RulesInForce,
    by_category,
    by_day,
    by_host,
    by_rule,
)

NEXT = DAY + timedelta(days=1)
RULE = PublishedRule(
    7, 1, "alert", "Major", "High", "", "emerging-malware", "et-emerging-malware", 1000, "msg", ""
)
THERE = RulesInForce("build", "et", {7: RULE})


def known(*days: HitsOfDay, unknown: tuple[date, ...] = ()) -> KnownHits:
    """Days as a source gives them."""
    return KnownHits("here", days, unknown)


def test_rule_has_one_line_whatever_became_of_its_packets() -> None:
    """In which group it stood at the time does not matter."""
    dropped = day_hits(day=NEXT, action=PacketAction.DROP, count=3, group="et-emerging-malware-2")
    days = known(hits_of_day(day_hits(count=2)), hits_of_day(dropped, day=NEXT))
    [row] = by_rule(days, THERE)
    assert (row.sid, row.category, row.group) == (7, "emerging-malware", "et-emerging-malware")
    assert (row.tally.hits, row.tally.blocked, row.tally.days) == (5, 3, 2)
    assert (row.tally.first.date(), row.tally.last.date()) == (DAY, NEXT)


def test_sid_in_anothers_group_is_not_our_rule() -> None:
    """Other teams, and AWS, have groups in the same firewall, and may use the same sid."""
    days = known(hits_of_day(day_hits(), day_hits(group="their-rules", count=9)))
    foreign, ours = by_rule(days, THERE)
    assert (foreign.rule, foreign.category, foreign.group) == (None, "(not ours)", "their-rules")
    assert (ours.rule, ours.tally.hits) == (RULE, 1)


def test_record_without_a_group_is_taken_for_ours() -> None:
    """Old records name none."""
    [row] = by_rule(known(hits_of_day(day_hits(group=""))), THERE)
    assert row.rule == RULE


@pytest.mark.parametrize(("sid", "category"), [(2, "(default action)"), (9, "-")])
def test_what_is_not_in_force_has_no_category(sid: int, category: str) -> None:
    """The policy's own actions are called so."""
    [row] = by_rule(known(hits_of_day(day_hits(sid, group=""))), THERE)
    assert (row.rule, row.category) == (None, category)


def test_own_host_counts_on_either_side() -> None:
    """Foreign hosts have no line."""
    out = day_hits(count=5, top_sources=(Talker("10.0.0.5", 4), Talker("10.0.0.6", 1)))
    inward = day_hits(
        8,
        action=PacketAction.DROP,
        top_sources=(Talker("192.0.2.9", 1),),
        top_destinations=(Talker("10.0.0.6", 1),),
    )
    first, second = by_host(known(hits_of_day(out, inward)), THERE)
    assert (first.host, first.hits_at_least, first.blocked_at_least, first.sids) == (
        *("10.0.0.5", 4, 0),
        (7,),
    )
    assert (second.host, second.hits_at_least, second.blocked_at_least) == ("10.0.0.6", 2, 1)
    assert second.sids == (7, 8)


def test_unknown_day_has_no_numbers_and_a_quiet_one_has_zeroes() -> None:
    """Nothing known is not nothing fired."""
    quiet = replace(hits_of_day(day=DAY), lines=12)
    first, second = map(day_record, by_day(known(quiet, unknown=(NEXT,)), THERE))
    assert (first["day"], first["lines"], first["hits"]) == (DAY.isoformat(), 12, 0)
    assert second == {"day": NEXT.isoformat(), **dict.fromkeys(DAY_FIELDS[1:])}


def test_records_have_the_fields_of_the_sheets() -> None:
    """CSV and JSON call a thing by the same name."""
    days = known(hits_of_day(day_hits()), unknown=(NEXT,))
    assert {tuple(rule_record_of_hits(one, {})) for one in by_rule(days, THERE)} == {RULE_FIELDS}
    assert {tuple(category_record(one)) for one in by_category(days, THERE)} == {CATEGORY_FIELDS}
    assert {tuple(host_record(one)) for one in by_host(days, THERE)} == {HOST_FIELDS}
    assert {tuple(day_record(one)) for one in by_day(days, THERE)} == {DAY_FIELDS}


HITS = st.builds(
    day_hits,
    sid=st.integers(1, 9),
    count=st.integers(1, 50),
    action=st.sampled_from(PacketAction),
    group=st.sampled_from(["", "et-emerging-malware", "theirs"]),
)


@given(st.lists(HITS, max_size=12))
def test_every_way_to_group_comes_to_the_same_number(hits: list[DayHits]) -> None:
    """No line is lost, and none counts twice."""
    days = known(hits_of_day(*hits))
    total = sum(one.count for one in hits)
    assert sum(row.tally.hits for row in by_rule(days, THERE)) == total
    assert sum(row.tally.hits for row in by_category(days, THERE)) == total
    assert sum(row.tally.hits for row in by_day(days, THERE) if row.tally) == total


def test_day_that_no_file_has_is_unknown(tmp_path: Path) -> None:
    """Its file may be missing."""
    records = [alert_record(7), alert_record(7, at=after(days=2))]
    file = write_log(tmp_path / "a.log", records)
    with file.open("a") as log:
        log.write('{"half')
    found = hits_in_files([file], today=date(2027, 1, 1))
    assert [day.day for day in found.days] == [DAY, DAY + timedelta(days=2)]
    assert found.unknown == (NEXT,)
    assert found.warnings == ("1 line that cannot be read left out",)


def test_days_bound_what_is_counted_of_files(tmp_path: Path) -> None:
    """Without them all that the files have counts."""
    file = write_log(tmp_path / "a.log", [alert_record(7), alert_record(7, at=after(days=2))])
    today = datetime(2026, 12, 1, tzinfo=UTC).date()
    assert [day.day for day in hits_in_files([file], today, days=1).days] == [date(2026, 11, 30)]
