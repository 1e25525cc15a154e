"""Firewall policies: what they refer to, in which order, and who uses them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import boto3
import pytest
from support.localaws import FORWARD, content, create, policy, refused

from localaws import Quotas, embedded_aws

if TYPE_CHECKING:
    from types_boto3_network_firewall import NetworkFirewallClient
    from types_boto3_network_firewall.type_defs import TagTypeDef

PREFIX = "arn:aws:network-firewall:us-east-1:123456789012"
DRY_RUNS = pytest.mark.parametrize("dry_run", [False, True], ids=["real", "dry run"])


def group(client: NetworkFirewallClient, name: str, **more: Any) -> str:
    """The ARN of a new strict order group."""
    return str(create(client, name=name, **more)["RuleGroupResponse"]["RuleGroupArn"])


def make(client: NetworkFirewallClient, what: Any, **more: Any) -> Any:
    """Create the policy `p`."""
    return client.create_firewall_policy(FirewallPolicyName="p", FirewallPolicy=what, **more)


def test_created_policy_is_described_as_it_was_sent(client: NetworkFirewallClient) -> None:
    """With the capacity that its groups reserve, used or not."""
    what = policy(
        (group(client, "a", Capacity=300), 1),
        (group(client, "b", Capacity=20), 65535),
        StatefulDefaultActions=["aws:drop_established", "aws:alert_established"],
        PolicyVariables={"RuleVariables": {"HOME_NET": {"Definition": ["10.0.0.0/8"]}}},
    )
    made = make(client, what, Description="why", Tags=[{"Key": "a", "Value": "b"}])
    found = client.describe_firewall_policy(FirewallPolicyName="p")
    assert found["FirewallPolicy"] == what
    assert found["UpdateToken"] == made["UpdateToken"]
    view = found["FirewallPolicyResponse"]
    assert view == made["FirewallPolicyResponse"]
    assert view["FirewallPolicyArn"] == f"{PREFIX}:firewall-policy/p"
    assert view["ConsumedStatefulRuleCapacity"] == 320
    assert view["Tags"] == [{"Key": "a", "Value": "b"}]
    assert view["FirewallPolicyStatus"] == "ACTIVE"


@pytest.mark.parametrize(
    ("references", "more", "words"),
    [
        ([("nowhere", 1)], {}, "StatefulRuleGroupReferences.ResourceArn"),
        ([("a", 1), ("a", 2)], {}, "StatefulRuleGroupReferences.ResourceArn"),
        ([("a", None)], {}, "Priority cannot be null, context: StatefulRuleGroupReferences[0]"),
        (
            [("a", 7), ("b", 7)],
            {},
            (
                "Priority has duplicate values, parameter: [7], "
                "context: StatefulRuleGroupReferences[Priority=7]"
            ),
        ),
        ([("a", 65536)], {}, "less than or equal to 65535"),
        (
            [("a", 2), ("unordered", 1)],
            {},
            (
                "ResourceArn has invalid rule order, "
                "context: StatefulRuleGroupReferences[1].ResourceArn"
            ),
        ),
        (
            [("unordered", 3)],
            {"StatefulEngineOptions": {}},
            (
                "Priority cannot be provided, parameter: [3], "
                "context: StatefulRuleGroupReferences[0][Priority=3]"
            ),
        ),
        ([("a", None)], {"StatefulEngineOptions": {}}, "ResourceArn has invalid rule order"),
        (
            [],
            {
                "StatefulEngineOptions": {},
                "StatefulDefaultActions": ["aws:drop_strict"],
            },
            (
                "StatefulDefaultActions has invalid rule order, "
                "parameter: [DEFAULT_ACTION_ORDER], context: StatefulDefaultActions"
            ),
        ),
        (
            [],
            {"StatefulDefaultActions": ["aws:drop_strict", "aws:drop_established"]},
            "context: StatefulDefaultActions",
        ),
        *(
            (
                [],
                {"StatefulDefaultActions": [f"aws:{one}", f"aws:{other}_app_layer{end}"]},
                f"cannot exist together, parameter: [aws:{one}, aws:{other}_app_layer{end}]",
            )
            for one in ("drop_established", "alert_established")
            for other in ("drop_established", "alert_established")
            for end in ("", "_to_server")
        ),
        ([], {"StatelessDefaultActions": []}, "StatelessDefaultActions cannot be null or empty"),
        ([], {"StatefulDefaultActions": ["aws:pass"]}, "context: StatefulDefaultActions"),
        ([], {"StatelessDefaultActions": ["custom"]}, "context: StatelessDefaultActions"),
        (
            [],
            {"StatelessFragmentDefaultActions": ["aws:pass", "aws:drop"]},
            "context: StatelessFragmentDefaultActions",
        ),
        (
            [],
            {"PolicyVariables": {"RuleVariables": {"OTHER": {"Definition": ["a"]}}}},
            (
                "RuleVariables is invalid, parameter: [OTHER], "
                "context: PolicyVariables.RuleVariables.IPSet.OTHER"
            ),
        ),
    ],
)
@DRY_RUNS
def test_policy_that_cannot_work_is_refused(
    client: NetworkFirewallClient,
    references: list[tuple[str, int | None]],
    more: dict[str, Any],
    words: str,
    dry_run: bool,
) -> None:
    """At create and at update, dry run or not; the policy stays as it was."""
    group(client, "a")
    group(client, "b")
    group(client, "unordered", RuleGroup=content("", strict=False))
    arns = [(f"{PREFIX}:stateful-rulegroup/{name}", priority) for name, priority in references]
    what = policy(*arns, **more)
    assert words in refused(lambda: make(client, what, DryRun=dry_run))
    token = make(client, FORWARD)["UpdateToken"]

    def update() -> object:
        return client.update_firewall_policy(
            FirewallPolicyName="p", UpdateToken=token, FirewallPolicy=what, DryRun=dry_run
        )

    assert words in refused(update)
    kept = client.describe_firewall_policy(FirewallPolicyName="p")
    assert (kept["FirewallPolicy"], kept["UpdateToken"]) == (FORWARD, token)


@pytest.mark.parametrize(
    "scope",
    ["strict", "established", "established_app_layer", "established_app_layer_to_server"],
)
def test_every_documented_default_action_is_accepted(
    client: NetworkFirewallClient, scope: str
) -> None:
    """One that drops, beside one that alerts."""
    actions = [f"aws:drop_{scope}", f"aws:alert_{scope}"]
    assert make(client, policy(StatefulDefaultActions=actions))["UpdateToken"]


def test_default_order_policy_takes_default_order_groups(client: NetworkFirewallClient) -> None:
    """Then there are no priorities."""
    arn = group(client, "a", RuleGroup=content("", strict=False))
    assert make(client, policy((arn, None), StatefulEngineOptions={}))["UpdateToken"]


def test_one_update_switches_groups(client: NetworkFirewallClient) -> None:
    """The old group is free afterwards, the new one in use; the old token is stale."""
    old, new = group(client, "old"), group(client, "new")
    token = make(client, policy((old, 1)))["UpdateToken"]
    request: dict[str, Any] = {"FirewallPolicyName": "p", "FirewallPolicy": policy((new, 1))}
    dry = client.update_firewall_policy(**request, UpdateToken=token, DryRun=True)
    assert dry["UpdateToken"] == token
    client.update_firewall_policy(**request, UpdateToken=token)
    counts = [
        client.describe_rule_group(RuleGroupArn=arn)["RuleGroupResponse"]["NumberOfAssociations"]
        for arn in (old, new)
    ]
    assert counts == [0, 1]
    refused(
        lambda: client.update_firewall_policy(**request, UpdateToken=token),
        "InvalidTokenException",
    )


def test_quotas_of_a_policy_are_kept() -> None:
    """The number of its groups, and the capacity that they reserve."""
    with embedded_aws(quotas=Quotas(policy_rule_groups=2, policy_capacity=250)):
        client = boto3.client("network-firewall")
        arns = [group(client, name) for name in ("a", "b", "c")]
        large = group(client, "large", Capacity=151)
        three = policy(*[(arn, index) for index, arn in enumerate(arns, 1)])
        assert refused(lambda: make(client, three)) == (
            "StatefulRuleGroupReferences limit exceeded, parameter: [3], "
            "context: StatefulRuleGroupReferences"
        )
        heavy = policy((arns[0], 1), (large, 2))
        refused(lambda: make(client, heavy), "LimitExceededException")
        assert make(client, policy((arns[0], 1), (arns[1], 2)))["UpdateToken"]


def test_override_is_for_managed_groups(client: NetworkFirewallClient) -> None:
    """What the rules of one's own group do is said in them."""
    managed = client.list_rule_groups(Scope="MANAGED")["RuleGroups"]
    theirs = next(one["Arn"] for one in managed if one["Name"].endswith("StrictOrder"))
    override = {"Priority": 1, "Override": {"Action": "DROP_TO_ALERT"}}

    def dry_run(arn: str) -> object:
        what = policy(StatefulRuleGroupReferences=[{"ResourceArn": arn, **override}])
        return make(client, what, DryRun=True)

    words = refused(lambda: dry_run(group(client, "a")))
    assert words == "rule group must be a managed resource"
    assert dry_run(theirs)


