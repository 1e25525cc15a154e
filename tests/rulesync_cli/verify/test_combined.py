"""All groups in one text: each rule keeps its words, but for its number and its variables."""

from __future__ import annotations

import re
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from rules_lib.groups.rule_group import GroupVariables
from rulesync_cli.verify.combined import combine
from rulesync_cli.verify.config import ACTION_ORDER
from rulesync_cli.verify.loadable import Loadable

PASS_LAST = ("alert", "drop", "reject", "pass")


def group(name: str, *rules: str, **ip_sets: tuple[str, ...]) -> Loadable:
    """A group that declares these address variables."""
    return Loadable(name, 1, rules, GroupVariables(ip_sets))


def rule(sid: int, action: str = "alert", ends: str = "any any -> any any") -> str:
    """Write a rule whose msg has what looks like a sid."""
    return f'{action} tcp {ends} (msg:"a sid:9\\; $HOME_NET"; content:"x"; sid:{sid}; rev:2;)'


def test_rules_are_numbered_in_the_order_of_the_policy() -> None:
    """The number leads back to group and sid; one sid may stand in two groups."""
    made = combine([group("a", rule(500), rule(100)), group("b", rule(500))])
    assert [(one.group, one.sid) for one in made.origins] == [("a", 500), ("a", 100), ("b", 500)]
    assert made.rules[1] == rule(2)
    assert made.rules[2] == rule(3)


def test_each_group_keeps_its_own_variables() -> None:
    """Two groups may give one name two values."""
    ends = "[$HOME_NET,!$SQL] any -> !$EXTERNAL_NET any"
    made = combine(
        [
            group("a", rule(1, ends=ends), SQL=("10.1.0.0/16",)),
            group("b", HOME_NET=("10.2.0.0/16",)),
        ],
        ("10.0.0.0/8",),
    )
    assert "[$HOME_NET_1,!$SQL_1] any -> !$EXTERNAL_NET_1 any (msg" in made.rules[0]
    assert 'msg:"a sid:9\\; $HOME_NET"' in made.rules[0]
    assert made.variables.ip_sets == {
        "HOME_NET_1": ("10.0.0.0/8",),
        "EXTERNAL_NET_1": ("!$HOME_NET_1",),
        "SQL_1": ("10.1.0.0/16",),
        "HOME_NET_2": ("10.2.0.0/16",),
        "EXTERNAL_NET_2": ("!$HOME_NET_2",),
    }


def test_line_that_is_no_rule_is_left_out() -> None:
    """The engine does not load it either."""
    made = combine([group("a", "nonsense", "alert tcp any any -> any any (msg:no;)", rule(3))])
    assert [one.sid for one in made.origins] == [3]


def test_silent_alerts_come_before_drops_unless_asked_otherwise() -> None:
    """So that a setter in a packet comes before the rule that drops by its mark."""
    assert combine([group("a", rule(1), rule(2, "drop"))]).action_order == ACTION_ORDER
    assert ACTION_ORDER.index("alert") < ACTION_ORDER.index("drop")


def test_pass_stands_where_the_policy_has_it() -> None:
    """First where it precedes all that blocks, last where it follows, with a word where neither."""
    first = combine([group("a", rule(1, "pass"), rule(2, "drop"))])
    last = combine([group("a", rule(1, "drop"), rule(2, "pass"))])
    between = combine([group("a", rule(1, "reject"), rule(2, "pass"), rule(3, "drop"))])
    assert (first.action_order, first.remarks) == (ACTION_ORDER, ())
    assert (last.action_order, last.remarks) == (PASS_LAST, ())
    assert between.action_order == PASS_LAST
    assert "puts all of them after these" in between.remarks[0]


@given(st.lists(st.lists(st.integers(1, 9_999_999), max_size=5), max_size=4))
def test_every_rule_has_one_number(groups: list[list[int]]) -> None:
    """And each leads back to where it came from."""
    made = combine(
        [group(f"g{place}", *map(rule, sids)) for place, sids in enumerate(groups, start=1)]
    )
    numbers = [int(re.findall(r" sid:(\d+); rev", text)[0]) for text in made.rules]
    assert numbers == list(range(1, len(made.rules) + 1))
    assert [one.sid for one in made.origins] == [sid for sids in groups for sid in sids]


def test_rules_that_are_judged_by_action_are_numbered_in_the_order_of_their_sids() -> None:
    """Groups have no places there, and of two that are alike the lower sid comes first."""
    groups = [group("a", rule(500), rule(100, "drop")), group("b", rule(300, "pass"), rule(100))]
    made = combine([replace(one, priority=0) for one in groups])
    assert [(one.group, one.sid) for one in made.origins] == [
        ("a", 100),
        ("b", 100),
        ("b", 300),
        ("a", 500),
    ]
    assert made.rules[0] == rule(1, "drop")
    assert made.action_order == ("pass", "drop", "reject", "alert")
    assert made.remarks == ()
    assert made.behind_firewall
    assert not combine(groups).behind_firewall
