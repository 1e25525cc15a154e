"""The life of a rule group: its limits, its token, its tags, its listing."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from support.localaws import content, create, policy, refused, rule, update

from localaws import Call, EmbeddedAws, Quotas, embedded_aws

if TYPE_CHECKING:
    from types_boto3_network_firewall import NetworkFirewallClient
    from types_boto3_network_firewall.type_defs import TagTypeDef

DRY_RUNS = pytest.mark.parametrize("dry_run", [False, True], ids=["real", "dry run"])
ARN = "arn:aws:network-firewall:us-east-1:123456789012:stateful-rulegroup/one"


PREFIX_LIST = "arn:aws:ec2:us-east-1:123456789012:prefix-list/pl-{}"
CONTAINERS = "arn:aws:network-firewall:us-east-1:123456789012:container-association/"


def references(*arns: str) -> dict[str, Any]:
    """A `ReferenceSets` structure that gives each ARN a name."""
    return {"IPSetReferences": {f"R{n}": {"ReferenceArn": arn} for n, arn in enumerate(arns)}}


def described(client: NetworkFirewallClient, name: str = "one") -> Any:
    """The whole group as the service describes it."""
    return client.describe_rule_group(RuleGroupName=name, Type="STATEFUL")


def test_created_group_is_described_as_it_was_sent(client: NetworkFirewallClient) -> None:
    """Everything that was given comes back, and what the service adds."""
    group = content(
        f"{rule(1)}\n{rule(2)}\n",
        RuleVariables={"PortSets": {"P": {"Definition": ["80"]}}},
    )
    key = {"KeyId": "key", "Type": "CUSTOMER_KMS"}
    tags: list[TagTypeDef] = [{"Key": "a", "Value": "b"}]
    answer = create(
        client, RuleGroup=group, Description="why", Tags=tags, EncryptionConfiguration=key
    )
    found = described(client)
    view = found["RuleGroupResponse"]
    assert found["RuleGroup"] == group
    assert found["UpdateToken"] == answer["UpdateToken"]
    assert view == answer["RuleGroupResponse"]
    age = datetime.now(UTC) - view.pop("LastModifiedTime")
    assert timedelta(seconds=-1) < age < timedelta(minutes=1)
    assert len(view.pop("RuleGroupId")) == 36
    assert view == {
        "RuleGroupArn": ARN,
        "RuleGroupName": "one",
        "Description": "why",
        "Type": "STATEFUL",
        "Capacity": 100,
        "RuleGroupStatus": "ACTIVE",
        "Tags": tags,
        "ConsumedCapacity": 2,
        "NumberOfAssociations": 0,
        "EncryptionConfiguration": key,
    }


def test_flat_rules_make_a_default_order_group(client: NetworkFirewallClient) -> None:
    """The flat string carries no order."""
    create(client, Rules=rule())
    assert described(client)["RuleGroup"] == {"RulesSource": {"RulesString": rule()}}
    metadata = client.describe_rule_group_metadata(RuleGroupArn=ARN)
    assert metadata["StatefulRuleOptions"] == {"RuleOrder": "DEFAULT_ACTION_ORDER"}


def test_metadata_leaves_the_rules_out(client: NetworkFirewallClient) -> None:
    """The order and the capacity are known without the text."""
    create(client, rule())
    metadata = client.describe_rule_group_metadata(RuleGroupName="one", Type="STATEFUL")
    assert (metadata["Capacity"], metadata["RuleGroupArn"]) == (100, ARN)
    assert metadata["StatefulRuleOptions"] == {"RuleOrder": "STRICT_ORDER"}
    assert "RuleGroup" not in metadata


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"RuleGroupName": "under_score"}, "^[a-zA-Z0-9-]+$"),
        ({"RuleGroupName": "x" * 129}, "length less than or equal to 128"),
        ({"Description": "x" * 513}, "length less than or equal to 512"),
        ({"Description": "two\nlines"}, "regular expression"),
        ({"Capacity": 0}, "parameter: [0], context: Capacity"),
        ({"Capacity": 30_001}, "parameter: [30001], context: Capacity"),
        ({"Type": "SOMETHING"}, "enum value set"),
        ({"Type": "STATELESS"}, "context: Type"),
        ({"Tags": [{"Key": str(n), "Value": ""} for n in range(51)]}, "context: Tags"),
        ({"RuleGroup": content("x" * 2_000_001)}, "less than or equal to 2000000"),
        ({"Rules": rule(), "RuleGroup": content(rule())}, "Exactly one of RuleGroup and Rules"),
        (
            {"RuleGroup": {"RulesSource": {"StatefulRules": []}}},
            "context: RulesSource",
        ),
        (
            {"RuleGroup": content("", RuleVariables={"IPSets": {"9": {"Definition": ["a"]}}})},
            "^[A-Za-z][A-Za-z0-9_]*$",
        ),
        (
            {"RuleGroup": content("", RuleVariables={"PortSets": {"A" * 33: {"Definition": []}}})},
            "length less than or equal to 32",
        ),
        (
            {
                "RuleGroup": content(
                    "", ReferenceSets=references(*map(PREFIX_LIST.format, "abcdef"))
                )
            },
            "IPSetReferences limit exceeded, parameter: [6], context: ReferenceSets",
        ),
        (
            {"RuleGroup": content("", ReferenceSets=references(PREFIX_LIST, PREFIX_LIST))},
            "IPSetReferences is invalid, context: ReferenceSets",
        ),
        (
            {"RuleGroup": content("", ReferenceSets=references(PREFIX_LIST, f"{CONTAINERS}1"))},
            "IPSetReferences is invalid, context: ReferenceSets",
        ),
        (
            {"RuleGroup": content("", RuleVariables={"IPSets": {"A": {"Definition": ["@B"]}}})},
            "B cannot be null or empty, context: ReferenceSets.IPSetReferences.B",
        ),
    ],
)
@DRY_RUNS
def test_request_beyond_a_limit_is_refused(
    client: NetworkFirewallClient, wrong: dict[str, Any], words: str, dry_run: bool
) -> None:
    """What botocore lets through is refused by the service, dry run or not."""
    request = {"RuleGroup": content(rule())} if "Rules" not in wrong else {}
    message = refused(lambda: create(client, **{**request, **wrong, "DryRun": dry_run}))
    assert words in message


def test_thirty_container_associations_are_taken(client: NetworkFirewallClient) -> None:
    """Where there is nothing else beside them."""
    thirty = references(*(f"{CONTAINERS}{n}" for n in range(30)))
    create(client, RuleGroup=content(rule(), ReferenceSets=thirty))
    assert described(client)["RuleGroup"]["ReferenceSets"] == thirty


def test_request_without_rules_is_refused(client: NetworkFirewallClient) -> None:
    """A group has to be given its rules."""

    def attempt() -> object:
        return client.create_rule_group(RuleGroupName="one", Type="STATEFUL", Capacity=1)

    assert refused(attempt) == "Exactly one of RuleGroup and Rules must be provided"


def test_more_rules_than_capacity_are_refused(client: NetworkFirewallClient) -> None:
    """A rule is a unit, at create and at every update."""
    two, words = f"{rule(1)}\n{rule(2)}", "StatefulRules capacity exceeded, parameter: [2], "
    where = "context: RulesSource.StatefulRules"
    assert refused(lambda: create(client, two, Capacity=1)) == words + where
    token = create(client, rule(), Capacity=1)["UpdateToken"]
    assert refused(lambda: update(client, token, two)) == words + where


def test_size_of_a_text_counts_bytes(client: NetworkFirewallClient) -> None:
    """2,000,000 characters are allowed, and as many bytes."""
    options = 'content:"' + "é" * 3_500 + '"; '
    wide = "".join(f"{rule(sid, options)}\n" for sid in range(1, 300))
    assert len(wide) < 2_000_000 < len(wide.encode())
    assert "RulesString exceeds max size" in refused(lambda: create(client, wide, Capacity=300))


def test_largest_group_is_validated_at_once(client: NetworkFirewallClient) -> None:
    """2,000,000 characters in 4,000 rules take a fraction of a second, so 5 seconds are ample."""
    options = 'content:"x"; pcre:"/[a-z]+/"; ' * 13
    filler = "x" * (499 - len(rule(100_001, options + 'content:""; ')))
    options += f'content:"{filler}"; '
    rules = "".join(f"{rule(sid, options)}\n" for sid in range(100_001, 104_001))
    assert len(rules) == 2_000_000
    started = time.process_time()
    answer = create(client, rules, Capacity=30_000)
    assert answer["RuleGroupResponse"]["ConsumedCapacity"] == 4_000
    assert time.process_time() - started < 5


def test_name_is_taken_once(client: NetworkFirewallClient) -> None:
    """A second create of the same name is refused, its dry run too."""
    create(client, rule())
    assert "already exists" in refused(lambda: create(client, rule()))
    assert "already exists" in refused(lambda: create(client, rule(), DryRun=True))


def test_dry_run_of_create_changes_nothing(aws: EmbeddedAws, client: NetworkFirewallClient) -> None:
    """It says what the group would consume."""
    answer = create(client, rule(), DryRun=True, Tags=[{"Key": "a", "Value": "b"}])
    assert answer["RuleGroupResponse"]["ConsumedCapacity"] == 1
    assert answer["RuleGroupResponse"]["Tags"] == [{"Key": "a", "Value": "b"}]
    assert client.list_rule_groups()["RuleGroups"] == []
    assert aws.calls[0] == Call("CreateRuleGroup", dry_run=True, resource="one")


def test_dry_run_of_update_changes_nothing(client: NetworkFirewallClient) -> None:
    """The token holds afterwards."""
    token = create(client, rule())["UpdateToken"]
    before = described(client)
    answer = update(client, token, f"{rule(1)}\n{rule(2)}", DryRun=True)
    assert answer["RuleGroupResponse"]["ConsumedCapacity"] == 2
    after = described(client)
    assert (after["RuleGroup"], after["UpdateToken"]) == (before["RuleGroup"], token)


def test_update_replaces_rules_and_token(client: NetworkFirewallClient) -> None:
    """The capacity stays as it was created."""
    created = create(client, rule(), Description="old")
    answer = update(client, created["UpdateToken"], f"{rule(3)}\n{rule(4)}", Description="new")
    found = described(client)
    assert found["RuleGroup"]["RulesSource"]["RulesString"] == f"{rule(3)}\n{rule(4)}"
    assert found["UpdateToken"] == answer["UpdateToken"] != created["UpdateToken"]
    view = found["RuleGroupResponse"]
    assert (view["Capacity"], view["ConsumedCapacity"], view["Description"]) == (100, 2, "new")


@DRY_RUNS
def test_stale_token_is_refused(client: NetworkFirewallClient, dry_run: bool) -> None:
    """Whoever planned on an older state has to plan again."""
    token = create(client, rule())["UpdateToken"]
    update(client, token, rule(2))
    refused(lambda: update(client, token, rule(3), DryRun=dry_run), "InvalidTokenException")
    assert described(client)["RuleGroup"]["RulesSource"]["RulesString"] == rule(2)


def test_flat_rules_cannot_update_a_strict_group(client: NetworkFirewallClient) -> None:
    """They would take its order away."""
    token = create(client, rule())["UpdateToken"]
    assert refused(lambda: update(client, token, Rules=rule(2))) == "parameter is invalid"


@pytest.mark.parametrize("strict", [True, False])
def test_order_cannot_change(client: NetworkFirewallClient, strict: bool) -> None:
    """Neither way."""
    token = create(client, RuleGroup=content(rule(), strict=strict))["UpdateToken"]
    other = content(rule(), strict=not strict)
    message = refused(lambda: update(client, token, RuleGroup=other))
    assert message.endswith("context: StatefulRuleOptions.RuleOrder")


def test_group_is_found_by_name_and_arn(client: NetworkFirewallClient) -> None:
    """By name the type is needed; both together have to agree."""
    create(client, rule())
    find = client.describe_rule_group
    assert find(RuleGroupArn=ARN)["RuleGroupResponse"]["RuleGroupName"] == "one"
    assert "Type is required" in refused(lambda: find(RuleGroupName="one"))
    assert "is required" in refused(lambda: find(Type="STATEFUL"))
    missing = "ResourceNotFoundException"
    refused(lambda: find(RuleGroupName="two", Type="STATEFUL"), missing)
    refused(lambda: find(RuleGroupName="two", RuleGroupArn=ARN, Type="STATEFUL"), missing)


def test_deleted_group_is_gone(client: NetworkFirewallClient) -> None:
    """Its name is free again, its tags are forgotten."""
    create(client, rule(), Tags=[{"Key": "a", "Value": "b"}])
    gone = client.delete_rule_group(RuleGroupName="one", Type="STATEFUL")
    assert gone["RuleGroupResponse"]["RuleGroupStatus"] == "DELETING"
    refused(lambda: described(client), "ResourceNotFoundException")
    assert create(client, rule())["RuleGroupResponse"]["Tags"] == []


def test_group_in_use_cannot_be_deleted(client: NetworkFirewallClient) -> None:
    """Associations follow the policies."""
    create(client, rule())
    client.create_firewall_policy(FirewallPolicyName="p", FirewallPolicy=policy((ARN, 1)))
    assert described(client)["RuleGroupResponse"]["NumberOfAssociations"] == 1
    delete = client.delete_rule_group
    refused(lambda: delete(RuleGroupArn=ARN), "InvalidOperationException")
    client.delete_firewall_policy(FirewallPolicyName="p")
    assert described(client)["RuleGroupResponse"]["NumberOfAssociations"] == 0
    assert delete(RuleGroupArn=ARN)["RuleGroupResponse"]["RuleGroupName"] == "one"


def test_list_pages_at_100() -> None:
    """The paginator finds every group once; a page has at most 100."""
    with embedded_aws(quotas=Quotas(rule_groups=205)):
        client = boto3.client("network-firewall")
        names = [f"g{number:03}" for number in range(205)]
        for name in names:
            create(client, name=name)
        pages = list(client.get_paginator("list_rule_groups").paginate())
        assert [len(page["RuleGroups"]) for page in pages] == [100, 100, 5]
        assert [group["Name"] for page in pages for group in page["RuleGroups"]] == names


def test_page_size_can_be_chosen(client: NetworkFirewallClient) -> None:
    """From 1 to 100; a deletion between two pages loses nothing."""
    for name in ("a", "b", "c"):
        create(client, name=name)
    first = client.list_rule_groups(MaxResults=2)
    client.delete_rule_group(RuleGroupName="b", Type="STATEFUL")
    rest = client.list_rule_groups(MaxResults=2, NextToken=first["NextToken"])
    assert [group["Name"] for group in rest["RuleGroups"]] == ["c"]
    assert "NextToken" not in rest
    assert "equal to 100" in refused(lambda: client.list_rule_groups(MaxResults=101))
    assert "NextToken" in refused(lambda: client.list_rule_groups(NextToken="made"))


def test_managed_groups_are_listed_on_demand(client: NetworkFirewallClient) -> None:
    """In either order; they are nobody's to change, and take a share of a policy's units."""
    create(client)
    assert [one["Name"] for one in client.list_rule_groups()["RuleGroups"]] == ["one"]
    managed = client.list_rule_groups(Scope="MANAGED")["RuleGroups"]
    strict = [one["Arn"] for one in managed if one["Name"].endswith("StrictOrder")]
    assert len(strict) == len(managed) / 2 == 21
    about = client.describe_rule_group_metadata(RuleGroupArn=strict[0])
    assert about["StatefulRuleOptions"] == {"RuleOrder": "STRICT_ORDER"}
    made = client.create_firewall_policy(
        FirewallPolicyName="p",
        FirewallPolicy=policy(*((arn, at) for at, arn in enumerate(strict[-3:], 1))),
    )
    capacities = [
        client.describe_rule_group_metadata(RuleGroupArn=arn)["Capacity"] for arn in strict[-3:]
    ]
    consumed = made["FirewallPolicyResponse"]["ConsumedStatefulRuleCapacity"]
    assert consumed == sum(capacities) > 0
    refused(lambda: client.delete_rule_group(RuleGroupArn=strict[0]), "ResourceNotFoundException")
    assert client.list_rule_groups(Type="STATELESS")["RuleGroups"] == []


def test_account_has_as_many_groups_as_its_quota() -> None:
    """One more is refused, its dry run too."""
    with embedded_aws(quotas=Quotas(rule_groups=1)):
        client = boto3.client("network-firewall")
        create(client)
        refused(lambda: create(client, name="two"), "LimitExceededException")
        refused(lambda: create(client, name="two", DryRun=True), "LimitExceededException")


def test_tags_come_and_go(client: NetworkFirewallClient) -> None:
    """They are shown with the group, too."""
    create(client, Tags=[{"Key": "a", "Value": "1"}])
    client.tag_resource(
        ResourceArn=ARN, Tags=[{"Key": "a", "Value": "2"}, {"Key": "b", "Value": "3"}]
    )
    tags: list[TagTypeDef] = [{"Key": "a", "Value": "2"}, {"Key": "b", "Value": "3"}]
    assert client.list_tags_for_resource(ResourceArn=ARN)["Tags"] == tags
    first = client.list_tags_for_resource(ResourceArn=ARN, MaxResults=1)
    assert (first["Tags"], "NextToken" in first) == (tags[:1], True)
    client.untag_resource(ResourceArn=ARN, TagKeys=["a", "never"])
    assert described(client)["RuleGroupResponse"]["Tags"] == tags[1:]


def test_resource_has_at_most_50_tags(client: NetworkFirewallClient) -> None:
    """Those that it has count too."""
    create(client, Tags=[{"Key": str(number), "Value": ""} for number in range(50)])
    one_more: list[TagTypeDef] = [{"Key": "x", "Value": ""}]
    assert "context: Tags" in refused(lambda: client.tag_resource(ResourceArn=ARN, Tags=one_more))
    client.tag_resource(ResourceArn=ARN, Tags=[{"Key": "0", "Value": "new"}])


def test_tags_of_nothing_are_not_found(client: NetworkFirewallClient) -> None:
    """An ARN has to be a resource's."""
    refused(lambda: client.list_tags_for_resource(ResourceArn=ARN), "ResourceNotFoundException")


def test_regions_do_not_share_groups(client: NetworkFirewallClient) -> None:
    """A group is its region's."""
    create(client)
    other = boto3.client("network-firewall", region_name="eu-west-1")
    assert other.list_rule_groups()["RuleGroups"] == []


def test_rule_that_looks_like_a_query_is_only_text(client: NetworkFirewallClient) -> None:
    """`&Action=` in a rule is not taken for the request's action."""
    text = rule(options='content:"?a=b&Action=DeleteRuleGroup&Version=1"; ')
    create(client, text)
    assert described(client)["RuleGroup"]["RulesSource"]["RulesString"] == text
