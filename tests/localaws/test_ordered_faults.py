"""A test orders what the next calls are answered with."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from botocore.config import Config
from botocore.exceptions import ClientError
from support.localaws import create, refused, rule, update

from localaws import Call, EmbeddedAws, Fault

if TYPE_CHECKING:
    import boto3
    from types_boto3_network_firewall import NetworkFirewallClient


def test_next_call_fails_once(aws: EmbeddedAws, client: NetworkFirewallClient) -> None:
    """With the code and the words that were ordered; then the service works again."""
    aws.inject(Fault("CreateRuleGroup", "LimitExceededException", "too many"))
    assert refused(lambda: create(client), "LimitExceededException") == "too many"
    create(client)
    errors = [call.error for call in aws.calls]
    assert errors == ["LimitExceededException", None]


def test_only_the_named_action_fails(aws: EmbeddedAws, client: NetworkFirewallClient) -> None:
    """Others go on."""
    aws.inject(Fault("DeleteRuleGroup", "UnsupportedOperationException"))
    create(client)
    delete = client.delete_rule_group
    refused(lambda: delete(RuleGroupName="one", Type="STATEFUL"), "UnsupportedOperationException")


def test_fault_can_name_a_resource(aws: EmbeddedAws, client: NetworkFirewallClient) -> None:
    """By name, also where the call has an ARN."""
    aws.inject(Fault("DescribeRuleGroup", "AccessDeniedException", resource="two"))
    arns = [
        create(client, name=name)["RuleGroupResponse"]["RuleGroupArn"] for name in ("one", "two")
    ]
    client.describe_rule_group(RuleGroupArn=arns[0])
    refused(lambda: client.describe_rule_group(RuleGroupArn=arns[1]), "AccessDeniedException")


def test_fault_can_let_calls_through_first(aws: EmbeddedAws, client: NetworkFirewallClient) -> None:
    """The second and third create fail, the fourth does not."""
    aws.inject(Fault("CreateRuleGroup", "LimitExceededException", skip=1, times=2))
    for name in ("one", "two", "three", "four"):
        try:
            create(client, name=name)
        except ClientError as error:
            assert name in {"two", "three"}, error  # noqa: PT017  # the others must not fail
    assert [call.error is None for call in aws.calls] == [True, False, False, True]


@pytest.mark.parametrize("dry_run", [True, False])
def test_fault_can_concern_dry_runs_or_not(
    aws: EmbeddedAws, client: NetworkFirewallClient, dry_run: bool
) -> None:
    """A validation that succeeds says nothing about the call after it."""
    aws.inject(Fault("CreateRuleGroup", "InvalidRequestException", "no", dry_run=dry_run))
    create(client, DryRun=not dry_run, name="other")
    assert refused(lambda: create(client, DryRun=dry_run)) == "no"


def test_call_can_be_carried_out_and_answered_with_an_error(
    aws: EmbeddedAws, client: NetworkFirewallClient
) -> None:
    """The caller has to look before it tries again."""
    token = create(client, rule())["UpdateToken"]
    aws.inject(Fault("UpdateRuleGroup", "InvalidRequestException", "lost", carried_out=True))
    assert refused(lambda: update(client, token, rule(2))) == "lost"
    found = client.describe_rule_group(RuleGroupName="one", Type="STATEFUL")
    assert found["RuleGroup"]["RulesSource"]["RulesString"] == rule(2)


def test_lost_answer_has_botocore_call_twice(aws: EmbeddedAws, session: boto3.Session) -> None:
    """The retry then meets what the first attempt left behind."""
    twice = Config(retries={"mode": "standard", "total_max_attempts": 2})
    client = session.client("network-firewall", config=twice)
    aws.inject(Fault("CreateRuleGroup", "InternalServerError", carried_out=True))
    assert "already exists" in refused(lambda: create(client))
    assert [call.error for call in aws.calls] == [
        "InternalServerError",
        "InvalidRequestException",
    ]


def test_refused_call_keeps_its_own_error(aws: EmbeddedAws, client: NetworkFirewallClient) -> None:
    """A fault that is carried out cannot hide what is wrong with the call itself."""
    aws.inject(Fault("CreateRuleGroup", "ThrottlingException", carried_out=True))
    assert "Capacity" in refused(lambda: create(client, Capacity=0))


@pytest.mark.parametrize(
    ("code", "status"),
    [
        ("ThrottlingException", 400),
        ("InternalServerError", 500),
        ("InsufficientCapacityException", 500),
        ("InvalidOperationException", 400),
    ],
)
def test_error_has_the_status_of_the_service_model(
    aws: EmbeddedAws, client: NetworkFirewallClient, code: str, status: int
) -> None:
    """What the service calls its own fault is a 500."""
    aws.inject(Fault("ListRuleGroups", code))
    with pytest.raises(getattr(client.exceptions, code)) as caught:
        client.list_rule_groups()
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == status


@pytest.mark.parametrize("wrong", [{"times": 0}, {"skip": -1}, {"action": "list_rule_groups"}])
def test_fault_that_never_happens_is_refused(wrong: dict[str, Any]) -> None:
    """It would only look like a test."""
    with pytest.raises(ValueError, match="never happens"):
        Fault(**{"action": "ListRuleGroups", "code": "ThrottlingException", **wrong})


def test_calls_are_recorded_with_what_they_concern(
    aws: EmbeddedAws, client: NetworkFirewallClient
) -> None:
    """In order, lists too."""
    create(client, DryRun=True)
    client.list_rule_groups()
    refused(lambda: create(client, "nonsense", name="two"))
    assert aws.calls == (
        Call("CreateRuleGroup", dry_run=True, resource="one"),
        Call("ListRuleGroups"),
        Call("CreateRuleGroup", resource="two", error="InvalidRequestException"),
    )
