"""Clusters are laid into rule groups: nothing is lost, nothing cut, and little moves."""

from __future__ import annotations

import math
from decimal import Decimal
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from support.groups import in_force
from support.rules import FEEDS, allow, allowlists, fitted, text

from rules_lib.facts import limits
from rules_lib.groups.rule_group import Deployed, Group
from rules_lib.model import Mode

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from rules_lib.allowlist import Allowlist

MALWARE = [text(sid) for sid in range(1, 11)]
WEB = [text(sid) for sid in range(11, 21)]


def _groups(
    files: Mapping[str, Sequence[str]], deployed: Sequence[Group] = (), **settings: Any
) -> tuple[Group, ...]:
    return fitted(files, allow(**settings), in_force(deployed))[1].packed.groups


def _sids(group: Group) -> list[int]:
    return [rule.sid for rule in group.rules]


def _one(sids: Sequence[int]) -> str:
    """A rule for each sid, all tied to one another."""
    return "\n".join(text(sid, "flowbits:set,tie; ") for sid in sids)


@given(FEEDS, allowlists())
def test_every_cluster_is_in_one_group_or_left_out_whole(
    files: dict[str, list[str]], allowlist: Allowlist
) -> None:
    """Nothing is lost, nothing is there twice, no cluster is cut."""
    ordered, result = fitted(files, allowlist)
    group_of = {rule.sid: group.name for group in result.packed.groups for rule in group.rules}
    assert len(group_of) == sum(len(group.rules) for group in result.packed.groups)
    lost = {discard.rule.sid for discard in result.discarded}
    for cluster in ordered.clusters:
        places = {group_of.get(rule.sid) for rule in cluster}
        assert len(places) == 1
        own = {rule.sid for rule in cluster if not rule.setter}
        assert own & lost == (own if places == {None} else set())
    everything = {rule.sid for cluster in ordered.clusters for rule in cluster}
    assert set(group_of) | lost <= everything


@given(FEEDS, allowlists())
def test_groups_are_within_all_limits(files: dict[str, list[str]], allowlist: Allowlist) -> None:
    """Of the service and of the allowlist; rules in the order of inspection."""
    ordered, result = fitted(files, allowlist)
    groups = result.packed.groups
    for group in groups:
        assert 0 < len(group.rules) <= group.capacity <= limits.GROUP_CAPACITY
        assert len(group.text.encode()) <= limits.RULES_STRING_BYTES
        places = [ordered.position[sid] for sid in _sids(group)]
        assert places == sorted(places)
    assert sum(group.capacity for group in groups) <= allowlist.firewall.capacity
    assert len(groups) <= allowlist.firewall.rule_groups


@given(FEEDS, allowlists())
def test_drop_groups_of_the_feed_come_first_and_priorities_count_up(
    files: dict[str, list[str]], allowlist: Allowlist
) -> None:
    """From the first priority on, without a gap; every name is another."""
    groups = fitted(files, allowlist)[1].packed.groups
    first = allowlist.firewall.first_priority
    assert [group.priority for group in groups] == list(range(first, first + len(groups)))
    fed = [group for group in groups if not group.slot.category.startswith("local-")]
    assert all(not (a.mode is Mode.ALERT and b.mode is Mode.DROP) for a, b in pairwise(fed))
    assert len({group.name for group in groups}) == len(groups)
    assert len({group.slot for group in groups}) == len(groups)


@given(FEEDS, allowlists())
def test_packing_again_what_is_deployed_changes_nothing(
    files: dict[str, list[str]], allowlist: Allowlist
) -> None:
    """The same feed, the same groups: nothing to write."""
    once = fitted(files, allowlist)[1]
    again = fitted(files, allowlist, in_force(once.packed.groups))[1]
    assert again.packed.groups == once.packed.groups
    assert again.discarded == once.discarded


@given(FEEDS)
def test_rule_added_upstream_changes_one_group(files: dict[str, list[str]]) -> None:
    """And moves no other rule, whether there is room for it or not."""
    before = _groups(files)
    first = next(iter(files))
    after = _groups({**files, first: [*files[first], "", text(1000)]}, before)
    slot_of = {sid: group.slot for group in after for sid in _sids(group)}
    assert all(slot_of[sid] == group.slot for group in before for sid in _sids(group))
    unchanged = {group.text for group in before} & {group.text for group in after}
    assert len(unchanged) >= len(before) - 1
    assert len(after) - len(before) in {0, 1}


def test_category_is_a_group() -> None:
    """Named after it, with headroom."""
    groups = _groups({"emerging-malware": MALWARE, "emerging-web": WEB})
    assert [(group.name, group.capacity, _sids(group)) for group in groups] == [
        ("et-emerging-malware", 11, list(range(1, 11))),
        ("et-emerging-web", 11, list(range(11, 21))),
    ]


@pytest.mark.parametrize("headroom", [0, 0.1, 0.3, 0.05, 1])
@pytest.mark.parametrize("count", [1, 10, 99, 100])
def test_capacity_is_the_rules_and_the_headroom_rounded_up(count: int, headroom: float) -> None:
    """Reckoned without the errors of binary fractions: 10 and a tenth is 11, not 12."""
    files = {"emerging-web": [text(sid) for sid in range(1, count + 1)]}
    (group,) = _groups(files, firewall={"headroom": headroom})
    assert group.capacity == math.ceil(count * (1 + Decimal(str(headroom))))


