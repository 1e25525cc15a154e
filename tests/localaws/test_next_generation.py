"""Next Generation policies and rule groups of type IPS: kept, updated, referred to and refused."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import boto3
import pytest
from support.localaws import content, create, policy, refused, rule

from localaws import Quotas, embedded_aws

if TYPE_CHECKING:
    from collections.abc import Callable

PREFIX = "arn:aws:network-firewall:us-east-1:123456789012"


def rules(text: str = "") -> dict[str, Any]:
    """An `IpsRuleGroup` structure."""
    return {"RulesSource": {"RulesString": text}}


def ips(client: Any, name: str, text: str = "", **more: Any) -> str:
    """The ARN of a new group of type IPS."""
    request = {"RuleGroupName": name, "Type": "IPS", "Capacity": 100, "IpsRuleGroup": rules(text)}
    made = client.create_rule_group(**{**request, **more})
    return str(made["RuleGroupResponse"]["RuleGroupArn"])


def make(client: Any, *arns: str, name: str = "p", **more: Any) -> Any:
    """Create a policy that refers to groups by ARN."""
    entries = [{"ResourceArn": arn} for arn in arns]
    members = {"IpsRuleGroupEntries": entries, "FirewallDefaultAction": "ACCEPT", **more}
    return client.create_firewall_policy_v2(FirewallPolicyV2Name=name, FirewallPolicyV2=members)


def test_ips_group_lives_beside_a_stateful_one(client: Any) -> None:
    """Its rules are in a member of their own, and each is listed and found under its type."""
    create(client, rule(1), name="classic")
    ips(client, "next", rule(2, "priority:7; "))
    found: Any = client.describe_rule_group(RuleGroupName="next", Type="IPS")
    assert "RuleGroup" not in found
    assert found["IpsRuleGroup"] == rules(rule(2, "priority:7; "))
    assert found["RuleGroupResponse"]["Type"] == "IPS"
    listed = {
        kind: [one["Name"] for one in client.list_rule_groups(Type=kind)["RuleGroups"]]
        for kind in ("STATEFUL", "IPS")
    }
    assert listed == {"STATEFUL": ["classic"], "IPS": ["next"]}
    about = client.describe_rule_group_metadata(RuleGroupName="next", Type="IPS")
    assert "StatefulRuleOptions" not in about
    wrong = refused(
        lambda: client.describe_rule_group(RuleGroupName="next", Type="STATEFUL"),
        "ResourceNotFoundException",
    )
    assert wrong


def test_ips_group_is_updated_by_its_token(client: Any) -> None:
    """A stale one is refused, a dry run keeps nothing."""
    ips(client, "next", rule(1))
    token = client.describe_rule_group(RuleGroupName="next", Type="IPS")["UpdateToken"]

    def update(**more: Any) -> Any:
        asked: Any = {"RuleGroupName": "next", "Type": "IPS", "IpsRuleGroup": rules(rule(2))}
        return client.update_rule_group(**{**asked, "UpdateToken": token, **more})

    update(DryRun=True)
    update()
    assert refused(update, "InvalidTokenException")
    found: Any = client.describe_rule_group(RuleGroupName="next", Type="IPS")
    assert found["IpsRuleGroup"] == rules(rule(2))


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"Capacity": 30_001}, "Capacity capacity exceeded, parameter: [30001]"),
        ({"IpsRuleGroup": rules(rule(1, "priority:0; "))}, "priority 0 is invalid"),
        ({"IpsRuleGroup": rules(f"{rule(1)}\n{rule(1)}")}, "Duplicate signature"),
        ({"RuleGroup": content(rule(1))}, "parameter is invalid, parameter: [RuleGroup]"),
        ({"Rules": rule(1)}, "parameter is invalid, parameter: [Rules]"),
    ],
)
def test_what_an_ips_group_cannot_have(client: Any, more: dict[str, Any], words: str) -> None:
    """The limits of a stateful group, and no rules of another kind."""
    assert words in refused(lambda: ips(client, "next", **more))


def test_ips_group_needs_its_member(client: Any) -> None:
    """What a stateful group has its rules in is not looked at."""
    request: Any = {"RuleGroupName": "next", "Type": "IPS", "Capacity": 1}
    assert "IpsRuleGroup cannot be null" in refused(lambda: client.create_rule_group(**request))


def test_policy_is_described_as_it_was_sent(client: Any) -> None:
    """The firewall section and what is in line too; the mode is the account's to say."""
    arn = ips(client, "one", Capacity=300)
    section = [{"Priority": 1, "InlineRuleGroup": {"RulesSource": {"RulesString": "any"}}}]
    inline = {"InlineRuleGroup": rules(f"{rule(1)}\n{rule(2)}")}
    sent = {
        "IpsRuleGroupEntries": [inline, {"ResourceArn": arn, "Override": {}}],
        "FirewallRuleGroupEntries": section,
        "PolicyMode": "MONITOR",
        "FirewallDefaultAction": "DROP",
    }
    made = client.create_firewall_policy_v2(FirewallPolicyV2Name="p", FirewallPolicyV2=sent)
    found = client.describe_firewall_policy_v2(FirewallPolicyV2Name="p")
    assert found["FirewallPolicyV2"] == sent
    assert found["UpdateToken"] == made["UpdateToken"]
    view = found["FirewallPolicyV2Response"]
    assert view["ConsumedIpsRuleCapacity"] == 302
    assert view["FirewallPolicyV2Arn"] == f"{PREFIX}:firewall-policy-v2/p"
    used = client.describe_rule_group(RuleGroupName="one", Type="IPS")["RuleGroupResponse"]
    assert used["NumberOfAssociations"] == 1
    assert client.list_firewall_policies_v2()["FirewallPoliciesV2"] == [
        {"Name": "p", "Arn": view["FirewallPolicyV2Arn"]}
    ]
    assert client.list_firewall_policies()["FirewallPolicies"] == []


