"""What a plan would have done to the traffic of the last days, against a recount by hand."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.hits import DAY, day_hits, hits_of_day

from rules_lib.deploy.impact import (
    CategoryImpact,
    ImpactKind,
    begin_or_cease_to_block,
    impact_of,
    impact_record,
)
from rules_lib.deploy.rulewise import RuleChange
from rules_lib.hits.history import HitHistory
from rules_lib.hits.hosts import OwnNetworks
from rules_lib.hits.presence import Presence
from rules_lib.hits.recent import RecentHits
from rules_lib.hits.values import DayHits, HitsOfDay, PacketAction, Talker

FIRST = DAY - timedelta(days=29)
LONG_AGO = Presence(FIRST - timedelta(days=99))
OWN = OwnNetworks()


def text(action: str, sid: int = 7, options: str = "") -> str:
    """A rule; no rule where there is no action."""
    return f'{action} tcp any any -> any any (msg:"m"; {options}sid:{sid};)' if action else ""


def change(before: str, after: str, sid: int = 7, **other: Any) -> RuleChange:
    """A rule that gets another action; empty where it is new or goes."""
    usual = {"category": "emerging-exploit", "group": "et-emerging-exploit"}
    return RuleChange(
        kind="action",
        sid=sid,
        note="",
        msg="m",
        before=text(before, sid),
        after=text(after, sid),
        **usual | other,
    )


def recent(*days: HitsOfDay, presence: Presence = LONG_AGO) -> RecentHits:
    """The last thirty days, of which some are known."""
    known = {day.day for day in days}
    asked = (FIRST + timedelta(days=number) for number in range(30))
    history = HitHistory(days, tuple(day for day in asked if day not in known))
    return RecentHits(FIRST, DAY, history, presence)


def categories(*changes: RuleChange, of: RecentHits) -> tuple[CategoryImpact, ...]:
    """What becomes of each category."""
    return impact_of(changes, of, OWN, "et").categories


def test_rule_that_is_to_drop_would_have_blocked_what_it_let_through() -> None:
    """Three flows of two own hosts."""
    hits = day_hits(count=41, flows=3, top_sources=(Talker("10.0.0.5", 40), Talker("10.0.0.6", 1)))
    [found] = categories(change("alert", "drop"), of=recent(hits_of_day(hits)))
    assert (found.kind, found.rules, found.quiet, found.unknown) == (ImpactKind.BLOCKED, 1, 0, 0)
    assert (found.hits, found.flows_at_most, found.hosts) == (41, 3, ("10.0.0.5", "10.0.0.6"))
    [rule] = found.fired
    assert (rule.sid, rule.before, rule.after, rule.days) == (7, "alert", "drop", 1)


def test_what_another_rule_blocked_already_is_not_counted() -> None:
    """The line is of an alert, and its packet was dropped all the same."""
    hits = day_hits(action=PacketAction.DROP)
    [found] = categories(change("alert", "drop"), of=recent(hits_of_day(hits)))
    assert (found.fired, found.quiet) == ((), 1)


@pytest.mark.parametrize("after", ["alert", ""])
def test_rule_that_no_longer_blocks_would_have_let_through_what_it_blocked(after: str) -> None:
    """Also one that is gone."""
    hits = [day_hits(action=PacketAction.DROP, count=5), day_hits(count=2)]
    [found] = categories(change("drop", after), of=recent(hits_of_day(*hits)))
    assert (found.kind, found.hits) == (ImpactKind.LET_THROUGH, 5)


@pytest.mark.parametrize(
    ("one", "presence"),
    [
        (change("", "drop"), LONG_AGO),
        (change("pass", "drop"), LONG_AGO),
        (change("alert", "drop")._replace(before=text("alert", 7, "noalert; ")), LONG_AGO),
        (change("alert", "drop")._replace(before=text("alert", 7, "flowbits:noalert; ")), LONG_AGO),
        (change("alert", "drop"), Presence()),
        (change("alert", "drop"), Presence(FIRST, arrived={7: DAY})),
    ],
)
def test_rule_that_was_not_in_force_or_says_nothing_is_unknown(
    one: RuleChange, presence: Presence
) -> None:
    """Never quiet."""
    [found] = categories(one, of=recent(hits_of_day(), presence=presence))
    assert (found.unknown, found.quiet, found.fired) == (1, 0, ())


def test_rule_with_the_word_noalert_in_it_says_what_it_matches() -> None:
    """In its msg, in a content or as the name of a mark: no option of the rule silences it."""
    worded = text("alert", 7, 'content:"noalert"; flowbits:set,noalert; ').replace(
        '"m"', '"noalert"'
    )
    one = change("alert", "drop")._replace(before=worded)
    [found] = categories(one, of=recent(hits_of_day()))
    assert (found.unknown, found.quiet) == (0, 1)


def test_no_counted_day_makes_every_rule_unknown() -> None:
    """However long it was in force."""
    [found] = categories(change("alert", "drop"), of=recent())
    assert (found.unknown, found.quiet) == (1, 0)


def test_rule_that_fired_is_known_whatever_builds_say() -> None:
    """It was in force at that time."""
    [found] = categories(
        change("", "drop"), of=recent(hits_of_day(day_hits()), presence=Presence())
    )
    assert (found.unknown, found.hits) == (0, 1)


def test_hits_in_anothers_group_are_not_ours() -> None:
    """Of the same sid."""
    of = recent(hits_of_day(day_hits(group="theirs-7")))
    [found] = categories(change("alert", "drop"), of=of)
    assert (found.hits, found.quiet) == (0, 1)


def test_rules_that_block_as_before_are_left_out() -> None:
    """Nothing becomes of their traffic."""
    same = [change("drop", "drop"), change("alert", "alert"), change("drop", "reject")]
    assert begin_or_cease_to_block(same) == ()
    assert categories(*same, of=recent(hits_of_day(day_hits()))) == ()


def test_record_names_own_hosts_only_where_asked() -> None:
    """A build's files outlive the hits, whose addresses expire."""
    found = impact_of([change("alert", "drop")], recent(hits_of_day(day_hits())), OWN, "et")
    kept, shown = (impact_record(found, addresses=addresses) for addresses in (False, True))
    assert "10.0.0.5" not in str(kept)
    assert kept["categories"][0]["hosts_at_least"] == 1
    assert shown["categories"][0]["fired"][0]["hosts"] == ["10.0.0.5"]
    assert (kept["days"], len(kept["unknown_days"])) == (1, 29)