def test_allowlist_gives_the_order_and_drop_comes_first() -> None:
    """People's own before all others; unlisted categories last."""
    files = {
        "emerging-dns": [text(1)],
        "emerging-malware": [text(2)],
        "emerging-web": [text(3)],
        "local-mine": [text(4)],
    }
    listed = {"emerging-web": "alert", "emerging-malware": "drop"}
    groups = _groups(files, categories=listed)
    names = ["et-local-mine", "et-emerging-malware", "et-emerging-web", "et-emerging-dns"]
    assert [group.name for group in groups] == names


def test_category_too_long_for_one_group_is_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    """Into parts with room for what comes; a cluster stays whole."""
    monkeypatch.setattr(limits, "RULES_STRING_BYTES", 300)
    tied = [text(sid, "flowbits:set,a; ") for sid in (5, 1, 9)]
    groups = _groups({"emerging-malware": [*MALWARE[1:4], *MALWARE[5:8], *tied]})
    assert [group.name for group in groups] == [
        "et-emerging-malware",
        "et-emerging-malware-2",
        "et-emerging-malware-3",
    ]
    assert all(len(group.text) <= 300 for group in groups)
    assert sum({1, 5, 9} <= set(_sids(group)) for group in groups) == 1


def test_size_of_a_group_counts_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    """The guide's limit is in bytes, and letters beyond ASCII have several."""
    monkeypatch.setattr(limits, "RULES_STRING_BYTES", 300)
    wide = 'content:"' + "中" * 30 + '"; '
    groups = _groups({"emerging-malware": [text(sid, wide) for sid in range(1, 5)]})
    assert len(groups) == 4
    assert all(len(group.text.encode()) <= 300 for group in groups)


def test_rules_beyond_the_capacity_of_one_group_are_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    """The service's limit counts rules too."""
    monkeypatch.setattr(limits, "GROUP_CAPACITY", 4)
    groups = _groups({"emerging-malware": MALWARE})
    assert sorted(len(group.rules) for group in groups) == [2, 4, 4]
    assert {group.capacity for group in groups} <= {3, 4}


def test_small_categories_share_where_groups_are_few() -> None:
    """Only such as have one mode, the smallest first."""
    files = {
        "emerging-dns": [text(1)],
        "emerging-malware": MALWARE[1:],
        "emerging-scan": [text(30)],
        "emerging-web": WEB[:2],
    }
    groups = _groups(files, firewall={"rule_groups": 3})
    assert len(groups) == 3
    assert min(map(sorted, (group.categories for group in groups))) == [
        "emerging-dns",
        "emerging-scan",
    ]
    modes = {"emerging-dns": "drop", "emerging-scan": "drop"}
    groups = _groups(files, categories=modes, firewall={"rule_groups": 3})
    assert [set(group.categories) for group in groups if group.mode is Mode.DROP] == [
        {"emerging-dns", "emerging-scan"}
    ]


def test_categories_that_share_go_on_sharing() -> None:
    """Another group would mean moving rules."""
    files = {"emerging-dns": [text(1)], "emerging-malware": MALWARE[1:], "emerging-web": WEB}
    before = _groups(files, firewall={"rule_groups": 2})
    grown = {**files, "emerging-dns": [text(1), text(40)]}
    after = _groups(grown, before, firewall={"rule_groups": 2})
    assert [group.categories for group in after] == [group.categories for group in before]


def test_cluster_over_categories_stands_in_the_first_of_them() -> None:
    """Drop before alert, then as listed."""
    files = {
        "emerging-dns": [text(1, "flowbits:set,a; ")],
        "emerging-web": [text(2, "flowbits:isset,a; "), text(3)],
    }
    groups = _groups(files, categories={"emerging-web": "alert", "emerging-dns": "alert"})
    assert [_sids(group) for group in groups] == [[1, 2, 3]]
    groups = _groups(files, categories={"emerging-web": "alert", "emerging-dns": "drop"})
    assert [(group.name, _sids(group)) for group in groups] == [
        ("et-emerging-dns", [1, 2]),
        ("et-emerging-web", [3]),
    ]


def test_group_keeps_its_capacity_while_it_holds_its_rules() -> None:
    """Capacity cannot be changed, so fewer rules leave it as it is."""
    before = _groups({"emerging-malware": MALWARE})
    after = _groups({"emerging-malware": MALWARE[:7]}, before)
    assert [(group.name, group.capacity) for group in after] == [("et-emerging-malware", 11)]
    full = _groups({"emerging-malware": [*MALWARE, text(11)]}, before)
    assert [(group.name, group.capacity) for group in full] == [("et-emerging-malware", 11)]


def test_group_that_outgrows_its_capacity_is_another_one() -> None:
    """With a new name, since both stand side by side for a while."""
    before = _groups({"emerging-malware": MALWARE})
    (after,) = _groups({"emerging-malware": [*MALWARE, *WEB]}, before)
    assert (after.name, after.capacity) == ("et-emerging-malware-b", 22)
    assert after.slot == before[0].slot


def test_setters_brought_in_stand_with_their_checkers() -> None:
    """In one group, and what else is in their category stays out."""
    files = {
        "emerging-dns": [text(1, "flowbits:set,a; "), text(3)],
        "emerging-web": [text(2, "flowbits:isset,a; ")],
    }
    (group,) = _groups(files, categories={"emerging-dns": "off"})
    assert _sids(group) == [1, 2]


def test_nothing_asked_for_is_no_group() -> None:
    """An empty feed, an allowlist that is off."""
    assert not _groups({"emerging-web": []})
    assert not _groups({"emerging-web": WEB}, default="off")
    assert not fitted({}, allow(), Deployed())[1].discarded
