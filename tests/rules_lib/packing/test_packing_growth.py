"""Packing beside what is deployed: what stays, what is replaced, and under which name."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from hypothesis import given
from hypothesis import strategies as st
from support.groups import in_force
from support.rules import FEEDS, allow, allowlists, fitted, text

from rules_lib.groups.policy import GroupReference, Policy
from rules_lib.groups.rule_group import Deployed, DeployedGroup, Group, Slot

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from rules_lib.allowlist import Allowlist

MALWARE = [text(sid) for sid in range(1, 11)]
WEB = [text(sid) for sid in range(21, 31)]
DNS = [text(sid) for sid in range(41, 43)]
BOTH = {"emerging-malware": MALWARE, "emerging-web": WEB}
ALL = BOTH | {"emerging-dns": DNS}


def groups(
    files: Mapping[str, Sequence[str]], deployed: Deployed | None = None, **firewall: Any
) -> dict[str, Group]:
    """The groups by name, as they come from a budget."""
    packed = fitted(files, allow(firewall=firewall), deployed or Deployed())[1].packed
    return {group.name: group for group in packed.groups}


def deployed(files: Mapping[str, Sequence[str]], uses: int = 1, **firewall: Any) -> Deployed:
    """What is in force once these files were synced, each group used by so many policies."""
    found = in_force(list(groups(files, **firewall).values()))
    return Deployed(tuple(replace(one, associations=uses) for one in found.groups))


def changed(before: Deployed, name: str, **more: Any) -> Deployed:
    """The same with one group changed, by the fields of `DeployedGroup`."""
    return Deployed(
        tuple(replace(one, **more) if one.name == name else one for one in before.groups)
    )


def with_idle(before: Deployed, name: str, like: str, **more: Any) -> Deployed:
    """The same with a group that nobody uses, in the slot of another one."""
    [twin] = [one for one in before.groups if one.name == like]
    settings = {"name": name, "arn": f"arn:{name}", "associations": 0, **more}
    return Deployed((*before.groups, replace(twin, **settings)))


# What is in force in a slot.


def idle(name: str, **more: Any) -> DeployedGroup:
    """A group of the slot `a`."""
    made = in_force(list(groups({"emerging-web": WEB}).values())).groups[0]
    return replace(made, name=name, arn=f"arn:{name}", slot=Slot("a"), **more)


def current(*found: DeployedGroup, policies: Sequence[Policy] = ()) -> str:
    """The name of the one that counts."""
    orders = (found, tuple(reversed(found)))
    [name] = {Deployed(one, policies=tuple(policies)).current[Slot("a")].name for one in orders}
    return name


def test_of_two_groups_the_larger_counts_unless_a_policy_uses_the_other() -> None:
    """As a replacement leaves them that broke off before or behind the switch."""
    assert current(idle("x", capacity=5), idle("y", capacity=9)) == "y"
    assert current(idle("x", capacity=5, associations=1), idle("y", capacity=9)) == "x"


def test_of_two_policies_the_first_decides() -> None:
    """It is switched first, so its groups belong together."""
    old, new = idle("x", capacity=9, associations=1), idle("y", capacity=5, associations=1)
    first = Policy("p", references=(GroupReference("arn:y", 1),))
    second = Policy("q", references=(GroupReference("arn:x", 1),))
    assert current(old, new, policies=(first, second)) == "y"
    assert current(old, new, policies=(second, first)) == "x"
    assert current(old, new, policies=(Policy("new"), second)) == "x"


def test_group_in_another_order_counts_only_where_it_is_alone() -> None:
    """No policy in strict order can have it."""
    lax = idle("x", strict=False, associations=1)
    assert current(lax) == "x"
    assert current(lax, idle("y")) == "y"


def test_slots_in_use_come_last() -> None:
    """Where a rule stands in two groups, the one in use says where it is."""
    other = replace(idle("z", associations=1), slot=Slot("b"))
    old, new = idle("x"), idle("y", associations=1)
    lonely = replace(idle("w"), slot=Slot("c"))
    found = Deployed((new, lonely, other, old)).current
    assert list(found) == [Slot("c"), Slot("a"), Slot("b")]


# Names and capacities.


def test_outgrown_group_gets_the_next_free_name() -> None:
    """And a capacity with headroom."""
    found = groups(BOTH | {"emerging-web": [*WEB, text(31), text(32)]}, deployed(BOTH))
    assert {name: one.capacity for name, one in found.items()} == {
        "et-emerging-malware": 11,
        "et-emerging-web-b": 14,
    }


def test_replacement_that_broke_off_is_gone_on_with() -> None:
    """The group that is there already has the name and the capacity that are wanted."""
    begun = with_idle(deployed(BOTH), "et-emerging-web-b", "et-emerging-web", capacity=14)
    grown = BOTH | {"emerging-web": [*WEB, text(31), text(32)]}
    assert "et-emerging-web-b" in groups(grown, begun)


def test_begun_group_of_another_capacity_is_of_no_use() -> None:
    """As the feed has grown since; the new one has another name, so that both can be there."""
    begun = with_idle(deployed(BOTH), "et-emerging-web-b", "et-emerging-web", capacity=12)
    grown = BOTH | {"emerging-web": [*WEB, text(31), text(32)]}
    assert "et-emerging-web-c" in groups(grown, begun)


def test_name_of_an_idle_group_in_another_slot_is_not_free() -> None:
    """It would be refused as that of another slot."""
    begun = with_idle(
        deployed(BOTH), "et-emerging-web-b", "et-emerging-web", slot=Slot("other"), capacity=14
    )
    grown = BOTH | {"emerging-web": [*WEB, text(31), text(32)]}
    assert "et-emerging-web-c" in groups(grown, begun)


def test_group_with_most_to_spare_is_replaced_where_the_budget_needs_it() -> None:
    """And only that one."""
    before = deployed(ALL, headroom=1)
    after = ALL | {"emerging-malware": MALWARE[:2]}
    found = groups(after, before, headroom=0, capacity=30)
    assert {name: one.capacity for name, one in found.items()} == {
        "et-emerging-malware-b": 2,
        "et-emerging-dns": 4,
        "et-emerging-web": 20,
    }


def test_reserved_capacity_that_fits_the_budget_is_left_alone() -> None:
    """However much more it is than the rules need."""
    before = deployed(ALL, headroom=1)
    assert groups(ALL, before, headroom=0, capacity=44).keys() == groups(ALL).keys()


# Rules that move.

TIED = {
    "emerging-malware": [*MALWARE[:-1], text(10, "flowbits:set,a; ")],
    "emerging-web": [text(21, "flowbits:isset,a; "), *WEB[1:]],
}


def test_groups_in_use_that_exchange_rules_are_replaced_together() -> None:
    """The policy's one update switches both."""
    assert groups(TIED, deployed(BOTH)).keys() == {"et-emerging-malware-b", "et-emerging-web-b"}