def test_update_replaces_the_whole_policy(client: Any) -> None:
    """What is left out is gone, by the token of now alone."""
    made = make(client, ips(client, "one"), PolicyMode="MONITOR")
    arn = made["FirewallPolicyV2Response"]["FirewallPolicyV2Arn"]

    def update(**more: Any) -> Any:
        asked = {"UpdateToken": made["UpdateToken"], "FirewallPolicyV2Arn": arn}
        return client.update_firewall_policy_v2(**asked, FirewallPolicyV2={}, **more)

    update(DryRun=True)
    assert client.describe_firewall_policy_v2(FirewallPolicyV2Arn=arn)["FirewallPolicyV2"] != {}
    update()
    assert client.describe_firewall_policy_v2(FirewallPolicyV2Arn=arn)["FirewallPolicyV2"] == {}
    assert refused(update, "InvalidTokenException")


def test_what_is_in_use_is_not_deleted(client: Any) -> None:
    """A group by a policy, a policy by a firewall, as in Classic."""
    one = ips(client, "one")
    arn = make(client, one)["FirewallPolicyV2Response"]["FirewallPolicyV2Arn"]
    client.create_firewall(FirewallName="f", FirewallPolicyArn=arn, VpcId="vpc-1")
    in_use = "InvalidOperationException"
    assert refused(lambda: client.delete_rule_group(RuleGroupArn=one), in_use)
    assert refused(lambda: client.delete_firewall_policy_v2(FirewallPolicyV2Arn=arn), in_use)
    view = client.describe_firewall_policy_v2(FirewallPolicyV2Arn=arn)["FirewallPolicyV2Response"]
    assert view["NumberOfAssociations"] == 1
    other = make(client, name="q")["FirewallPolicyV2Response"]["FirewallPolicyV2Arn"]
    client.associate_firewall_policy(FirewallName="f", FirewallPolicyArn=other)
    client.delete_firewall_policy_v2(FirewallPolicyV2Arn=arn)
    client.delete_rule_group(RuleGroupArn=one)


