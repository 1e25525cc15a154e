"""People's own groups: apart from the feed's, in their place, and what passes before what drops."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from support.groups import in_force
from support.rules import FEEDS, allow, allowlists, fitted, text

from rules_lib.deploy.plan import unchecked_plan
from rules_lib.deploy.steps import Create, Replace
from rules_lib.facts import limits
from rules_lib.facts.limits import BLOCKING
from rules_lib.groups.rule_group import Deployed, Group, Slot
from rules_lib.model import LOCAL_PREFIX, Mode, Reason

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from rules_lib.allowlist import Allowlist

FED = {
    f"emerging-{name}": [text(sid, head="drop tcp")]
    for sid, name in enumerate(("dns", "malware", "web", "scan"), start=100)
}


def _groups(files: Mapping[str, Sequence[str]], **settings: Any) -> tuple[Group, ...]:
    return fitted(files, allow(**settings))[1].packed.groups


def _homes(groups: Sequence[Group]) -> list[str]:
    return [group.slot.category for group in groups]


def _is_own(group: Group) -> bool:
    return group.slot.category.startswith(LOCAL_PREFIX)


def _passes(group: Group) -> bool:
    return any(rule.action == "pass" for rule in group.rules)


def _drops(group: Group) -> bool:
    return any(rule.action in BLOCKING for rule in group.rules)


@given(FEEDS, allowlists())
def test_what_passes_stands_before_everything_that_drops(
    files: dict[str, list[str]], allowlist: Allowlist
) -> None:
    """But for what people want last; a group that does both gives way to one that only passes."""
    groups = fitted(files, allowlist)[1].packed.groups
    for place, group in enumerate(groups):
        if not _is_own(group) or group.slot.category in allowlist.last or not _passes(group):
            continue
        for before in groups[:place]:
            assert _is_own(before)
            assert not _drops(before) or (_passes(before) and _drops(group))


@given(FEEDS, allowlists())
def test_own_groups_stand_apart_in_their_place(
    files: dict[str, list[str]], allowlist: Allowlist
) -> None:
    """Before all of the feed, or behind all others; none in a feed's group, unless in need."""
    groups = fitted(files, allowlist)[1].packed.groups
    tiers = [
        1 if not _is_own(group) else 2 if group.slot.category in allowlist.last else 0
        for group in groups
    ]
    assert tiers == sorted(tiers)
    for group in groups:
        others = [rule for rule in group.rules if not rule.setter]
        if not _is_own(group) and any(rule.rule.is_local for rule in others):
            assert len(groups) == allowlist.firewall.rule_groups
            assert not any(rule.rule.is_local and rule.action == "pass" for rule in others)


def test_own_drops_share_where_the_feed_would_have_no_group() -> None:
    """In front of the feed's rules; nothing is left out for want of a group."""
    mine = {"local-block": [text(1, head="drop tcp"), text(2, head="drop tcp")]}
    built = fitted({**FED, **mine}, allow(default="drop", firewall={"rule_groups": 1}))[1]
    [group] = built.packed.groups
    assert not built.discarded
    assert group.slot.is_shared
    assert [rule.sid for rule in group.rules[:2]] == [1, 2]
    assert len(group.rules) == 6


def test_own_pass_stays_apart_whatever_the_feed_loses() -> None:
    """It is the way out of a wrong block; `rule_groups` leaves the feed none here."""
    mine = {"local-way-out": [text(1, head="pass tcp"), text(2, head="drop tcp")]}
    built = fitted({**FED, **mine}, allow(default="drop", firewall={"rule_groups": 1}))[1]
    assert _homes(built.packed.groups) == ["local-way-out"]
    assert {found.reason for found in built.discarded} == {Reason.OVER_BUDGET}


@given(FEEDS, allowlists())
def test_file_as_written_is_in_one_group_in_its_order(
    files: dict[str, list[str]], allowlist: Allowlist
) -> None:
    """Or left out whole; and each action is the one that stands there."""
    _, result = fitted(files, allowlist)
    for name in {rule.rule.category for group in result.packed.groups for rule in group.rules}:
        if allowlist.setting_of(name).mode is not Mode.AS_WRITTEN:
            continue
        found = [
            (group.name, rule)
            for group in result.packed.groups
            for rule in group.rules
            if rule.rule.category == name and not rule.setter
        ]
        assert len({group for group, _ in found}) == 1
        assert [rule.rule.line for _, rule in found] == sorted(rule.rule.line for _, rule in found)
        assert all(rule.action == rule.rule.header.action.lower() for _, rule in found)
        assert not [one for one in result.discarded if one.rule.category == name]