def test_account_has_as_many_firewalls_as_its_quota(client: NetworkFirewallClient) -> None:
    """Five, where nothing is raised."""
    arn = make(client, FORWARD)["FirewallPolicyResponse"]["FirewallPolicyArn"]
    for number in range(5):
        client.create_firewall(FirewallName=f"wall{number}", FirewallPolicyArn=arn)
    refused(
        lambda: client.create_firewall(FirewallName="wall5", FirewallPolicyArn=arn),
        "LimitExceededException",
    )


def test_account_has_as_many_policies_as_its_quota() -> None:
    """One more is refused; a name is taken once."""
    with embedded_aws(quotas=Quotas(policies=1)):
        client = boto3.client("network-firewall")
        make(client, FORWARD)
        assert "already exists" in refused(lambda: make(client, FORWARD))
        refused(
            lambda: client.create_firewall_policy(FirewallPolicyName="q", FirewallPolicy=FORWARD),
            "LimitExceededException",
        )


def test_dry_run_of_create_keeps_no_policy(client: NetworkFirewallClient) -> None:
    """It only says what it would be."""
    tags: list[TagTypeDef] = [{"Key": "a", "Value": "b"}]
    answer = make(client, FORWARD, DryRun=True, Tags=tags)
    assert answer["FirewallPolicyResponse"]["Tags"] == tags
    assert client.list_firewall_policies()["FirewallPolicies"] == []