ACTIONS = st.sampled_from(["", "alert", "drop", "reject", "pass"])
CHANGES = st.lists(
    st.builds(
        change,
        ACTIONS,
        ACTIONS,
        sid=st.integers(1, 6),
        category=st.sampled_from(["emerging-dns", "emerging-exploit"]),
    ),
    max_size=6,
    unique_by=lambda one: one.sid,
)
HITS = st.builds(
    day_hits,
    sid=st.integers(1, 6),
    count=st.integers(1, 50),
    flows=st.integers(1, 5),
    action=st.sampled_from(PacketAction),
    group=st.sampled_from(["", "et-emerging-exploit", "theirs-1"]),
)
DAYS = st.dictionaries(
    st.integers(0, 29).map(lambda number: FIRST + timedelta(days=number)),
    st.lists(HITS, max_size=5),
    max_size=5,
)
PRESENCES = st.builds(
    Presence,
    st.none() | st.just(FIRST - timedelta(days=1)) | st.just(FIRST + timedelta(days=10)),
    st.dictionaries(st.integers(1, 6), st.just(FIRST + timedelta(days=20)), max_size=3),
)


@given(CHANGES, DAYS, PRESENCES)
def test_impact_is_what_a_recount_by_hand_comes_to(
    changes: list[RuleChange], days: dict[date, list[DayHits]], presence: Presence
) -> None:
    """Each line of a rule that turns counts once; what is not known is never 0."""
    known = recent(*(hits_of_day(*hits, day=day) for day, hits in days.items()), presence=presence)
    found = categories(*changes, of=known)
    rules = {rule.sid: (one.kind, rule) for one in found for rule in one.fired}
    counted = sum(one.quiet + one.unknown for one in found)
    turning = [one for one in changes if one.blocks_anew or one.unblocks]
    assert len(turning) == len(rules) + counted == sum(one.rules for one in found)
    unknown = 0
    for one in turning:
        lines = [
            hits
            for day in days.values()
            for hits in day
            if hits.sid == one.sid and hits.group != "theirs-1"
            if (hits.action in {PacketAction.DROP, PacketAction.REJECT}) == one.unblocks
        ]
        if lines:
            kind, rule = rules[one.sid]
            assert (kind is ImpactKind.LET_THROUGH) == one.unblocks
            assert rule.hits == sum(hits.count for hits in lines)
            assert rule.flows_at_most == sum(hits.flows for hits in lines)
        else:
            came = presence.arrived.get(one.sid, presence.known_from)
            silent = one.acted in {"", "pass"} or came is None
            unknown += silent or not any(day > came for day in days if came)
    assert unknown == sum(one.unknown for one in found)