@given(FEEDS, allowlists())
def test_own_rules_stand_before_those_of_the_feed_in_their_group(
    files: dict[str, list[str]], allowlist: Allowlist
) -> None:
    """Also where flowbits bring the feed's with them; unless they wait for one of these."""
    for group in fitted(files, allowlist)[1].packed.groups:
        free = [
            rule.rule.is_local
            for rule in group.rules
            if not rule.rule.ties or not rule.rule.is_local
        ]
        last = group.slot.category in allowlist.last
        others = {rule.rule.category for rule in group.rules if rule.rule.is_local}
        if (
            not last
            and others.isdisjoint(allowlist.last)
            and Mode.AS_WRITTEN not in {rule.mode for rule in group.rules}
        ):
            assert free == sorted(free, reverse=True)


@pytest.mark.parametrize("mode", ["alert", "drop", "as-written"])
@pytest.mark.parametrize("rule_groups", [2, 3, 20])
def test_own_pass_stands_first_however_few_groups_there_are(mode: str, rule_groups: int) -> None:
    """The feed's categories share what is left."""
    files = {**FED, "local-mine": [text(1, head="pass tcp")]}
    groups = _groups(
        files,
        default="drop",
        categories={"local-mine": mode},
        firewall={"rule_groups": rule_groups},
    )
    assert groups[0].categories == ("local-mine",)
    assert groups[0].mode == mode
    assert len(groups) == min(rule_groups, 5)
    assert {sid for group in groups for sid in _sids(group)} == {1, 100, 101, 102, 103}


def _sids(group: Group) -> list[int]:
    return [rule.sid for rule in group.rules]


def test_own_files_that_pass_stand_before_those_that_drop() -> None:
    """As listed where both do the same; one that does both stands between."""
    listed = {
        "local-deny": "drop",
        "local-both": "alert",
        "local-quiet": "alert",
        "local-b": "alert",
        "local-a": "drop",
    }
    files = {
        "local-a": [text(1, head="pass tcp")],
        "local-b": [text(2, head="pass tcp"), text(3)],
        "local-both": [text(4, head="pass tcp"), text(5, head="reject tcp")],
        "local-deny": [text(6)],
        "local-quiet": [text(7)],
        **FED,
    }
    groups = _groups(files, default="drop", categories=listed)
    own = [home for home in _homes(groups) if home.startswith(LOCAL_PREFIX)]
    assert own == ["local-b", "local-a", "local-both", "local-deny", "local-quiet"]
    assert _homes(groups)[:5] == own


@pytest.mark.parametrize("mode", ["as-written", "drop", "alert"])
def test_final_deny_stands_behind_all_groups(mode: str) -> None:
    """In any mode, and whether or not the feed's groups drop."""
    files = {**FED, "local-deny": [text(1, head="drop ip")]}
    listed = {"emerging-web": "alert", "local-deny": {"mode": mode, "place": "last"}}
    for default in ("alert", "drop"):
        assert _homes(_groups(files, default=default, categories=listed))[-1] == "local-deny"


def test_own_rule_that_checks_a_bit_of_the_feed_takes_its_setter_along() -> None:
    """A cluster is never cut, so what the exception waits for stands before it."""
    files = {
        "emerging-dns": [text(10, head="drop tcp"), text(11, "flowbits:set,a; ")],
        "emerging-web": [text(12, "flowbits:isset,a; "), text(13)],
        "local-mine": [text(1, "flowbits:isset,a; ", head="pass tcp"), text(2, head="pass tcp")],
    }
    first, *_ = _groups(files, default="drop", categories={"local-mine": "alert"})
    assert first.slot == Slot("local-mine")
    assert [(rule.sid, rule.action) for rule in first.rules] == [
        (2, "pass"),
        (11, "drop"),
        (1, "pass"),
        (12, "drop"),
    ]


def test_what_an_own_rule_waits_for_comes_alone_before_it() -> None:
    """What drops in the same cluster and is not needed stands behind."""
    files = {
        "emerging-dns": [
            text(10, "flowbits:set,b; "),
            text(11, "flowbits:set,a; flowbits:set,b; "),
        ],
        "local-mine": [text(1, "flowbits:isset,a; ", head="pass tcp")],
    }
    first, *_ = _groups(files, default="drop", categories={"local-mine": "alert"})
    assert _sids(first) == [11, 1, 10]