def test_policies_are_listed_in_pages(client: NetworkFirewallClient) -> None:
    """By name."""
    for name in ("b", "a"):
        client.create_firewall_policy(FirewallPolicyName=name, FirewallPolicy=FORWARD)
    first = client.list_firewall_policies(MaxResults=1)
    rest = client.list_firewall_policies(MaxResults=1, NextToken=first["NextToken"])
    names = [each["Name"] for page in (first, rest) for each in page["FirewallPolicies"]]
    assert names == ["a", "b"]
    assert "NextToken" not in rest


def test_firewall_holds_on_to_its_policy(client: NetworkFirewallClient) -> None:
    """A policy in use cannot be deleted; another one frees it."""
    arns = [
        client.create_firewall_policy(FirewallPolicyName=name, FirewallPolicy=FORWARD)[
            "FirewallPolicyResponse"
        ]["FirewallPolicyArn"]
        for name in ("one", "two")
    ]
    client.create_firewall(FirewallName="wall", FirewallPolicyArn=arns[0])
    described = client.describe_firewall_policy(FirewallPolicyArn=arns[0])
    assert described["FirewallPolicyResponse"]["NumberOfAssociations"] == 1
    delete = client.delete_firewall_policy
    refused(lambda: delete(FirewallPolicyArn=arns[0]), "InvalidOperationException")
    moved = client.associate_firewall_policy(FirewallName="wall", FirewallPolicyArn=arns[1])
    assert moved["FirewallPolicyArn"] == arns[1]
    gone = delete(FirewallPolicyArn=arns[0])["FirewallPolicyResponse"]
    assert gone["FirewallPolicyStatus"] == "DELETING"
    missing = "ResourceNotFoundException"
    refused(lambda: client.describe_firewall_policy(FirewallPolicyArn=arns[0]), missing)


def test_firewall_is_associated_with_policies_that_exist(client: NetworkFirewallClient) -> None:
    """Under the firewall's current token, where one is given."""
    arn = make(client, FORWARD)["FirewallPolicyResponse"]["FirewallPolicyArn"]
    client.create_firewall(FirewallName="wall", FirewallPolicyArn=arn)
    associate = client.associate_firewall_policy
    unknown = f"{PREFIX}:firewall-policy/unknown"
    assert "context: FirewallPolicyArn" in refused(
        lambda: associate(FirewallName="wall", FirewallPolicyArn=unknown)
    )
    token = client.describe_firewall(FirewallName="wall")["UpdateToken"]
    associate(FirewallName="wall", FirewallPolicyArn=arn, UpdateToken=token)
    refused(
        lambda: associate(FirewallName="wall", FirewallPolicyArn=arn, UpdateToken=token),
        "InvalidTokenException",
    )


def test_firewall_and_policy_can_be_tagged(client: NetworkFirewallClient) -> None:
    """A firewall shows its tags where moto keeps them."""
    arn = make(client, FORWARD)["FirewallPolicyResponse"]["FirewallPolicyArn"]
    wall = client.create_firewall(FirewallName="wall", FirewallPolicyArn=arn)["Firewall"]
    tags: list[TagTypeDef] = [{"Key": "a", "Value": "b"}]
    for tagged in (arn, wall["FirewallArn"]):
        client.tag_resource(ResourceArn=tagged, Tags=tags)
        assert client.list_tags_for_resource(ResourceArn=tagged)["Tags"] == tags
    assert client.describe_firewall(FirewallName="wall")["Firewall"]["Tags"] == tags
