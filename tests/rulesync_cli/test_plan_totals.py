"""What people ask of a plan."""

from __future__ import annotations

from dataclasses import replace

from support.groups import as_deployed, group, rule

from rules_lib.deploy.plan import plan
from rules_lib.groups.operation import Operation
from rules_lib.groups.policy import GroupReference, Policy
from rules_lib.groups.rule_group import Deployed, Group
from rulesync_cli.plan_totals import (
    PolicyChange,
    ReservedCapacity,
    policy_changes,
    reserved_by,
    reserved_by_all,
)


def at(place: int, name: str, *rules: int) -> Group:
    """A group at a priority."""
    return replace(group(name, *rules), priority=place)


def test_room_counts_what_a_group_was_created_with() -> None:
    """An update does not change it; what is deleted gives it back."""
    kept, gone = group("et-one", 1), as_deployed(group("et-two", 2), capacity=40)
    there = as_deployed(kept, capacity=25, text=f"{rule(9).text}\n")
    found = plan([kept, group("et-three", 3, capacity=7)], Deployed((there, gone)))
    assert [reserved_by(step) for step in found.steps] == [
        ReservedCapacity(25, 25),
        ReservedCapacity(0, 7),
        ReservedCapacity(40, 0),
    ]
    assert reserved_by_all(found) == ReservedCapacity(65, 32)


def test_referral_says_which_groups_come_go_and_move() -> None:
    """References that are not ours are not ours to tell."""
    old = [as_deployed(at(place, name, place)) for place, name in ((1, "et-a"), (2, "et-b"))]
    references = (
        GroupReference(old[0].arn, 1),
        GroupReference(old[1].arn, 2),
        GroupReference("arn:theirs", 9),
    )
    policy = Policy("prod", arn="arn:prod", references=references)
    desired = [at(3, "et-a", 1), at(4, "et-c", 7)]
    [found] = policy_changes(plan(desired, Deployed(tuple(old), policies=(policy,))))
    assert found == PolicyChange("prod", Operation.UPDATE, ("et-c",), ("et-b",), ("et-a",))


def test_policy_that_stays_has_no_referral() -> None:
    """And one that does not exist yet is created."""
    one = at(1, "et-a", 1)
    there = as_deployed(one)
    policy = Policy("prod", arn="arn:prod", references=(GroupReference(there.arn, 1),))
    assert not tuple(policy_changes(plan([one], Deployed((there,), policies=(policy,)))))
    [made] = policy_changes(plan([one], Deployed((there,), policies=(Policy("new"),))))
    assert (made.change, made.added) == ("create", ("et-a",))
