"""Where rules are judged by action: which drops alert instead, and which need a `priority`."""

from __future__ import annotations

from typing import Any, Final

import pytest
from support.inputs import DAY
from support.rules import allow, asked, published, rule, text

from rules_lib.model import Change, Mode
from rules_lib.outcome import Candidate, Converted
from rules_lib.stages.adapt import Adapted, adapt
from rules_lib.stages.convert import convert
from rules_lib.why import Why

SERVER: Final = "flow:to_server; "


def dropping(*options: str, start: int = 1, mode: Mode = Mode.DROP) -> tuple[Converted, ...]:
    """Rules of one category in drop mode; what says noalert alerts."""
    found = []
    for sid, one in enumerate(options, start):
        action = "" if "noalert" in one else "drop"
        found.append(asked(rule(text(sid, one), number=sid), mode, action=action))
    return convert(found, allow(), {}, DAY).rules


def adapted(
    wanted: tuple[Converted, ...], standby: tuple[Converted, ...] = (), **settings: Any
) -> Adapted:
    """Adapt rules, with settings of the allowlist."""
    return adapt(wanted, standby, allow(**settings))


def late_in(done: Adapted) -> set[int]:
    """The sids that have to alert."""
    return {rule.sid for rule in done.wanted if Change.LATE_SETTER in rule.changes}


def levels_in(done: Adapted) -> dict[int, int]:
    """The priorities that were written, by sid."""
    return {
        rule.sid: int(rule.text.rpartition("priority:")[2].rstrip(";)"))
        for rule in (*done.wanted, *done.standby)
        if Change.PRIORITY_WRITTEN in rule.changes
    }


@pytest.mark.parametrize(
    ("sets", "asks"),
    [
        ("flowbits:set,a; noalert; ", "flowbits:isset,a; "),
        ("flowbits:set,a; noalert; ", "flowbits:isnotset,a; "),
        ("flowbits:set,a; noalert; ", "flowbits:isset,a|b; "),
        ("flowbits:toggle,a; noalert; ", "flowbits:isset,a; "),
        ("flowint:num,+,1; noalert; ", "flowint:num,>,3; "),
        ("flowint:num,=,1; noalert; ", "flowint:num,isset; "),
        ("flowint:num,=,1; noalert; ", "flowint:num,notset; "),
        ("flowint:num,=,1; noalert; ", "flowint:other,+,num; "),
        ("xbits:set,a,track ip_src; noalert; ", "xbits:isset,a,track ip_src; "),
        ("hostbits:set,a,src; noalert; ", "xbits:isset,a,track ip_src; "),
    ],
)
def test_drop_that_asks_for_what_an_alert_may_set_in_the_same_packet_alerts(
    sets: str, asks: str
) -> None:
    """Whatever the mark is, and whichever way it is asked for."""
    done = adapted(dropping(sets, asks))
    assert late_in(done) == {2}
    assert done.altered == {2}
    assert [rule.action for rule in done.wanted] == ["alert", "alert"]


@pytest.mark.parametrize(
    "options",
    [
        ("flowbits:set,a; noalert; ", "flowbits:isset,b; ", "flowbits:set,b; "),
        ("flowbits:set,a; ", "flowbits:isset,a; "),
        ("flow:to_server; flowbits:set,a; noalert; ", "flow:to_client; flowbits:isset,a; "),
        ("dsize:1; flowbits:set,a; noalert; ", "dsize:2; flowbits:isset,a; "),
        ("flowbits:isnotset,a; flowbits:set,a; ",),
        ("noalert; ", ""),
    ],
)
def test_drop_that_is_judged_in_time_stays_a_drop(options: tuple[str, ...]) -> None:
    """No mark in common, a setter that drops too, another direction, another size, its own mark."""
    wanted = dropping(*options)
    done = adapted(wanted)
    assert done.wanted == wanted
    assert not done.altered


def test_mark_that_an_alert_may_take_away_counts_too() -> None:
    """As a drop the rule would block what the other one lets pass."""
    done = adapted(
        dropping("flowbits:set,a; ", "flowbits:unset,a; noalert; ", "flowbits:isset,a; ")
    )
    assert late_in(done) == {3}
    assert "block what it lets pass" in str(done.wanted[2].cause)