def test_firewall_changes_over_to_a_policy_of_the_other_kind(client: Any) -> None:
    """By AssociateFirewallPolicy, as the model has no other action for it."""
    classic = client.create_firewall_policy(FirewallPolicyName="old", FirewallPolicy=policy())
    before = classic["FirewallPolicyResponse"]["FirewallPolicyArn"]
    after = make(client, name="new")["FirewallPolicyV2Response"]["FirewallPolicyV2Arn"]
    client.create_firewall(FirewallName="f", FirewallPolicyArn=before, VpcId="vpc-1")
    client.associate_firewall_policy(FirewallName="f", FirewallPolicyArn=after)
    client.delete_firewall_policy(FirewallPolicyName="old")


@pytest.mark.parametrize(
    ("entries", "words"),
    [
        (lambda _: [{"ResourceArn": f"{PREFIX}:stateful-rulegroup/no"}], "ResourceArn"),
        (lambda known: [{"ResourceArn": known["ips"]}] * 2, "ResourceArn"),
        (lambda known: [{"ResourceArn": known["classic"]}], "ResourceArn"),
        (lambda known: [{"ResourceArn": known["ips"], "InlineRuleGroup": rules()}], "one of them"),
        (lambda _: [{"InlineRuleGroup": rules(rule(0))}], "sid value 0 is invalid"),
        (lambda _: [{}], "must set exactly one of them"),
    ],
)
def test_entries_that_a_policy_cannot_have(
    client: Any, entries: Callable[[dict[str, str]], Any], words: str
) -> None:
    """A group of the other kind, one twice, none at all, rules that are none."""
    classic = create(client, name="classic")["RuleGroupResponse"]["RuleGroupArn"]
    known = {"ips": ips(client, "one"), "classic": str(classic)}
    assert words in refused(lambda: make(client, IpsRuleGroupEntries=entries(known)))


def test_classic_policy_takes_no_ips_group(client: Any) -> None:
    """Nor the other way: the kinds share nothing."""
    what = policy((ips(client, "one"), 1))
    request = {"FirewallPolicyName": "p", "FirewallPolicy": what}
    assert "ResourceArn" in refused(lambda: client.create_firewall_policy(**request))


def test_limits_of_the_ips_engine() -> None:
    """50,000 units, and what is in line counts; nobody says that this is raised."""
    with embedded_aws():
        client: Any = boto3.client("network-firewall")
        two = [ips(client, name, Capacity=25_000) for name in ("a", "b")]
        make(client, *two)
        more = [ips(client, "c", Capacity=1)]
        words = refused(lambda: make(client, *two, *more, name="q"), "LimitExceededException")
        assert "IpsRules capacity exceeded, parameter: [50001]" in words
        inline = {"InlineRuleGroup": rules("#" * 1_999_999)}
        entries = {"IpsRuleGroupEntries": [inline] * 3}
        assert "max size (5000000 bytes)" in refused(lambda: make(client, name="q", **entries))
        variables = {"PolicyVariables": {"RuleVariables": {"X": {"Definition": ["10.0.0.0/8"]}}}}
        assert "parameter: [X]" in refused(lambda: make(client, name="q", **variables))


def test_quotas_of_the_account() -> None:
    """Groups of each type and policies of each kind are counted apart."""
    with embedded_aws(quotas=Quotas(rule_groups=1, policies=1)):
        client: Any = boto3.client("network-firewall")
        create(client, name="classic")
        client.create_firewall_policy(FirewallPolicyName="p", FirewallPolicy=policy())
        make(client, ips(client, "one"))
        over = "LimitExceededException"
        assert "IPS rule groups" in refused(lambda: ips(client, "two"), over)
        assert "Next Generation" in refused(lambda: make(client, name="q"), over)