def test_rules_of_the_feed_stand_before_a_final_deny_that_is_tied_to_them() -> None:
    """Their group is the last, and in it the deny comes last."""
    files = {
        "emerging-dns": [text(10, "flowbits:set,a; ")],
        "local-deny": [text(1, head="drop tcp"), text(2, "flowbits:isset,a; ", head="drop tcp")],
    }
    listed = {"local-deny": {"mode": "drop", "place": "last"}}
    groups = _groups(files, default="drop", categories=listed)
    assert [(group.slot.category, _sids(group)) for group in groups] == [("local-deny", [10, 1, 2])]


def test_order_as_written_holds_against_flowbits() -> None:
    """A checker before its setter stays there, but the feed's setters still come first."""
    mine = [text(1, "flowbits:isset,a; "), text(2), text(3, "flowbits:set,a; ", head="drop tcp")]
    files = {"local-mine": mine, "emerging-dns": [text(10, "flowbits:set,a; ")]}
    written = {"local-mine": "as-written"}
    assert _sids(_groups({"local-mine": mine}, categories=written)[0]) == [1, 2, 3]
    assert _sids(_groups({"local-mine": mine}, categories={"local-mine": "alert"})[0]) == [2, 3, 1]
    assert _sids(_groups(files, categories=written)[0]) == [10, 1, 2, 3]


def test_file_as_written_that_no_group_holds_is_left_out_whole(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Cut in two its order would depend on what was deployed before; the detail says why."""
    monkeypatch.setattr(limits, "GROUP_CAPACITY", 3)
    files = {"local-mine": [text(sid) for sid in range(1, 5)], "emerging-dns": [text(9)]}
    _, result = fitted(files, allow(categories={"local-mine": "as-written"}))
    assert [(one.rule.sid, one.reason) for one in result.discarded] == [
        (sid, Reason.OVER_BUDGET) for sid in range(1, 5)
    ]
    assert "published as written" in result.discarded[0].detail


def _shared_before(files: Mapping[str, Sequence[str]], *, pinned: bool = False) -> Deployed:
    """What an earlier version deployed: one's own rules in a group that the feed's share too."""
    asked = {"default": "drop", "feed_pass": "keep", "firewall": {"rule_groups": 1}}
    groups = _groups(files, **asked)
    together = [rule for group in groups for rule in group.rules]
    shared = replace(groups[0], name="et-shared-drop", slot=Slot("shared/drop"), rules=(*together,))
    (deployed,) = in_force([replace(shared, capacity=20)], associations=1).groups
    return Deployed((replace(deployed, pinned=pinned),))


def test_own_rules_leave_a_shared_group_of_an_earlier_version_at_once() -> None:
    """Both groups are made anew, so that the policy's one update moves the rules."""
    files = {**FED, "local-mine": [text(1, head="pass tcp")]}
    fed = {name: rules for name, rules in files.items() if not name.startswith(LOCAL_PREFIX)}
    before = _shared_before({**fed, "emerging-dns": [*fed["emerging-dns"], *files["local-mine"]]})
    asked = allow(default="drop", firewall={"rule_groups": 2})
    groups = fitted(files, asked, before)[1].packed.groups
    assert _homes(groups) == ["local-mine", "shared/drop"]
    made, replaced = unchecked_plan(groups, before).steps
    assert isinstance(made, Create)
    assert isinstance(replaced, Replace)


def test_own_rules_stay_in_a_shared_group_of_a_policy_that_was_not_given() -> None:
    """A group of their own nobody would attach there, so they would protect no more."""
    fed = {**FED, "emerging-dns": [*FED["emerging-dns"], text(1, head="pass tcp")]}
    before = _shared_before(fed, pinned=True)
    files = {**FED, "local-mine": [text(1, head="pass tcp")]}
    asked = allow(default="drop", firewall={"rule_groups": 2})
    homes = _homes(fitted(files, asked, before)[1].packed.groups)
    assert homes == ["shared/drop"]
    written = allow(
        default="drop", categories={"local-mine": "as-written"}, firewall={"rule_groups": 2}
    )
    assert _homes(fitted(files, written, before)[1].packed.groups) == ["local-mine", "shared/drop"]