def test_rule_that_alerts_for_this_is_late_for_others() -> None:
    """To the end of the chain, in whatever order the rules stand."""
    chain = (
        "flowbits:isset,c; ",
        "flowbits:isset,b; flowbits:set,c; ",
        "flowbits:isset,a; flowbits:set,b; ",
        "flowbits:set,a; noalert; ",
    )
    assert late_in(adapted(dropping(*chain))) == {1, 2, 3}
    assert late_in(adapted(dropping(*reversed(chain)))) == {2, 3, 4}


def test_what_is_late_is_told_by_the_cause() -> None:
    """The setter, how many more there are, and what a drop would do."""
    wanted = dropping(
        "flowbits:set,a; noalert; ", "flowbits:set,a; noalert; ", "flowbits:isset,a; "
    )
    cause = adapted(wanted).wanted[2].cause
    assert cause.why is Why.LATE_SETTER
    assert (cause.late and cause.late.sid, cause.late and cause.late.others) == (1, 1)
    assert str(cause) == (
        "it alerts, as sid 1, as another rule may, may set a in the same packet and is judged "
        "later, as its action is alert: a drop would miss that packet"
    )


def test_text_is_the_one_that_the_feed_ships() -> None:
    """What drop mode changed is undone, and no change is told of that was not made."""
    [_, late] = adapted(dropping("flowbits:set,a; noalert; ", "flowbits:isset,a; ")).wanted
    assert late.text == late.rule.text
    assert late.changes == (Change.LATE_SETTER,)


def test_drop_and_reject_of_the_feed_alert_too() -> None:
    """The change of the action is told as any other."""
    head = {"drop": "drop tcp", "reject": "reject tcp"}
    rules = [text(sid, "flowbits:isset,a; ", head=one) for sid, one in enumerate(head.values(), 2)]
    wanted = published(text(1, "flowbits:set,a; noalert; "), *rules)
    done = adapted(wanted)
    assert late_in(done) == {2, 3}
    for one in done.wanted[1:]:
        assert one.text.startswith("alert tcp ")
        assert one.changes == (Change.DROP_TO_ALERT, Change.LATE_SETTER)


def test_reject_is_judged_after_drop() -> None:
    """So a drop may not ask for what a reject sets; a reject may ask for what a drop sets."""
    sets, asks = "flowbits:set,a; ", "flowbits:isset,a; "
    reject_sets = published(text(1, sets, head="reject tcp"), text(2, asks, head="drop tcp"))
    drop_sets = published(text(1, sets, head="drop tcp"), text(2, asks, head="reject tcp"))
    assert (late_in(adapted(reject_sets)), late_in(adapted(drop_sets))) == ({2}, set())


def test_pass_is_judged_before_drop() -> None:
    """People's own pass may set a mark in time."""
    wanted = published(
        text(1, "flowbits:set,a; ", head="pass tcp"),
        text(2, "flowbits:isset,a; ", head="drop tcp"),
        category="local-ours",
    )
    assert not adapted(wanted).altered


def test_what_is_published_as_written_stays_so() -> None:
    """Neither its action nor its text changes; what it sets counts for others."""
    ours = [
        Candidate(rule(source, "local-ours", line), *candidate[1:])
        for line, (source, candidate) in enumerate(
            (
                (one, asked(rule(one), Mode.AS_WRITTEN))
                for one in (
                    text(1, "flowbits:set,a; noalert; "),
                    text(2, "flowbits:isset,a; ", head="drop tcp"),
                )
            ),
            1,
        )
    ]
    wanted = (*convert(ours, allow(), {}, DAY).rules, *dropping("flowbits:isset,a; ", start=3))
    done = adapted(wanted)
    assert done.wanted[:2] == wanted[:2]
    assert late_in(done) == {3}


def test_setter_that_is_brought_in_counts() -> None:
    """And one that is not, as nothing needs it, does not."""
    standby = published(text(9, "flowbits:set,a; "), setter=True)
    assert late_in(adapted(dropping("flowbits:isset,a; "), standby)) == {1}
    assert not late_in(adapted(dropping("flowbits:isnotset,a; "), standby))


def test_setter_that_can_never_fire_does_not_count() -> None:
    """It checks what nothing sets."""
    wanted = dropping(
        "flowbits:isset,never; flowbits:set,a; noalert; ",
        "flowbits:set,a; ",
        "flowbits:isset,a; ",
    )
    assert not late_in(adapted(wanted))