def test_groups_that_nobody_uses_exchange_rules_in_place() -> None:
    """Nobody is unprotected meanwhile."""
    assert groups(TIED, deployed(BOTH, uses=0)).keys() == groups(BOTH).keys()


def test_group_that_has_no_part_in_it_stays() -> None:
    """Its rules stay where they are."""
    found = groups(TIED | {"emerging-dns": DNS}, deployed(ALL))
    assert "et-emerging-dns" in found


# Groups in use by a policy that was not given to us.


def severe(sid: int, severity: str) -> str:
    """A rule of some value."""
    return text(sid, f"metadata:signature_severity {severity}; ")


def test_pinned_group_keeps_its_place_and_takes_what_is_worth_most() -> None:
    """A new rule of more value drives an old one out."""
    before = changed(deployed(BOTH), "et-emerging-web", pinned=True)
    files = BOTH | {
        "emerging-web": [
            *(severe(sid, "Minor") for sid in range(21, 31)),
            *(severe(sid, "Critical") for sid in range(51, 54)),
        ]
    }
    _, result = fitted(files, allow(), before)
    [web] = [one for one in result.packed.groups if one.slot.category == "emerging-web"]
    assert (web.name, web.capacity, len(web.rules)) == ("et-emerging-web", 11, 11)
    assert {51, 52, 53} <= {rule.sid for rule in web.rules}
    assert [discard.rule.sid for discard in result.discarded] == [29, 30]
    assert all("that rulesync was not given" in one.detail for one in result.discarded)


def test_pinned_group_loses_no_capacity_to_the_others() -> None:
    """Where the budget is tight, another one gives."""
    before = changed(deployed(ALL, headroom=1), "et-emerging-web", pinned=True)
    found = groups(ALL, before, headroom=0, capacity=40)
    assert found["et-emerging-web"].capacity == 20


@given(FEEDS, FEEDS, st.sets(st.integers(0, 3)))
def test_pinned_groups_never_change_their_name_and_lose_nothing_else(
    first: dict[str, list[str]], second: dict[str, list[str]], pins: set[int]
) -> None:
    """Whatever the next feed brings: each rule is in one group, or discarded with that reason."""
    made = in_force(list(groups(first).values())).groups
    there = Deployed(
        tuple(replace(one, associations=1, pinned=place in pins) for place, one in enumerate(made))
    )
    ordered, result = fitted(second, allow(), there)
    pinned = {one.slot: one.name for one in there.groups if one.pinned}
    for group in result.packed.groups:
        assert pinned.get(group.slot, group.name) == group.name
        assert len(group.rules) <= group.capacity
    kept = [rule.sid for group in result.packed.groups for rule in group.rules]
    left = {discard.rule.sid for discard in result.discarded}
    wanted = {rule.sid for cluster in ordered.clusters for rule in cluster if not rule.setter}
    assert len(kept) == len(set(kept))
    assert wanted - set(kept) == left
    if not pinned:
        assert not left


# Budgets.


def test_cluster_that_needs_more_than_the_budget_stops_no_other() -> None:
    """Though it is worth most; the detail says that it has no room even alone."""
    files = {
        "local-mine": [text(sid, "flowbits:set,a; ") for sid in range(1, 9)],
        "emerging-web": WEB,
    }
    _, result = fitted(files, allow(firewall={"capacity": 6, "headroom": 0}))
    kept = [rule.sid for group in result.packed.groups for rule in group.rules]
    assert kept == [21, 22, 23, 24, 25, 26]
    details = {one.rule.sid: one.detail for one in result.discarded}
    assert details[1].endswith("it needs more than that alone")
    assert details[27].endswith("what is kept is worth more")


@given(FEEDS, FEEDS, allowlists())
def test_relief_is_what_a_larger_budget_brings_back(
    first: dict[str, list[str]], second: dict[str, list[str]], allowlist: Allowlist
) -> None:
    """Category by category, whatever is deployed."""
    there = in_force(fitted(first, allowlist)[1].packed.groups)
    result = fitted(second, allowlist, there)[1]
    budget = allowlist.firewall
    for larger, told in (
        ({"capacity": budget.capacity + 1_000}, result.relief.capacity),
        ({"rule_groups": budget.rule_groups + 1}, result.relief.rule_group),
    ):
        more = allowlist.model_copy(update={"firewall": budget.model_copy(update=larger)})
        left = {one.rule.place for one in fitted(second, more, there)[1].discarded}
        back = [one.rule for one in result.discarded if one.rule.place not in left]
        counted = {rule.category for rule in back}
        assert dict(told) == {name: sum(rule.category == name for rule in back) for name in counted}
