"""Firewall policies on the embedded AWS: what is attached, what stays, and what is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from support.account import Account, account
from support.feeds import DNS, INFO, MALWARE, rule
from support.feeds import THREE as FEED
from support.snapshot import Watch, after_each_write, attached, references, state

from localaws import Fault
from rules_lib.aws import clients
from rules_lib.aws.firewall import Firewall
from rules_lib.errors import FirewallError, StaleError, SyncError
from rules_lib.groups.policy import GroupReference

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def live(tmp_path: Path) -> Iterator[Account]:
    """An account that is to attach to the policy `live`, which nobody has made yet."""
    with account(tmp_path, RULESYNC_POLICIES="live") as found:
        found.allow()
        yield found


def make(running: Account, *, name: str = "live", groups: int = 1, **content: Any) -> list[str]:
    """Make a policy with groups of its owner, at priorities from 1 on; give their ARNs."""
    arns = []
    order = content.pop("order", "STRICT_ORDER")
    strict = order == "STRICT_ORDER"
    for place in range(1, groups + 1):
        made = running.firewall.create_rule_group(
            RuleGroupName=f"{name}-own-{place}",
            Type="STATEFUL",
            Capacity=content.pop("capacity", 10),
            RuleGroup={
                "RulesSource": {"RulesString": f"{rule(900 + place)}\n"},
                "StatefulRuleOptions": {"RuleOrder": order},
            },
        )
        arns.append(made["RuleGroupResponse"]["RuleGroupArn"])
    first = content.pop("first", 1)
    running.firewall.create_firewall_policy(
        FirewallPolicyName=name,
        Description="the owner's words",
        FirewallPolicy={
            "StatelessDefaultActions": ["aws:pass"],
            "StatelessFragmentDefaultActions": ["aws:drop"],
            "StatefulEngineOptions": {"RuleOrder": order, "StreamExceptionPolicy": "REJECT"},
            "StatefulRuleGroupReferences": [
                {"ResourceArn": arn} | ({"Priority": first + place} if strict else {})
                for place, arn in enumerate(arns)
            ],
            **content,
        },
    )
    return arns


def refused(running: Account) -> str:
    """Why a sync is refused; nothing may have been written or even tried."""
    running.publish(**FEED)
    before, mark = state(), len(running.aws.calls)
    with pytest.raises(SyncError) as caught:
        running.build()
    assert state() == before
    reads = {"ListRuleGroups", "DescribeRuleGroup", "DescribeFirewallPolicy"}
    assert {call.action for call in running.aws.calls[mark:]} <= reads
    assert running.summary()["refused"] == str(caught.value)
    return str(caught.value)


def test_missing_policy_is_made_and_drops_nothing_by_itself(live: Account) -> None:
    """Strict order; what nobody decides on is logged, as by the policy of the template."""
    live.sync(**FEED)
    policy = live.policy("live")
    assert policy["StatefulEngineOptions"] == {"RuleOrder": "STRICT_ORDER"}
    assert policy["StatefulDefaultActions"] == ["aws:alert_established_app_layer_to_server"]
    assert policy["StatelessDefaultActions"] == ["aws:forward_to_sfe"]
    assert policy["StatelessFragmentDefaultActions"] == ["aws:forward_to_sfe"]
    assert references()["live"] == {DNS: 1000, INFO: 1001, MALWARE: 1002}
    assert live.summary()["calls"] == {"CreateFirewallPolicy": 1, "CreateRuleGroup": 3}


def test_existing_policy_keeps_all_but_our_references(live: Account) -> None:
    """Its default actions, options, variables, description and its owner's groups."""
    variables = {"RuleVariables": {"HOME_NET": {"Definition": ["10.0.0.0/8"]}}}
    make(
        live,
        groups=2,
        StatefulDefaultActions=["aws:drop_strict"],
        PolicyVariables=variables,
    )
    before = live.policy("live")
    live.sync(**FEED)
    live.allow(categories={"emerging-dns": "off"})
    live.build()
    after = live.policy("live")
    assert references()["live"] == {"live-own-1": 1, "live-own-2": 2, INFO: 1000, MALWARE: 1001}
    owned = after["StatefulRuleGroupReferences"][:2]
    assert after | {"StatefulRuleGroupReferences": owned} == before
    about = live.firewall.describe_firewall_policy(FirewallPolicyName="live")
    assert about["FirewallPolicyResponse"]["Description"] == "the owner's words"


