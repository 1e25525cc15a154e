"""Plans carried out on the embedded AWS."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.firewall import change_by_hand, create_by_hand, firewall, use
from support.groups import group, rule

from localaws import EmbeddedAws, Fault, embedded_aws
from rules_lib.aws.firewall import Firewall
from rules_lib.deploy.apply import apply
from rules_lib.deploy.outcome import Applied
from rules_lib.deploy.plan import plan
from rules_lib.deploy.prove import Proof, prove
from rules_lib.deploy.steps import Plan
from rules_lib.groups.rule_group import Deployed, Group

pytestmark = pytest.mark.usefixtures("aws")

ONE, TWO, THREE = group("et-one", 1, 2), group("et-two", 3, 4), group("et-three", 5)
BIGGER = replace(group("et-one", 1, 2, 6), name="et-one-b")


def synced(*desired: Group, wall: Firewall | None = None) -> Applied:
    """What comes of planning for what is deployed now, and applying that."""
    wall = wall or firewall()
    return apply(plan(desired, wall.deployed()), wall)


def there() -> dict[str, str]:
    """The text of every group of ours, by name."""
    return {found.name: found.text for found in firewall().deployed().groups}


def test_first_sync_creates_what_is_desired() -> None:
    """Groups of somebody else are left as they are."""
    create_by_hand("et-mine")
    result = synced(ONE, TWO)
    assert [(step.change, step.name) for step in result.done] == [
        ("create", "et-one"),
        ("create", "et-two"),
    ]
    assert there() == {"et-one": ONE.text, "et-two": TWO.text}
    assert firewall().deployed().foreign == {"et-mine"}


def test_second_sync_writes_only_what_changed(aws: EmbeddedAws) -> None:
    """A kept group costs no call beyond its read."""
    synced(ONE, TWO, THREE)
    wall = firewall()
    changed = group("et-two", 3, 7)
    result = synced(ONE, changed, wall=wall)
    assert [(step.change, step.name) for step in result.done] == [
        ("keep", "et-one"),
        ("update", "et-two"),
        ("delete", "et-three"),
    ]
    assert wall.calls.writes == {"UpdateRuleGroup": 1, "DeleteRuleGroup": 1}
    assert there() == {"et-one": ONE.text, "et-two": changed.text}
    assert {call.resource for call in aws.calls if call.action == "UpdateRuleGroup"} == {"et-two"}


def test_replaced_group_goes_after_the_new_one_is_there(aws: EmbeddedAws) -> None:
    """The old one is deleted last of all, after every other group was written."""
    synced(ONE)
    synced(BIGGER, TWO)
    writes = [call for call in aws.calls if "Describe" not in call.action]
    assert [(call.action, call.resource) for call in writes if call.resource][-3:] == [
        ("CreateRuleGroup", "et-one-b"),
        ("CreateRuleGroup", "et-two"),
        ("DeleteRuleGroup", "et-one"),
    ]
    assert there() == {"et-one-b": BIGGER.text, "et-two": TWO.text}


def test_group_in_use_stays_and_the_result_says_what_to_do() -> None:
    """Replaced or no longer wanted; both groups hold until somebody switches the policy."""
    synced(ONE, TWO)
    use("et-one", "et-two")
    result = synced(BIGGER)
    assert [(found.name, found.associations) for found in result.staying] == [
        ("et-one", 1),
        ("et-two", 1),
    ]
    assert all(
        "1 firewall policy uses it" in found.why and "take the rule group out" in found.why
        for found in result.staying
    )
    assert set(there()) == {"et-one", "et-one-b", "et-two"}
    assert result.failures == ()


def test_use_is_looked_up_just_before_the_delete() -> None:
    """Somebody attached the group after the plan was made."""
    synced(ONE)
    wall = firewall()
    found = plan([], wall.deployed())
    use("et-one")
    assert [left.name for left in apply(found, wall).staying] == ["et-one"]


def test_group_that_is_gone_already_counts_as_deleted() -> None:
    """Somebody deleted it after the plan was made."""
    synced(ONE)
    wall = firewall()
    found = plan([], wall.deployed())
    apply(found, wall)
    assert apply(found, wall).done == found.steps
    assert wall.calls.writes["DeleteRuleGroup"] == 1


def test_one_failed_group_does_not_stop_the_others(aws: EmbeddedAws) -> None:
    """The cause stands in the result, in the service's words."""
    aws.inject(Fault("CreateRuleGroup", "LimitExceededException", "enough", resource="et-one"))
    result = synced(ONE, TWO)
    assert set(there()) == {"et-two"}
    (failure,) = result.failures
    assert failure.name == "et-one"
    assert failure.cause == "CreateRuleGroup et-one: LimitExceededException: enough"
    assert not failure.stale


def test_group_stays_when_its_replacement_fails(aws: EmbeddedAws) -> None:
    """It is all the protection that the slot has, even where no rule is still wanted."""
    synced(ONE)
    aws.inject(Fault("CreateRuleGroup", "InternalServerError", resource="et-one-b"))
    result = synced(replace(group("et-one", 8), name="et-one-b"))
    assert [found.name for found in result.staying] == ["et-one"]
    assert "et-one-b, which is to replace it, could not be created" in result.staying[0].why
    assert there() == {"et-one": ONE.text}


