"""What people ask of a plan."""

from __future__ import annotations

from dataclasses import replace

from firewall_support import as_deployed, group, rule

from rules_lib.deploy.outlook import (
    ActionChange,
    Referral,
    Room,
    action_changes,
    referrals,
    room_in_all,
    room_of,
)
from rules_lib.deploy.plan import plan
from rules_lib.groups import Deployed, Group
from rules_lib.model import Converted
from rules_lib.policy import Policy, Reference


def dropping(sid: int) -> Converted:
    """The same rule with another action."""
    alert = rule(sid)
    return alert._replace(text=alert.text.replace("alert", "drop", 1), action="drop")


def at(place: int, name: str, *rules: int | Converted) -> Group:
    """A group at a priority."""
    return replace(group(name, *rules), priority=place)


def test_rule_that_changes_its_action_is_named_once() -> None:
    """With its group and both actions; one that is new changes nothing."""
    before = Deployed((as_deployed(group("et-one", 1, 2)),))
    found = action_changes(plan([group("et-one", 1, dropping(2), dropping(3))], before))
    assert found == (ActionChange(2, rule(2).rule.msg, "et-one", "alert", "drop"),)


def test_rule_that_moves_between_groups_is_followed() -> None:
    """Its action is compared with what it had in the other group."""
    before = Deployed((as_deployed(group("et-one", 1, 2)), as_deployed(group("et-two", 3))))
    after = plan([group("et-one", 1), group("et-two", 3, dropping(2))], before)
    assert [(one.sid, one.group) for one in action_changes(after)] == [(2, "et-two")]


def test_room_counts_what_a_group_was_created_with() -> None:
    """An update does not change it; what is deleted gives it back."""
    kept, gone = group("et-one", 1), as_deployed(group("et-two", 2), capacity=40)
    there = as_deployed(kept, capacity=25, text=f"{rule(9).text}\n")
    found = plan([kept, group("et-three", 3, capacity=7)], Deployed((there, gone)))
    assert [room_of(step) for step in found.steps] == [Room(25, 25), Room(0, 7), Room(40, 0)]
    assert room_in_all(found) == Room(65, 32)


def test_referral_says_which_groups_come_go_and_move() -> None:
    """References that are not ours are not ours to tell."""
    old = [as_deployed(at(place, name, place)) for place, name in ((1, "et-a"), (2, "et-b"))]
    references = (
        Reference(old[0].arn, 1),
        Reference(old[1].arn, 2),
        Reference("arn:theirs", 9),
    )
    policy = Policy("prod", arn="arn:prod", references=references)
    desired = [at(3, "et-a", 1), at(4, "et-c", 7)]
    [found] = referrals(plan(desired, Deployed(tuple(old), policies=(policy,))))
    assert found == Referral("prod", "update", ("et-c",), ("et-b",), ("et-a",))


def test_policy_that_stays_has_no_referral() -> None:
    """And one that does not exist yet is created."""
    one = at(1, "et-a", 1)
    there = as_deployed(one)
    policy = Policy("prod", arn="arn:prod", references=(Reference(there.arn, 1),))
    assert not tuple(referrals(plan([one], Deployed((there,), policies=(policy,)))))
    [made] = referrals(plan([one], Deployed((there,), policies=(Policy("new"),))))
    assert (made.change, made.added) == ("create", ("et-a",))
