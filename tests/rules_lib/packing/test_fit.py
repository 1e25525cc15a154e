"""What the quotas have no room for is discarded: the least valued, and no more than needed."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.groups import in_force
from support.inputs import DAY, inputs
from support.rules import FEEDS, allow, allowlists, fitted, ruleset, text

from rules_lib.model import Reason

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from rules_lib.allowlist import Allowlist

SEVERITIES = ("Critical", "Major", "Minor", "Informational", "")
CONFIDENCES = ("High", "Medium", "Low", "")
DATES = ("2026_01_01", "2025_12_31", "2024_06_30", "")


def _described(sid: int, severity: str = "", confidence: str = "", date: str = "") -> str:
    facts = [("signature_severity", severity), ("confidence", confidence), ("updated_at", date)]
    metadata = ", ".join(f"{key} {value}" for key, value in facts if value)
    return text(sid, f"metadata:{metadata}; " if metadata else "")


def _kept(files: Mapping[str, Sequence[str]], capacity: int, **settings: Any) -> list[int]:
    firewall = {"capacity": capacity, "headroom": 0, **settings.pop("firewall", {})}
    fired = frozenset(settings.pop("fired", ()))
    _, result = fitted(files, allow(firewall=firewall, **settings), fired=fired)
    return sorted(rule.sid for group in result.packed.groups for rule in group.rules)


@given(FEEDS, allowlists())
def test_what_has_no_room_is_over_budget(files: dict[str, list[str]], allowlist: Allowlist) -> None:
    """Each with that reason, in plain words; setters that were brought in are only off."""
    ordered, result = fitted(files, allowlist)
    assert {discard.reason for discard in result.discarded} <= {Reason.OVER_BUDGET}
    assert all(discard.detail for discard in result.discarded)
    setters = {rule.sid for cluster in ordered.clusters for rule in cluster if rule.setter}
    assert setters.isdisjoint(discard.rule.sid for discard in result.discarded)


@given(FEEDS)
def test_budget_that_is_large_enough_discards_nothing(files: dict[str, list[str]]) -> None:
    """As the shipped allowlist's is."""
    assert not fitted(files, allow())[1].discarded


@given(FEEDS, allowlists())
def test_budget_does_not_depend_on_what_is_deployed(
    files: dict[str, list[str]], allowlist: Allowlist
) -> None:
    """What is kept on an empty account is kept beside any older groups of ours."""
    fresh = fitted(files, allowlist)[1]
    older = fitted(files, allow(default="alert", firewall={"headroom": 1}))[1]
    again = fitted(files, allowlist, in_force(older.packed.groups))[1]
    budget = allowlist.firewall
    assert sum(group.capacity for group in again.packed.groups) <= budget.capacity
    assert len(again.packed.groups) <= budget.rule_groups
    if not fresh.discarded and len(older.packed.groups) <= budget.rule_groups:
        assert not again.discarded


@given(
    st.permutations([(s, c, d) for s in SEVERITIES for c in CONFIDENCES for d in DATES]),
    st.integers(1, 79),
)
def test_most_valued_rules_are_kept(facts: list[tuple[str, str, str]], room: int) -> None:
    """By severity, then confidence, then how lately it was updated; none given comes last."""
    rules = dict(enumerate(facts, start=1))
    files = {"emerging-web": [_described(sid, *fact) for sid, fact in rules.items()]}
    best = sorted(
        rules,
        key=lambda sid: (
            SEVERITIES.index(rules[sid][0]),
            CONFIDENCES.index(rules[sid][1]),
            DATES.index(rules[sid][2]),
        ),
    )
    assert _kept(files, room) == sorted(best[:room])


def test_of_equal_rules_the_first_of_the_feed_stay() -> None:
    """So that the choice is always the same."""
    assert _kept({"emerging-web": [text(sid) for sid in (5, 3, 1, 2)]}, 3) == [1, 3, 5]


def test_unlisted_categories_give_way_first_then_the_last_listed() -> None:
    """Whatever their severity; people's own are the last to go."""
    files = {
        "emerging-dns": [_described(1, "Critical", "High")],
        "emerging-malware": [_described(2, "Major", "High")],
        "emerging-web": [_described(3)],
        "local-mine": [text(4)],
    }
    listed = {"emerging-web": "alert", "emerging-malware": "drop"}
    kept = [_kept(files, room, categories=listed) for room in (1, 2, 3, 4)]
    assert kept == [[4], [3, 4], [2, 3, 4], [1, 2, 3, 4]]


def test_rule_that_fired_stays_before_others_of_its_category() -> None:
    """Whatever their severity; its category keeps its place, and with room nothing goes."""
    files = {
        "emerging-web": [_described(1, "Critical", "High"), _described(2)],
        "emerging-malware": [_described(3, "Critical", "High"), _described(4, "Minor")],
    }
    listed = {"emerging-web": "alert", "emerging-malware": "alert"}
    kept = [_kept(files, room, categories=listed, fired=[2, 4]) for room in (1, 2, 3, 4)]
    assert kept == [[2], [1, 2], [1, 2, 4], [1, 2, 3, 4]]