def test_group_stays_when_its_rules_did_not_arrive_elsewhere(aws: EmbeddedAws) -> None:
    """Its category was to move into another group, and that one failed."""
    synced(ONE, TWO)
    aws.inject(Fault("UpdateRuleGroup", "InternalServerError", resource="et-one"))
    both = group("et-one", 1, 2, 3)
    result = synced(both)
    assert [found.name for found in result.staying] == ["et-two"]
    assert "1 of its rules belong in a rule group that failed" in result.staying[0].why
    assert there() == {"et-one": ONE.text, "et-two": TWO.text}
    assert synced(both).staying == ()
    assert there() == {"et-one": both.text}


def test_group_goes_although_another_failed_that_has_none_of_its_rules(aws: EmbeddedAws) -> None:
    """Nothing of it is wanted any more, so no protection is lost."""
    synced(ONE, TWO)
    aws.inject(Fault("UpdateRuleGroup", "InternalServerError", resource="et-one"))
    result = synced(group("et-one", 1, 9))
    assert [step.name for step in result.done] == ["et-two"]
    assert set(there()) == {"et-one"}


def test_resumed_replacement_that_fails_leaves_what_is_in_force(aws: EmbeddedAws) -> None:
    """A replacement had broken off; as it fails again, neither of the slot's two groups goes."""
    wall = firewall()
    wall.create(ONE)
    wall.create(replace(ONE, name="et-one-b"))
    aws.inject(Fault("UpdateRuleGroup", "InternalServerError"))
    result = synced(group("et-one", 2, 1))
    assert result.done == ()
    assert there() == {"et-one": ONE.text, "et-one-b": ONE.text}


def test_resumed_replacement_ends_as_if_it_had_never_broken_off() -> None:
    """The group that was begun is brought up to date, and the old one goes."""
    wall = firewall()
    wall.create(ONE)
    wall.create(replace(ONE, name="et-one-b"))
    desired = group("et-one", 2, 1)
    result = synced(desired)
    assert [step.change for step in result.done] == ["replace"]
    assert there() == {"et-one": desired.text}


def test_failed_delete_is_a_failure_of_the_old_group(aws: EmbeddedAws) -> None:
    """The replacement itself is done."""
    synced(ONE)
    aws.inject(Fault("DeleteRuleGroup", "AccessDeniedException", "not you"))
    result = synced(BIGGER)
    assert [step.name for step in result.done] == ["et-one-b"]
    assert [(found.name, "not you" in found.cause) for found in result.failures] == [
        ("et-one", True)
    ]


def test_group_that_somebody_changed_meanwhile_is_told_as_stale() -> None:
    """So the sync knows that planning again helps; the others are written."""
    synced(ONE)
    wall = firewall()
    found = plan([group("et-one", 7), TWO], wall.deployed())
    change_by_hand("et-one", rule(8).text)
    assert [failure.stale for failure in prove(found, wall).failures] == [True]
    result = apply(found, wall)
    assert [(failure.name, failure.stale) for failure in result.failures] == [("et-one", True)]
    assert there() == {"et-one": rule(8).text, "et-two": TWO.text}


def test_unproven_group_is_not_written_and_keeps_what_it_was_to_take_over() -> None:
    """Its new rule is in force in the group that was to go, and nowhere else."""
    synced(group("et-one", 1, capacity=1), TWO)
    wall = firewall()
    found = plan([group("et-one", 1, 3, capacity=1)], wall.deployed())
    failures = prove(found, wall).failures
    result = apply(found, wall, failures)
    assert result.failures == failures
    assert [failure.name for failure in failures] == ["et-one"]
    assert [left.name for left in result.staying] == ["et-two"]
    assert wall.calls.writes == {}


def test_nothing_to_do_asks_the_service_nothing() -> None:
    """Neither a dry run nor a read."""
    wall = firewall()
    assert (prove(Plan(), wall), apply(Plan(), wall)) == (Proof(), Applied())
    assert (wall.calls.writes, wall.calls.dry_runs, wall.calls.reads) == ({}, 0, 0)


CATEGORIES = st.dictionaries(
    st.sampled_from(["a", "b", "c"]),
    st.lists(st.integers(1, 20), min_size=1, max_size=5, unique=True),
)


def packed(categories: dict[str, list[int]], deployed: Deployed) -> list[Group]:
    """Groups as pack would make them: a group that is too small gets a new name."""
    held = {found.slot.category: found for found in deployed.groups}
    made = []
    for place, (category, sids) in enumerate(categories.items(), start=1):
        old, desired = held.get(category), group(f"et-{category}", *sids, priority=place)
        desired = replace(desired, capacity=len(sids))
        if old and len(sids) <= old.capacity:
            desired = replace(desired, name=old.name, capacity=old.capacity)
        elif old and old.name == desired.name:
            desired = replace(desired, name=f"{desired.name}-b")
        made.append(desired)
    return made


@given(st.lists(CATEGORIES, min_size=1, max_size=4))
def test_planning_after_applying_is_empty(syncs: list[dict[str, list[int]]]) -> None:
    """Whatever was there before: one sync leads to what is desired, and the next has no work."""
    with embedded_aws():
        wall = firewall()
        for categories in syncs:
            desired = packed(categories, wall.deployed())
            result = synced(*desired, wall=wall)
            assert (result.failures, result.staying) == ((), ())
            assert plan(desired, wall.deployed()).changes == ()
            assert there() == {one.name: one.text for one in desired}
