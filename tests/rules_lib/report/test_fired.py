"""What fired, on the page: counts by rule and day, from any number of hits."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from support.hits import DAY, day_hits, hits_of_day
from support.page import BUILT, Page, drawn

from rules_lib.deploy.impact import CategoryImpact, Impact, ImpactKind, RuleImpact
from rules_lib.hits.history import HitHistory
from rules_lib.hits.hosts import OwnNetworks
from rules_lib.hits.recent import RecentHits
from rules_lib.hits.values import HitsOfDay, PacketAction, Talker
from rules_lib.report.fired import TOP_RULES, LastDays, WhatFired, what_fired

FIRST = DAY - timedelta(days=29)
HOSTILE = "<script>alert(1)</script>\"'&\x1b\u202e"


def recent(*days: HitsOfDay, unknown: tuple[date, ...] = ()) -> RecentHits:
    """Days as a build reads them."""
    return RecentHits(FIRST, DAY, HitHistory(days, unknown))


def found(*days: HitsOfDay, unknown: tuple[date, ...] = ()) -> WhatFired:
    """What the page shows of them."""
    fired = what_fired(recent(*days, unknown=unknown), BUILT, OwnNetworks(), "et")
    assert fired
    return fired


def page(fired: WhatFired | None = None, impact: Impact | None = None, problem: str = "") -> str:
    """The page of the small sync, with what fired."""
    return drawn(lately=LastDays(fired, impact, problem))


def test_rules_come_with_what_the_build_says_of_them() -> None:
    """One that is not in force has no more than its sid."""
    hits = [day_hits(1, count=2, action=PacketAction.DROP), day_hits(99, count=5)]
    fired = found(hits_of_day(*hits))
    gone, there = fired.lines
    assert (gone.sid, gone.action, gone.msg) == (99, "", "")
    assert (there.sid, there.hits, there.blocked, there.hosts_at_least) == (1, 2, 2, 1)
    assert (there.action, there.category) != ("", "")
    assert (fired.rules, fired.hits, fired.blocked) == (2, 7, 2)


def test_unknown_day_has_a_place_and_no_number() -> None:
    """It stands between the others, and is told apart from a quiet one."""
    unknown = DAY - timedelta(days=1)
    days = (hits_of_day(day_hits(1)), hits_of_day(day=DAY - timedelta(days=2)))
    fired = found(*days, unknown=(unknown,))
    assert [(one.day, one.hits) for one in fired.days] == [
        (DAY - timedelta(days=2), 0),
        (unknown, None),
        (DAY, 1),
    ]
    text = Page(page(fired)).text
    assert "1 day not counted: unknown" in text
    assert f"{unknown} unknown unknown" in text


def test_nothing_counted_leaves_the_section_out() -> None:
    """An account without alert logs has the page that it had."""
    assert what_fired(recent(unknown=(DAY,)), BUILT, OwnNetworks(), "et") is None
    assert page() == drawn()
    assert 'id="fired"' not in drawn()


def test_what_cannot_be_read_is_said() -> None:
    """Even where nothing else is known."""
    assert "It is partly unknown what fired: no leave" in Page(page(problem="no leave")).text


def test_hits_of_others_groups_are_not_on_the_page() -> None:
    """It is about our rules."""
    assert found(hits_of_day(day_hits(1, group="theirs"))).rules == 0


def test_hundred_thousand_hits_make_a_short_page() -> None:
    """The rules are capped, the totals are exact."""
    days = [
        hits_of_day(*(day_hits(sid, day, count=sid % 9 + 1) for sid in range(1, 3_334)), day=day)
        for day in (DAY - timedelta(days=number) for number in range(30))
    ]
    fired = found(*days)
    assert (fired.rules, len(fired.lines)) == (3_333, TOP_RULES)
    assert fired.hits == sum(one.count for day in days for one in day.hits)
    drawing = page(fired)
    assert len(drawing) - len(drawn()) < 60_000
    assert "3,283 more fired" in Page(drawing).text


def test_no_address_is_on_the_page() -> None:
    """A build's page may be there when the hits have expired."""
    hits = day_hits(1, top_sources=(Talker("10.0.0.5", 1),))
    assert "10.0.0.5" not in page(found(hits_of_day(hits)))


@pytest.mark.parametrize("kind", list(ImpactKind))
def test_impact_is_told_by_category(kind: ImpactKind) -> None:
    """With unknown rules apart from quiet ones; nothing in a message acts."""
    rule = RuleImpact(
        kind=kind, sid=7, category="web", group="et-web", msg=HOSTILE, before="alert",
        after="drop", days=3, hits=41, flows_at_most=3, hosts=("10.0.0.5", "10.0.0.6"),
    )  # fmt: skip
    category = CategoryImpact(
        kind=kind, category=HOSTILE, rules=9, fired=(rule,), quiet=6, unknown=2
    )
    drawing = page(impact=Impact(FIRST, DAY, 3, (), (category,)))
    text = Page(drawing).text
    assert f"of 9 rules 1 {kind} 41 hits, at most 3 flows, of at least 2 own hosts" in text
    assert "6 did not fire, 2 unknown" in text
    assert "<script>alert(1)" not in drawing
    assert "\x1b" not in drawing
    assert "10.0.0.5" not in drawing


def test_hostile_message_of_a_rule_does_not_act() -> None:
    """The rule's text comes from outside."""
    fired = found(hits_of_day(day_hits(1)))
    [line] = fired.lines
    drawing = page(replace(fired, lines=(replace(line, msg=HOSTILE, category=HOSTILE),)))
    assert "<script>alert(1)" not in drawing
    assert "&lt;script&gt;alert(1)" in drawing
    assert "\u202e" not in drawing


def test_section_is_well_formed_and_needs_no_script() -> None:
    """Every element is closed; the bars are pictures with words beside them."""
    taken = Page(page(found(hits_of_day(day_hits(1)), unknown=(FIRST,))))
    assert taken.open == []
    assert "Hits by day; the table below has the numbers." in taken.attributes("aria-label")
    assert not [value for value in taken.attributes("style") if value]