def test_cluster_of_which_a_rule_fired_stays_whole() -> None:
    """It is worth as much as the best of its rules."""
    tied = [text(1, "flowbits:set,a; "), text(2, "flowbits:isset,a; ")]
    files = {"emerging-web": [_described(3, "Critical"), *tied]}
    assert _kept(files, 2, fired=[2]) == [1, 2]


def test_hits_count_for_thirty_days_unless_nobody_knows_what_fired() -> None:
    """Where counting fails, no rule loses its worth for it."""
    fired = {1: DAY - timedelta(days=31), 2: DAY - timedelta(days=30)}
    asked = inputs(ruleset({}), allow(), fired=fired)
    assert asked.fired_lately == {2}
    assert replace(asked, hits_unknown="no leave").fired_lately == {1, 2}


@given(FEEDS, allowlists(), st.frozensets(st.integers(1, 40)))
def test_hits_take_no_rule_away_where_there_is_room(
    files: dict[str, list[str]], allowlist: Allowlist, fired: frozenset[int]
) -> None:
    """Nor do they make more or fewer rules fit than can."""
    plain, counted = (fitted(files, allowlist, fired=one)[1] for one in (frozenset(), fired))
    assert bool(plain.discarded) == bool(counted.discarded)


def test_of_several_severities_the_highest_counts() -> None:
    """Real rules repeat the key."""
    twice = text(1, "metadata:signature_severity Minor, signature_severity Critical; ")
    assert _kept({"emerging-web": [_described(2, "Major"), twice]}, 1) == [1]


def test_cluster_goes_or_stays_whole() -> None:
    """It is worth as much as the best of its rules."""
    tied = [
        text(1, "flowbits:set,a; "),
        text(2, "flowbits:isset,a; metadata:signature_severity Critical; "),
    ]
    files = {"emerging-web": [*tied, _described(3, "Major"), _described(4, "Minor")]}
    assert [_kept(files, room) for room in (2, 3, 4)] == [[1, 2], [1, 2, 3], [1, 2, 3, 4]]


def test_setters_that_are_brought_in_take_room_too() -> None:
    """And say nothing of what the cluster is worth."""
    files = {
        "emerging-dns": [text(1, "flowbits:set,a; metadata:signature_severity Critical; ")],
        "emerging-web": [_described(3, "Major"), text(2, "flowbits:isset,a; ")],
    }
    settings = {"categories": {"emerging-dns": "off"}}
    assert [_kept(files, room, **settings) for room in (1, 2, 3)] == [[3], [3], [1, 2, 3]]


def test_headroom_counts_in_the_budget() -> None:
    """Capacity is reserved, used or not."""
    files = {"emerging-web": [text(sid) for sid in range(1, 21)]}
    assert len(_kept(files, 20, firewall={"headroom": 0.1})) == 18
    assert len(_kept(files, 22, firewall={"headroom": 0.1})) == 20


def test_number_of_groups_is_a_quota_too() -> None:
    """Drop and alert never share, so with one group only one of them is there."""
    files = {"emerging-dns": [text(1)], "emerging-web": [text(2)]}
    listed = {"emerging-web": "alert", "emerging-dns": "drop"}
    assert _kept(files, 100, categories=listed, firewall={"rule_groups": 1}) == [2]
    assert _kept(files, 100, categories=listed, firewall={"rule_groups": 2}) == [1, 2]


@pytest.mark.parametrize("limit", ["GROUP_CAPACITY", "RULES_STRING_BYTES"])
def test_cluster_too_large_for_any_group_is_discarded(
    monkeypatch: pytest.MonkeyPatch, limit: str
) -> None:
    """It cannot be cut; rules of less value are kept all the same."""
    monkeypatch.setattr(f"rules_lib.facts.limits.{limit}", 2 if limit == "GROUP_CAPACITY" else 200)
    tied = [text(sid, "flowbits:set,a; metadata:signature_severity Major; ") for sid in (1, 2, 3)]
    _, result = fitted({"emerging-web": [*tied, text(4)]}, allow())
    assert [rule.sid for group in result.packed.groups for rule in group.rules] == [4]
    assert {discard.detail for discard in result.discarded} == {
        "flowbits tie it to 2 rules, too many for one rule group"
    }


def test_detail_says_how_much_room_there_is() -> None:
    """In plain words."""
    files = {"emerging-web": [text(1), text(2)]}
    _, result = fitted(files, allow(firewall={"capacity": 1, "rule_groups": 2, "headroom": 0}))
    (lost,) = result.discarded
    assert lost.detail.startswith("no room for it in 1 rules of capacity in 2 rule groups")