def test_drop_groups_come_before_alert_groups_without_a_gap(live: Account) -> None:
    """Each in the allowlist's order, from first_priority on."""
    modes = {
        "emerging-dns": "alert",
        "emerging-malware": "drop",
        "emerging-info": "alert",
        "emerging-web": "drop",
    }
    live.allow(categories=modes, firewall={"first_priority": 50})
    live.sync(**FEED, web=[rule(30)])
    assert references()["live"] == {MALWARE: 50, "et-emerging-web": 51, DNS: 52, INFO: 53}


def test_group_is_detached_before_it_is_deleted(live: Account) -> None:
    """In use, the service would not delete it."""
    live.sync(**FEED)
    live.allow(categories={"emerging-dns": "off"})
    watch = Watch(["live"], frozenset(range(1, 6)))
    with after_each_write(live, watch):
        live.build()
    writes = [
        (call, DNS in groups["live"])
        for call, groups in zip(watch.seen, watch.held, strict=True)
        if not call.endswith("Object")
    ]
    assert writes == [("UpdateFirewallPolicy", False), ("DeleteRuleGroup", False)]


def test_policy_is_not_asked_where_its_references_stay(live: Account) -> None:
    """A text that changes is the group's own matter."""
    live.sync(**FEED)
    newer = {**FEED, "dns": [rule(20, rev=2)]}
    assert live.sync(**newer)["calls"] == {"UpdateRuleGroup": 1}


def test_reference_that_somebody_took_out_comes_back(live: Account) -> None:
    """In one update of the policy, and no other write."""
    live.sync(**FEED)
    before = references()
    found = live.firewall.describe_firewall_policy(FirewallPolicyName="live")
    content = found["FirewallPolicy"]
    kept = content["StatefulRuleGroupReferences"][:1]
    live.firewall.update_firewall_policy(
        FirewallPolicyName="live",
        UpdateToken=found["UpdateToken"],
        FirewallPolicy=content | {"StatefulRuleGroupReferences": kept},
    )
    live.build()
    assert references() == before
    assert live.summary()["calls"] == {"UpdateFirewallPolicy": 1}


def test_action_order_is_refused(live: Account) -> None:
    """Strict groups cannot be attached to it."""
    make(live, groups=0, order="DEFAULT_ACTION_ORDER")
    assert "live is in action order" in refused(live)


def test_taken_priority_is_refused(live: Account) -> None:
    """The text names the group that has it."""
    make(live, first=1001)
    text = refused(live)
    assert f"priority 1001, needed for {INFO}" in text
    assert "live-own-1" in text


def test_too_many_groups_are_refused(live: Account) -> None:
    """A policy takes 20."""
    make(live, groups=18)
    text = refused(live)
    assert "live: 2 of 20 rule groups and 29,820 of 30,000 capacity are left beside 18" in text
    assert "needs 3 rule groups and 12: set firewall: {rule_groups: 2, capacity: 29820}" in text


def test_too_little_capacity_is_refused(live: Account) -> None:
    """It is reserved by each group's capacity, used or not."""
    make(live, capacity=29_995)
    text = refused(live)
    assert "5 of 30,000 capacity are left beside 1 group that is not ours" in text
    assert "needs 3 rule groups and 12: set firewall: {rule_groups: 19, capacity: 5}" in text


def test_policy_by_an_arn_that_nobody_has_is_an_error(tmp_path: Path) -> None:
    """Its name alone would do to make it, so an ARN is meant to exist."""
    arn = "arn:aws:network-firewall:us-east-1:123456789012:firewall-policy/gone"
    with account(tmp_path, RULESYNC_POLICIES=arn) as running:
        running.allow()
        running.publish(**FEED)
        with pytest.raises(SyncError, match="ResourceNotFoundException") as caught:
            running.build()
        assert "there is no classic policy with this ARN" in str(caught.value)
        assert state()["groups"] == {}


