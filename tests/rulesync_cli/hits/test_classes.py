"""The classes of rules to decide on, one condition after the other."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.feeds import allowlist as written
from support.hits import DAY, hits_of_day

from rules_lib.hits.hosts import HURT_HOSTS, NOISY_HOSTS
from rules_lib.hits.presence import Presence
from rules_lib.hits.tally import HitTally
from rulesync_cli.allowlist_text import as_it_is
from rulesync_cli.history.published import PublishedRule
from rulesync_cli.hits.classes import (
    NOISY_LINES,
    RARE_LINES,
    READY_DAYS,
    HitClass,
    WatchedRule,
    watched_rules,
)
from rulesync_cli.hits.source import KnownHits
from rulesync_cli.hits.views import RulesInForce

if TYPE_CHECKING:
    from collections.abc import Mapping

RULE = PublishedRule(
    7, 1, "alert", "Minor", "Medium", "", "emerging-dns", "et-emerging-dns", 1000, "msg",
    "alert dns any any -> any any (sid:7;)",
)  # fmt: skip
QUIET = WatchedRule(RULE, counted=30, watched=READY_DAYS, tally=None, decided=False)


def fired(hits: int, *, blocked: int = 0, hosts: int = 1, days: int = 1) -> HitTally:
    """Hits of one rule."""
    moment = datetime(2026, 11, 28, tzinfo=UTC)
    named = tuple(f"10.0.0.{number}" for number in range(hosts))
    return HitTally(1, hits, blocked, hits, hosts, named, days, moment, moment)


def of(**rule: Any) -> WatchedRule:
    """A watched rule that is another in some way."""
    return replace(QUIET, rule=RULE._replace(**rule))


def test_rule_that_never_fired_is_ready_after_its_days() -> None:
    """And not a day before."""
    assert QUIET.hit_class is HitClass.READY
    assert replace(QUIET, watched=READY_DAYS - 1).hit_class is None


@pytest.mark.parametrize(
    ("rule", "ready"),
    [
        ({"confidence": "High"}, True),
        ({"confidence": "Low"}, False),
        ({"confidence": ""}, False),
        ({"severity": "Critical"}, True),
        ({"severity": "Informational"}, False),
        ({"severity": ""}, False),
        ({"action": "drop"}, False),
        ({"action": "pass"}, False),
        (
            {"rule": "alert dns any any -> any any (flowbits:set,a; flowbits:noalert; sid:7;)"},
            False,
        ),
        ({"rule": "alert dns any any -> any any (metadata:deployment alert_only; sid:7;)"}, False),
        ({"rule": 'alert dns any any -> any any (content:"noalert alert_only"; sid:7;)'}, True),
    ],
)
def test_rule_is_ready_by_what_it_says_of_itself(rule: dict[str, Any], ready: bool) -> None:
    """Sure enough, grave enough, and not meant never to block."""
    assert (of(**rule).hit_class is HitClass.READY) == ready


def test_what_people_have_decided_is_not_offered_again() -> None:
    """They know."""
    assert replace(QUIET, decided=True).hit_class is None


@pytest.mark.parametrize(
    ("tally", "ready"),
    [
        (fired(RARE_LINES), True),
        (fired(RARE_LINES + 1), False),
        (fired(2, days=2), False),
    ],
)
def test_rule_that_fired_rarely_is_ready_too(tally: HitTally, ready: bool) -> None:
    """A few lines of one day."""
    assert (replace(QUIET, tally=tally).hit_class is HitClass.READY) == ready


@pytest.mark.parametrize(
    ("tally", "noisy"),
    [
        (fired(NOISY_LINES * 30), True),
        (fired(NOISY_LINES * 30 - 1), False),
        (fired(50, hosts=NOISY_HOSTS), True),
        (fired(50, hosts=NOISY_HOSTS - 1), False),
    ],
)
def test_rule_is_noisy_by_lines_or_hosts(tally: HitTally, noisy: bool) -> None:
    """Even one that would be looked at first."""
    loud = replace(of(severity="Critical", confidence="High"), tally=tally)
    assert (loud.hit_class is HitClass.NOISY) == noisy
    assert replace(of(action="drop"), tally=tally).hit_class is not HitClass.NOISY


@pytest.mark.parametrize(
    ("rule", "tally", "looked"),
    [
        ({"severity": "Major"}, fired(1), True),
        ({"severity": "Major"}, fired(1, blocked=1), False),
        ({"severity": "Minor"}, fired(9, days=2), False),
        ({"severity": "Major", "confidence": "Low"}, fired(1), False),
        ({"action": "drop"}, fired(9, blocked=9, hosts=HURT_HOSTS), True),
        ({"action": "drop"}, fired(9, blocked=9, hosts=HURT_HOSTS - 1), False),
        ({"action": "reject"}, fired(9, blocked=9, hosts=HURT_HOSTS), True),
        ({"action": "drop"}, fired(9, blocked=0, hosts=HURT_HOSTS), False),
    ],
)
def test_rule_is_looked_at_first_where_much_is_at_stake(
    rule: dict[str, Any], tally: HitTally, looked: bool
) -> None:
    """Something grave got through, or something ordinary may be blocked."""
    one = replace(of(**rule), tally=tally)
    assert (one.hit_class is HitClass.LOOK_FIRST) == looked


DAYS = [DAY - timedelta(days=number) for number in range(20)]


def watched(allowlist: Mapping[str, Any] | None, presence: Presence, **rule: Any) -> WatchedRule:
    """The one rule in force, with twenty counted days."""
    known = KnownHits("here", tuple(hits_of_day(day=day) for day in DAYS), ())
    settings = (
        as_it_is(written(**{"default": "off", **allowlist}), "a") if allowlist is not None else None
    )
    in_force = {7: RULE._replace(**rule)}
    there = RulesInForce("build", "et", in_force, presence=presence, allowlist=settings)
    [found] = watched_rules(known, there)
    return found


def test_days_before_a_rule_came_or_changed_do_not_count() -> None:
    """Nothing was watched then; that hits of these days are known does not help."""
    long_ago = date(2026, 1, 1)
    assert watched(None, Presence()).watched == 0
    assert watched(None, Presence(long_ago)).watched == 20
    assert watched(None, Presence(long_ago, arrived={7: DAYS[5]})).watched == 5
    assert watched(None, Presence(long_ago, altered={7: DAYS[3]})).watched == 3


@pytest.mark.parametrize(
    ("allowlist", "rule", "decided"),
    [
        ({"default": "alert"}, {}, False),
        ({"categories": {"emerging-dns": "alert"}}, {}, False),
        ({"categories": {"emerging-dns": "drop"}}, {}, True),
        ({"default": "alert", "rules": {"alert": [7]}}, {}, True),
        ({"default": "alert", "rules": {"drop": [7]}}, {}, True),
        (None, {"category": "local-ours"}, True),
        (None, {}, False),
    ],
)
def test_decisions_are_read_from_the_allowlist(
    allowlist: Mapping[str, Any] | None, rule: dict[str, Any], decided: bool
) -> None:
    """A category in drop mode has its rules alert for a reason: `drop_when`, or staging."""
    assert watched(allowlist, Presence(), **rule).decided == decided


@given(
    days=st.integers(0, 40),
    tally=st.builds(fired, st.integers(1, 10_000), hosts=st.integers(0, 12)) | st.none(),
    rule=st.fixed_dictionaries(
        {
            "action": st.sampled_from(["alert", "drop", "pass"]),
            "severity": st.sampled_from(["Critical", "Minor", ""]),
        }
    ),
)
def test_nothing_is_ready_that_was_not_watched(
    days: int, tally: HitTally | None, rule: dict[str, Any]
) -> None:
    """Whatever else is so; and nothing that blocks or fires often is."""
    one = replace(of(**rule), watched=days, tally=tally)
    if one.hit_class is HitClass.READY:
        assert days >= READY_DAYS
        assert one.rule.action == "alert"
        assert tally is None or tally.hits <= RARE_LINES
