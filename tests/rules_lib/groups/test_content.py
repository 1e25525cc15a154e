"""What a rule group holds, by sid, and what another text would change."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.groups import as_deployed, group, rule

from rules_lib.groups.content import (
    Difference,
    GroupText,
    by_sid,
    difference,
    rules_in,
)
from rules_lib.groups.rule_group import GroupVariables
from rules_lib.reading.rule import sid_of

TEXTS = st.dictionaries(st.integers(1, 20), st.sampled_from("ab")).map(
    lambda rules: "".join(f"alert ip (msg:{msg}; sid:{sid};)\n" for sid, msg in rules.items())
)


@given(TEXTS)
def test_text_does_not_differ_from_itself(text: str) -> None:
    """Nothing is added, removed, changed or moved."""
    assert difference(text, text) == Difference()


@given(TEXTS, TEXTS)
def test_difference_leads_from_one_text_to_the_other(before: str, after: str) -> None:
    """Removed and added sids, and what stays the same, account for both texts."""
    found, old, new = difference(before, after), by_sid(before), by_sid(after)
    assert (set(old) - set(found.removed)) | set(found.added) == set(new)
    assert set(found.added).isdisjoint(old)
    assert set(found.removed) <= set(old)
    assert set(found.changed) == {sid for sid in old if sid in new and old[sid] != new[sid]}


def test_same_rules_in_another_order_have_moved() -> None:
    """The order is what is inspected first."""
    one, two = rule(1).text, rule(2).text
    assert difference(f"{one}\n{two}\n", f"{two}\n{one}\n") == Difference(moved=True)
    assert not difference(f"{one}\n", f"{two}\n{one}\n").moved


def test_blank_lines_are_no_rules() -> None:
    """Whatever line ends the service gives back."""
    assert rules_in(" a \r\n\n\n b") == ("a", "b")


@pytest.mark.parametrize(
    ("text", "sid"),
    [
        ("alert ip (sid:5;)", 5),
        ('alert ip (msg:"a"; SID : 5 ;)', 5),
        ('alert ip (msg:"a\\; sid:9\\;"; sid:5; rev:1;)', 5),
        ('alert ip (msg:"a; sid:9;"; sid:5;)', 5),
        ("…; sid:5; gid:1234567890;)", 5),
        ("alert ip (rev:1;)", None),
        ("alert ip (rev:1; sid:5)", None),
        ("alert ip (rev:1; sid:5;", 5),
        ("alert ip (rev:1\\; sid:5;)", None),
        ("alert ip (rev:1; sid:123456789012345678901;)", None),
        ("alert ip (rev:1; sid:x;)", None),
        ("alert ip (rev:1; sid:5; x:1; SID :6;)", 5),
        ("alert ip (msg:İ; sid:5;)", 5),
        ("alert ip (msg:1; sid:\N{ARABIC-INDIC DIGIT FIVE};)", None),
    ],
)
def test_sid_of_a_text(text: str, sid: int | None) -> None:
    """Also of a part of one, as the service quotes it."""
    assert sid_of(text) == sid


@given(TEXTS)
def test_text_that_is_read_once_is_read_alike(text: str) -> None:
    """Its rules, their sids and their actions."""
    read = GroupText(text)
    assert read.rules == rules_in(text)
    assert read.by_sid == {sid_of(rule): rule for rule in rules_in(text)}
    assert read.acting == dict.fromkeys(read.by_sid, "alert")


def test_rule_that_only_sets_a_mark_does_not_act() -> None:
    """Nobody has seen what it would have blocked."""
    silent = rule(2, "flowbits:set,a; noalert; ").text
    assert GroupText(f"{rule(1).text}\n{silent}\n").acting == {1: "alert"}


def test_group_holds_what_is_asked_for() -> None:
    """A last line end more or less is no difference; all else is."""
    desired = group("et-a", 1, 2)
    deployed = as_deployed(desired)
    assert deployed.holds(desired)
    assert replace(deployed, content=GroupText(desired.text.rstrip())).holds(desired)
    assert replace(deployed, capacity=2).holds(desired)
    for other in (
        replace(deployed, strict=False),
        replace(deployed, capacity=1),
        replace(deployed, variables=GroupVariables({"A": ("10.0.0.0/8",)})),
        replace(deployed, content=GroupText(rule(1).text)),
        replace(deployed, content=GroupText(f"{rule(2).text}\n{rule(1).text}\n")),
    ):
        assert not other.holds(desired)


def test_new_token_is_no_change() -> None:
    """Another text is."""
    deployed = as_deployed(group("et-a", 1))
    assert replace(deployed, token="u", associations=3).holds_what(deployed)  # noqa: S106 - no secret
    assert not replace(deployed, content=GroupText("")).holds_what(deployed)
