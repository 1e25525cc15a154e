"""What a policy is to refer to, and what stands against it, without any AWS."""

from __future__ import annotations

from typing import Any

import pytest
from support.groups import as_deployed, group

from rules_lib.deploy.plan import plan
from rules_lib.deploy.steps import Plan, switch_record
from rules_lib.errors import RefusedError
from rules_lib.groups.policy import GroupReference, Policy
from rules_lib.groups.policy_quotas import PolicyQuotas
from rules_lib.groups.rule_group import Deployed, Group
from rules_lib.model import Mode

ONE = group("et-one", 1, priority=1000)
TWO = group("et-two", 2, mode=Mode.DROP, priority=1001)
THEIRS = GroupReference("arn:theirs", 5)


def policy(*references: GroupReference, **more: object) -> Policy:
    """A strict policy that exists."""
    settings = {"name": "live", "arn": "arn:live", "references": references, **more}
    return Policy(**settings)  # type: ignore[arg-type]  # the fields are Policy's own


def planned(*policies: Policy, desired: tuple[Group, ...] = (ONE, TWO), **room: Any) -> Plan:
    """A plan where the first group is deployed and the second is new."""
    return plan(desired, Deployed((as_deployed(ONE),), policies=policies), PolicyQuotas(**room))


def refused(*policies: Policy, **room: Any) -> str:
    """Why such a plan is refused."""
    with pytest.raises(RefusedError, match="nothing was changed") as caught:
        planned(*policies, **room)
    return str(caught.value)


def test_all_groups_are_attached_and_every_other_reference_stays() -> None:
    """New ones by name, since their ARN is not known yet."""
    [switch] = planned(policy(THEIRS)).switches
    assert [(one.name, one.priority) for one in switch.attachments] == [
        ("et-one", 1000),
        ("et-two", 1001),
    ]
    assert switch.others == (THEIRS,)
    assert switch.change == "update"


def test_policy_that_refers_to_the_desired_groups_is_kept() -> None:
    """A new text of a group is no matter of the policy."""
    there = policy(GroupReference("arn:et-one", 1000), THEIRS)
    [switch] = planned(there, desired=(group("et-one", 1, 7, priority=1000),)).switches
    assert switch.change == "keep"


@pytest.mark.parametrize("priority", [999, 1001])
def test_another_priority_is_a_change(priority: int) -> None:
    """As when the allowlist's order was edited."""
    [switch] = planned(policy(GroupReference("arn:et-one", priority)), desired=(ONE,)).switches
    assert switch.change == "update"


def test_group_that_goes_is_taken_out_of_the_policy() -> None:
    """It is ours, so it is no other reference."""
    gone = Deployed(
        (as_deployed(ONE), as_deployed(TWO)),
        policies=(policy(GroupReference("arn:et-one", 1000), GroupReference("arn:et-two", 1001)),),
    )
    [switch] = plan((ONE,), gone).switches
    assert [one.name for one in switch.attachments] == ["et-one"]
    assert (switch.others, switch.change) == ((), "update")


def test_policy_that_is_not_there_is_to_be_made() -> None:
    """It has no ARN yet."""
    [switch] = planned(Policy("live")).switches
    assert switch.change == "create"


def test_action_order_is_refused_before_anything_else() -> None:
    """Its priorities mean nothing, so they are not checked."""
    text = refused(policy(GroupReference("arn:theirs", 1000), strict=False))
    assert "live is in action order" in text
    assert "name a policy in strict order" in text
    assert "1000" not in text


def test_taken_priorities_are_all_named() -> None:
    """With what has them, and what to do."""
    text = refused(policy(GroupReference("arn:a", 1000), GroupReference("arn:b", 1001), THEIRS))
    assert "priority 1000, needed for et-one, is taken by arn:a" in text
    assert "priority 1001, needed for et-two, is taken by arn:b" in text
    assert "first_priority" in text
    assert "arn:theirs" not in text


def test_priority_of_our_own_group_is_free() -> None:
    """It moves in the same update."""
    assert planned(policy(GroupReference("arn:et-one", 1001))).switches


def test_too_many_groups_are_refused_with_their_number() -> None:
    """Those of others count."""
    text = refused(policy(THEIRS), rule_groups=2)
    assert "live: 1 of 2 rule groups" in text
    assert "are left beside 1 group that is not ours" in text
    assert "the allowlist needs 2 rule groups and 200" in text
    assert "set firewall: {rule_groups: 1, capacity: 30000}" in text


def test_too_little_capacity_is_refused_with_what_is_missing() -> None:
    """What our groups reserve there now becomes free: only what is not ours counts on top."""
    there = policy(GroupReference("arn:et-one", 1000), THEIRS, consumed=100 + 2_000)
    text = refused(there, capacity=2_100)
    assert "100 of 2,100 capacity are left" in text
    assert "the allowlist needs 2 rule groups and 200" in text
    assert "set firewall: {rule_groups: 19, capacity: 100}" in text
    assert planned(there, capacity=2_200).switches


def test_every_policy_is_looked_at_and_each_fault_is_told() -> None:
    """One run, all errors."""
    text = refused(policy(strict=False), policy(GroupReference("arn:a", 1000), name="second"))
    assert "live is in action order" in text
    assert "second: priority 1000" in text


def test_record_tells_ours_by_name_and_others_by_arn() -> None:
    """As plan.json shows it."""
    [switch] = planned(policy(THEIRS)).switches
    assert switch_record(switch) == {
        "policy": "live",
        "change": "update",
        "rule_groups": [
            {"name": "et-one", "priority": 1000},
            {"name": "et-two", "priority": 1001},
        ],
        "others": [{"arn": "arn:theirs", "priority": 5}],
    }