def test_several_policies_have_the_same_groups(tmp_path: Path) -> None:
    """By name and by ARN; each keeps what is its own, and one given twice counts once."""
    arn = "arn:aws:network-firewall:us-east-1:123456789012:firewall-policy/second"
    with account(tmp_path, RULESYNC_POLICIES=f"live,{arn},second") as running:
        running.allow()
        make(running, name="second")
        running.sync(**FEED)
        ours = [DNS, INFO, MALWARE]
        assert attached() == {"second": ["second-own-1", *ours], "live": ours}
        grown = {**FEED, "malware": [rule(sid) for sid in range(100, 130)]}
        running.allow(max_shrink=1)
        summary = running.sync(**grown)
        assert summary["calls"] == {
            "CreateRuleGroup": 1,
            "UpdateFirewallPolicy": 2,
            "DeleteRuleGroup": 1,
        }


def test_lost_answer_of_a_new_policy_is_no_failure(live: Account) -> None:
    """The service did what was asked, and botocore asked again."""
    live.aws.inject(Fault("CreateFirewallPolicy", "InternalServerError", carried_out=True))
    live.sync(**FEED)
    assert attached()["live"] == [DNS, INFO, MALWARE]


def test_policy_that_cannot_be_switched_keeps_its_groups(live: Account) -> None:
    """Then nothing that it uses goes, and the next sync finishes."""
    live.sync(**FEED)
    before = attached()
    grown = {**FEED, "malware": [rule(sid) for sid in range(1, 30)]}
    live.publish(**grown)
    live.aws.inject(Fault("UpdateFirewallPolicy", "AccessDeniedException", "not you"))
    with pytest.raises(SyncError, match="live: UpdateFirewallPolicy live: AccessDenied"):
        live.build()
    assert attached() == before
    live.build()
    assert attached()["live"] == [DNS, INFO, f"{MALWARE}-b"]
    assert state()["groups"].keys() == {DNS, INFO, f"{MALWARE}-b"}


def read(live: Account) -> Firewall:
    """The firewall, as a build has it."""
    assert live.policy("live")
    return Firewall(clients.network_firewall(), "et", ("live",))


def test_stale_token_alone_does_not_stop_a_switch(live: Account) -> None:
    """What counts is that the policy is as it was."""
    live.sync(**FEED)
    wall = read(live)
    [policy] = wall.deployed().policies
    found = live.firewall.describe_firewall_policy(FirewallPolicyName="live")
    live.firewall.update_firewall_policy(
        FirewallPolicyName="live",
        UpdateToken=found["UpdateToken"],
        FirewallPolicy=found["FirewallPolicy"],
        Description=found["FirewallPolicyResponse"]["Description"],
    )
    wall.switch(policy, policy.references[:2])
    assert attached()["live"] == [DNS, INFO]


def test_policy_that_somebody_changed_is_stale(live: Account) -> None:
    """Their change is not overwritten: the sync plans again."""
    live.sync(**FEED)
    wall = read(live)
    [policy] = wall.deployed().policies
    found = live.firewall.describe_firewall_policy(FirewallPolicyName="live")
    content = found["FirewallPolicy"] | {"StatefulDefaultActions": ["aws:drop_strict"]}
    live.firewall.update_firewall_policy(
        FirewallPolicyName="live", UpdateToken=found["UpdateToken"], FirewallPolicy=content
    )
    with pytest.raises(StaleError):
        wall.switch(policy, policy.references[:2])
    assert live.policy("live")["StatefulDefaultActions"] == ["aws:drop_strict"]


def test_policy_that_changes_while_the_groups_are_read_is_read_again(live: Account) -> None:
    """Else a group that is attached meanwhile would count as somebody else's."""
    live.sync(**FEED)
    wall = read(live)
    other = Firewall(clients.network_firewall(), "et", ("live",))
    [policy] = other.deployed().policies
    live.meanwhile["DescribeRuleGroup"] = lambda: other.switch(policy, policy.references[:2])
    deployed = wall.deployed()
    assert len(deployed.policies[0].references) == 2
    assert not any(one.pinned for one in deployed.groups)


def test_policy_that_never_rests_is_stale(live: Account) -> None:
    """Rather than planned for as it never was."""
    live.sync(**FEED)
    wall, other = read(live), Firewall(clients.network_firewall(), "et", ("live",))
    count = [0]

    def change() -> None:
        count[0] += 1
        [policy] = other.deployed().policies
        priority = GroupReference(policy.references[-1].arn, 2000 + count[0])
        other.switch(policy, (*policy.references[:-1], priority))
        live.meanwhile["ListRuleGroups"] = change

    change()
    with pytest.raises(FirewallError, match="DescribeFirewallPolicy live"):
        wall.deployed()