@pytest.mark.parametrize(
    ("variables", "late"),
    [
        ({}, set()),
        ({"HOME_NET": ["10.0.0.0/8"]}, set()),
        ({"HOME_NET": ["10.0.0.0/8"], "EXTERNAL_NET": ["10.1.0.0/16"]}, {2}),
        ({"HOME_NET": ["10.0.0.0/8"], "EXTERNAL_NET": "any"}, {2}),
    ],
)
def test_ends_are_apart_as_the_allowlist_has_them(
    variables: dict[str, Any], late: set[int]
) -> None:
    """EXTERNAL_NET is what HOME_NET is not, unless it is given."""
    ends = "$HOME_NET any -> any any", "$EXTERNAL_NET any -> any any"
    wanted = published(
        text(1, "flowbits:set,a; noalert; ", ends=ends[0]),
        text(2, "flowbits:isset,a; ", head="drop tcp", ends=ends[1]),
        variables=variables,
    )
    assert late_in(adapted(wanted, variables=variables)) == late


def test_priority_is_written_where_nothing_else_puts_a_rule_behind_its_setter() -> None:
    """Of rules that set and ask, where the sids would have them the wrong way round."""
    wanted = dropping(
        "flowbits:isset,c; flowbits:set,d; ",
        "flowbits:isset,b; flowbits:set,c; ",
        "flowbits:isset,a; flowbits:set,b; ",
        "flowbits:set,a; ",
    )
    done = adapted(wanted)
    assert levels_in(done) == {1: 5, 2: 4}
    assert done.wanted[0].text.endswith("; priority:5;)")
    assert not late_in(done)


@pytest.mark.parametrize(
    "options",
    [
        ("flowbits:isset,a; ", "flowbits:set,a; "),
        ("flowbits:isset,b; ", "flowbits:isset,a; flowbits:set,b; ", "flowbits:set,a; "),
        ("flowbits:set,a; ", "flowbits:isset,a; flowbits:set,b; ", "flowbits:isset,b; "),
        (
            "flowbits:set,a; ",
            "flowbits:isset,a; flowbits:set,b; ",
            "flowbits:isset,b; flowbits:set,c; ",
        ),
        ("flowbits:isnotset,a; flowbits:set,a; ", "flowbits:isnotset,a; flowbits:set,a; "),
        (
            "flow:to_client; flowbits:isset,b; flowbits:set,c; ",
            "flow:to_server; flowbits:isset,a; flowbits:set,b; ",
            "flowbits:set,a; ",
        ),
        ("xbits:isset,a,track ip_src; ", "xbits:set,a,track ip_src; "),
    ],
)
def test_priority_is_written_nowhere_else(options: tuple[str, ...]) -> None:
    """The engine's own order does it, or the sids do, or nothing could, or no order is right."""
    assert levels_in(adapted(dropping(*options))) == {}


def test_rules_of_different_actions_need_no_priority() -> None:
    """Their actions say which comes first."""
    wanted = dropping(
        "flowbits:isset,b; flowbits:set,c; noalert; ",
        "flowbits:isset,a; flowbits:set,b; ",
        "flowbits:set,a; ",
    )
    assert levels_in(adapted(wanted)) == {}


def test_setters_that_are_brought_in_get_a_priority_too() -> None:
    """They alert, and set and ask like others."""
    standby = published(
        text(7, "flowbits:isset,b; flowbits:set,c; "),
        text(8, "flowbits:isset,a; flowbits:set,b; "),
        text(9, "flowbits:set,a; "),
        setter=True,
    )
    done = adapted(dropping("flowbits:isset,c; "), standby)
    assert levels_in(done) == {7: 4}
    assert done.standby[0].text.endswith(" noalert; priority:4;)")


def test_rule_of_the_feed_comes_behind_one_as_written_that_has_a_priority() -> None:
    """People's own is not altered, and counts as it is."""
    source = text(1, "flowbits:isset,a; flowbits:set,b; priority:9; ", head="drop tcp")
    ours = asked(rule(source, "local-ours"), Mode.AS_WRITTEN)
    allowed = allow(firewall={"target": "next-generation"})
    [written] = convert([ours], allowed, {}, DAY).rules
    feed = dropping("flowbits:isset,b; flowbits:set,c; ", "flowbits:set,a; ", start=2)
    done = adapted((written, *feed))
    assert done.wanted[0] == written
    assert levels_in(done) == {2: 9}
