"""What people are told of lines that do not do what they say, and of their own rules."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from support.groups import in_force
from support.inputs import inputs
from support.rules import allow, ruleset, text

from rules_lib.build import build
from rules_lib.groups.rule_group import Deployed
from rules_lib.sync.warnings import without_effect

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from rules_lib.groups.rule_group import Group

SETS, CHECKS = "flowbits:set,a; ", "flowbits:isset,a; "


def _built(
    files: Mapping[str, Sequence[str]], deployed: Deployed | None = None, **settings: Any
) -> tuple[Group, ...]:
    return build(inputs(ruleset(files), allow(**settings), deployed)).groups


def _told(
    files: Mapping[str, Sequence[str]],
    deployed: Deployed | None = None,
    *,
    has_feed: bool = True,
    **settings: Any,
) -> tuple[str, ...]:
    """What is told of a feed and of own files in `ours/`."""
    allowlist = allow(**settings)
    read = ruleset(files, *allowlist.rules.on)
    given = inputs(read, allowlist, deployed)
    return without_effect(given, build(given), "ours/", has_feed=has_feed)


@pytest.mark.parametrize(
    ("key", "source", "why"),
    [
        ("drop", text(1, "noalert; "), "it only marks a flow (noalert)"),
        ("drop", text(1, head="pass tcp"), "it is a pass rule, and does not change"),
        ("alert", text(1, head="pass tcp"), "it is a pass rule, and does not change"),
        ("drop", text(1, "lua:x; "), "it is discarded (unsupported-keyword)"),
        ("alert", "alert tcp any any (sid:1;)", "it is discarded (unparseable)"),
        ("drop", text(1, CHECKS), "it is discarded (flowbit-never-set)"),
    ],
)
def test_sid_that_does_not_become_what_its_list_says_is_told(
    key: str, source: str, why: str
) -> None:
    """Whoever wrote it relies on it."""
    [warning] = _told({"local-mine": [source]}, rules={key: [1]})
    assert warning.startswith(f"rules: {key}: 1 has no effect: {why}")


@pytest.mark.parametrize(
    ("key", "source"),
    [
        ("drop", text(1)),
        ("drop", text(1, head="reject tcp")),
        ("drop", text(1, "noalert; ", head="drop tcp")),
        ("alert", text(1)),
        ("alert", text(1, head="drop tcp")),
        ("alert", text(1, "noalert; ", head="drop tcp")),
        ("off", text(1)),
        ("on", text(1)),
        ("on", f"#{text(1)}"),
    ],
)
def test_sid_that_is_what_its_list_says_is_no_warning(key: str, source: str) -> None:
    """Nor is one that would be so without the list: it holds on if the feed alters the rule."""
    assert _told({"emerging-web": [source]}, rules={key: [1]}) == ()


@pytest.mark.parametrize("key", ["alert", "drop"])
def test_sid_of_a_file_as_written_is_told(key: str) -> None:
    """No list alters an action there; `off` works."""
    written: dict[str, Any] = {"categories": {"local-mine": "as-written"}}
    files = {"local-mine": [text(1), text(2)]}
    [warning] = _told(files, rules={key: [1], "off": [2]}, **written)
    assert warning == f"rules: {key}: 1 has no effect: local-mine is published as written"


@pytest.mark.parametrize("key", ["off", "alert", "drop", "on"])
def test_sid_that_nobody_has_is_told_with_its_list(key: str) -> None:
    """But not without a feed, when nobody can know."""
    files = {"emerging-web": [text(1)]}
    [warning] = _told(files, rules={key: [404]})
    assert warning.startswith(f"rules: {key}: 404 is not a")
    assert _told(files, rules={key: [404]}, has_feed=False) == ()


def test_own_copy_that_is_discarded_and_takes_the_sid_is_told() -> None:
    """With its place, as neither rule is in force; where another is used there is no warning."""
    files = {"emerging-web": [text(1)], "local-mine": ["# ours", text(1, "lua:x; ")]}
    [warning] = _told(files)
    assert warning.startswith("ours/mine.rules:2: sid 1 is discarded (unsupported-keyword)")
    assert _told({**files, "local-mine": [text(1)]}) == ()
    assert _told(files, categories={"local-mine": "off"}) == ()


def test_checker_that_stands_before_its_setter_as_written_is_told() -> None:
    """With the place; not where the order is ours to put right, or a setter of the feed helps."""
    mine = {"local-mine": [text(1, CHECKS), text(2, SETS)]}
    written = {"local-mine": "as-written"}
    [warning] = _told(mine, categories=written)
    assert warning.startswith("ours/mine.rules:1: sid 1 checks a before a rule sets it")
    assert _told(mine) == ()
    assert _told({**mine, "emerging-dns": [text(9, SETS)]}, categories=written) == ()
    assert _told({"local-mine": mine["local-mine"][::-1]}, categories=written) == ()


def test_own_file_that_the_allowlist_leaves_off_is_told() -> None:
    """By its place; a category of the feed is not told here."""
    files = {"local-mine": [text(1)], "emerging-web": [text(2)]}
    [warning] = _told(files, default="off")
    assert warning == "ours/mine.rules: local-mine is not in the allowlist, whose default is off"


def test_own_rules_in_the_group_of_another_file_are_told() -> None:
    """Its place, not theirs, is the one that counts."""
    files = {"local-house": [text(1, SETS)], "local-mine": [text(2, CHECKS), text(3)]}
    last = {"local-house": "alert", "local-mine": {"mode": "alert", "place": "last"}}
    [warning] = _told(files, categories=last)
    assert warning.startswith("local-mine: 1 of its rules are tied to local-house")


def test_own_rules_that_share_in_need_are_told() -> None:
    """They pass nothing, so their place costs no way out."""
    files = {"emerging-dns": [text(1)], "local-mine": [text(3)]}
    [warning] = _told(files, default="drop", firewall={"rule_groups": 1})
    assert warning.startswith("local-mine shares et-shared-drop with the feed")


MINE = text(3, head="pass tcp")


def test_own_rules_in_a_group_that_a_foreign_policy_holds_are_told() -> None:
    """They are not first there, and what to do."""
    files = {"emerging-dns": [text(1)], "emerging-malware": [text(2)], "local-mine": [MINE]}
    fed = {**files, "emerging-dns": [text(1), MINE]}
    del fed["local-mine"]
    few: dict[str, Any] = {"default": "drop", "firewall": {"rule_groups": 1}, "feed_pass": "keep"}
    pinned = in_force(_built(fed, **few), associations=1)
    (group,) = pinned.groups
    held = Deployed((replace(group, pinned=True, capacity=9),))
    [warning] = _told(files, held, **few)
    assert warning.startswith(f"local-mine is in {group.name}, after rules that drop")


def test_drop_as_written_that_is_judged_before_its_setter_is_told() -> None:
    """Where rules are judged by action; there the order of the file says nothing."""
    mine = {"local-mine": [text(1, SETS), text(2, CHECKS, head="drop tcp"), text(3, CHECKS)]}
    settings: dict[str, Any] = {
        "categories": {"local-mine": "as-written"},
        "firewall": {"target": "next-generation"},
    }
    [warning] = [one for one in _told(mine, **settings) if "stays as written" in one]
    assert warning.startswith("ours/mine.rules:2: sid 2 stays as written, but sid 1 may set a")
    [text_of_drop] = [one for one in mine["local-mine"] if one.startswith("drop")]
    dropping = {"local-mine": [text_of_drop, text(1, SETS, head="drop tcp")]}
    assert not [one for one in _told(dropping, **settings) if "stays as written" in one]
