"""What Network Firewall answers on the short way of tests is what it answers on the long one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import boto3
import pytest
from moto.core.utils import camelcase_to_underscores
from support.localaws import content, policy, rule
from support.short_way import said, short_way

from localaws import Fault, embedded_aws
from localaws.responses import NetworkFirewallResponse
from rules_lib.aws import clients

if TYPE_CHECKING:
    from collections.abc import Iterator

    from localaws import EmbeddedAws

ONE = {"RuleGroupName": "one", "Type": "STATEFUL"}
NEXT = {"RuleGroupName": "next", "Type": "IPS"}


def ask(action: Any, **words: Any) -> Any:
    """What a call is answered, be it refused, without what is another one every time."""
    return told_apart(said(action, **words)[0])


def told_apart(answer: Any) -> Any:
    """An answer without what is another one every time."""
    if isinstance(answer, dict):
        ever = ("Token", "Id", "Time")
        return {name: told_apart(one) for name, one in answer.items() if not name.endswith(ever)}
    return [told_apart(one) for one in answer] if isinstance(answer, list | tuple) else answer


def of_groups(client: Any) -> Iterator[object]:
    """Groups that are made, asked for, updated, refused and deleted."""
    made = client.create_rule_group(**ONE, Capacity=10, RuleGroup=content(rule()))
    change = {**ONE, "UpdateToken": made["UpdateToken"]}
    arn = {"ResourceArn": made["RuleGroupResponse"]["RuleGroupArn"]}
    yield ask(client.describe_rule_group, **ONE)
    yield ask(client.describe_rule_group_metadata, **ONE)
    yield ask(client.list_rule_groups)
    yield ask(client.update_rule_group, **change, RuleGroup=content(rule(2)), DryRun=True)
    yield ask(client.update_rule_group, **change, RuleGroup=content(rule(2)))
    yield ask(client.update_rule_group, **change, RuleGroup=content(rule(3)))
    yield ask(client.create_rule_group, **ONE, Capacity=10, RuleGroup=content(rule()))
    other = {**ONE, "RuleGroupName": "no"}
    yield ask(client.create_rule_group, **other, Capacity=9, RuleGroup=content("alert nothing"))
    yield ask(client.describe_rule_group, **other)
    yield ask(client.tag_resource, **arn, Tags=[{"Key": "a", "Value": "ä"}])
    yield ask(client.list_tags_for_resource, **arn)
    yield ask(client.untag_resource, **arn, TagKeys=["a"])
    yield ask(client.delete_rule_group, **ONE)


def of_policies(client: Any) -> Iterator[object]:
    """A policy with a firewall."""
    group = client.create_rule_group(**ONE, Capacity=10, RuleGroup=content(rule()))
    live = {"FirewallPolicyName": "live"}
    wanted = policy((group["RuleGroupResponse"]["RuleGroupArn"], 10))
    yield ask(client.create_firewall_policy, **live, FirewallPolicy=wanted)
    found = client.describe_firewall_policy(**live)
    yield told_apart(found["FirewallPolicy"])
    change = {**live, "UpdateToken": found["UpdateToken"], "FirewallPolicy": policy()}
    yield ask(client.update_firewall_policy, **change)
    yield ask(client.update_firewall_policy, **change)
    yield ask(client.list_firewall_policies)
    arn = found["FirewallPolicyResponse"]["FirewallPolicyArn"]
    client.create_firewall(FirewallName="wall", FirewallPolicyArn=arn, VpcId="vpc-1")
    yield ask(client.associate_firewall_policy, FirewallName="wall", FirewallPolicyArn=arn)
    yield ask(client.delete_firewall_policy, **live)


def of_next_generation(client: Any) -> Iterator[object]:
    """A policy of the other kind, with a group of its type."""
    rules = {"RulesSource": {"RulesString": rule(1, "priority:7; ")}}
    made = client.create_rule_group(**NEXT, Capacity=10, IpsRuleGroup=rules)
    entry = {"ResourceArn": made["RuleGroupResponse"]["RuleGroupArn"]}
    yield ask(client.describe_rule_group, **NEXT)
    yield ask(client.list_rule_groups, Type="IPS")
    wanted = {"FirewallDefaultAction": "ACCEPT", "IpsRuleGroupEntries": [entry]}
    p = {"FirewallPolicyV2Name": "p"}
    yield ask(client.create_firewall_policy_v2, **p, FirewallPolicyV2=wanted)
    token = client.describe_firewall_policy_v2(**p)["UpdateToken"]
    yield ask(client.describe_firewall_policy_v2, **p)
    inline = {**wanted, "IpsRuleGroupEntries": [{"InlineRuleGroup": rules}]}
    change = {**p, "UpdateToken": token, "FirewallPolicyV2": inline}
    yield ask(client.update_firewall_policy_v2, **change)
    yield ask(client.update_firewall_policy_v2, **change)
    yield ask(client.list_firewall_policies_v2)
    yield ask(client.delete_firewall_policy_v2, **p)


def story(aws: EmbeddedAws) -> list[object]:
    """What calls of each action are answered, and what was asked."""
    client = boto3.client("network-firewall")
    answers = [*of_groups(client), *of_policies(client), *of_next_generation(client)]
    return [*answers, *aws.calls]


def test_network_firewall_says_the_same() -> None:
    """Answers and refusals of every action, and what was asked."""
    with embedded_aws() as aws:
        slow = story(aws)
    with embedded_aws() as aws, short_way() as taken:
        shortly = story(aws)
    assert shortly == slow
    assert taken.count(False) == 1  # a firewall is moto's
    known = {one for one in vars(NetworkFirewallResponse) if not one.startswith("_")}
    asked = {camelcase_to_underscores(call.action) for call in aws.calls}
    assert known - asked == {"backend", "call_action"}


def test_account_and_region_are_those_of_the_client() -> None:
    """A group is in the region, and in the account, that a client stands for."""
    with embedded_aws(), short_way() as taken:
        client: Any = boto3.client("network-firewall", region_name="eu-west-1")
        made = client.create_rule_group(
            RuleGroupName="one", Type="STATEFUL", Capacity=9, RuleGroup=content(rule())
        )
        there = boto3.client("network-firewall", region_name="eu-north-1").list_rule_groups()
    assert ":eu-west-1:123456789012:" in made["RuleGroupResponse"]["RuleGroupArn"]
    assert (there["RuleGroups"], taken) == ([], [True, True])


def test_firewalls_are_left_to_moto() -> None:
    """They are not this project's double."""
    with embedded_aws(), short_way() as taken:
        assert boto3.client("network-firewall").list_firewalls()["Firewalls"] == []
    assert taken == [False]


def test_call_that_is_to_fail_takes_the_long_way() -> None:
    """The call is asked again by botocore, as in an account."""
    with embedded_aws() as aws, short_way() as taken:
        aws.inject(Fault("ListRuleGroups", "ThrottlingException"))
        clients.network_firewall().list_rule_groups()
    assert [call.error for call in aws.calls] == ["ThrottlingException", None]
    assert taken == [False]


@pytest.mark.parametrize("event", ["before-sign", "before-send", "response-received"])
def test_client_on_whose_wire_somebody_listens_takes_the_long_way(event: str) -> None:
    """Nothing is kept from whoever wants to see what is sent."""
    heard = list[str]()

    def listen(event_name: str, **_: object) -> None:
        heard.append(event_name)

    with embedded_aws(), short_way() as taken:
        client = boto3.client("network-firewall")
        client.meta.events.register(f"{event}.network-firewall", listen)
        client.list_rule_groups()
    assert (heard, taken) == ([f"{event}.network-firewall.ListRuleGroups"], [])
