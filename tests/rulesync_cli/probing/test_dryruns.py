"""Dry runs that ask the service: what is an answer, what is none, and what cannot be asked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from unittest import mock

import pytest

from localaws import EmbeddedAws, Fault
from rules_lib.aws.calls import Calls
from rulesync_cli.probing.dryruns import NAMES, DryRuns, places
from rulesync_cli.probing.findings import Silence
from rulesync_cli.probing.requests import classic, ips, next_generation, rule
from rulesync_cli.probing.values import ACCEPTED, Probe, ServiceAnswer

if TYPE_CHECKING:
    from types_boto3_network_firewall import NetworkFirewallClient

PLAIN = Probe("a", "a", action="CreateRuleGroup", request=classic(rule()))


def asking(client: NetworkFirewallClient) -> DryRuns:
    """Asks in the name of nobody."""
    calls = Calls()
    return DryRuns(client, places(client, "rulesync-probe-1", calls), calls)


def test_request_cannot_take_the_dry_run_away(
    aws: EmbeddedAws, client: NetworkFirewallClient
) -> None:
    """Whatever the table says, nothing is made, under no other name."""
    request = {**classic(rule()), "DryRun": False, "RuleGroupName": "other"}
    given = asking(client).ask(Probe("a", "a", action="CreateRuleGroup", request=request))
    assert given == ACCEPTED
    assert aws.calls[-1].dry_run
    assert aws.calls[-1].resource == "rulesync-probe-1"
    assert client.list_rule_groups()["RuleGroups"] == []


def test_every_action_that_is_asked_knows_dry_runs(client: NetworkFirewallClient) -> None:
    """By the service model."""
    for action, name in NAMES.items():
        asked = client.meta.service_model.operation_model(action).input_shape
        assert asked
        assert {name, "DryRun"} <= asked.members.keys()


@pytest.mark.parametrize(
    "code", ["ThrottlingException", "AccessDeniedException", "InternalServerError"]
)
def test_trouble_is_no_answer(aws: EmbeddedAws, client: NetworkFirewallClient, code: str) -> None:
    """A busy service, a denied call and a fault of the service say nothing of the fact."""
    dry_runs = asking(client)
    aws.inject(Fault("CreateRuleGroup", code, "arn:aws:iam::123456789012:role/mine", times=9))
    given = dry_runs.ask(PLAIN)
    assert given == Silence(f"{code}: arn:aws:iam::<account>:role/mine")


def test_older_botocore_asks_what_it_knows(client: NetworkFirewallClient) -> None:
    """And says of the rest that it cannot."""
    model = client.meta.service_model
    older = [name for name in model.operation_names if not name.endswith("V2")]
    next_one = Probe("n", "n", action="CreateFirewallPolicyV2", request=next_generation(rule()))
    with mock.patch.dict(model.__dict__, operation_names=older):
        dry_runs = asking(client)
        assert dry_runs.ask(PLAIN) == ACCEPTED
        given = dry_runs.ask(next_one)
    assert isinstance(given, Silence)
    assert not given.tried
    assert "does not know CreateFirewallPolicyV2" in given.why
    assert dry_runs.ask(next_one) == ACCEPTED


def test_member_that_botocore_does_not_know_is_not_asked(
    aws: EmbeddedAws, client: NetworkFirewallClient
) -> None:
    """It would have been left out without a word, and the answer be that of another question."""
    request: dict[str, Any] = {**ips(rule()), "MadeUp": True}
    dry_runs = asking(client)
    before = len(aws.calls)
    given = dry_runs.ask(Probe("m", "m", action="CreateRuleGroup", request=request))
    assert isinstance(given, Silence)
    assert not given.tried
    assert "MadeUp" in given.why
    assert len(aws.calls) == before


def test_group_of_the_account_is_one_in_strict_order(client: NetworkFirewallClient) -> None:
    """Managed groups are told by the ends of their names; own ones are looked at."""
    for name, order in (("a", "DEFAULT_ACTION_ORDER"), ("b", "STRICT_ORDER")):
        client.create_rule_group(RuleGroupName=name, **classic(rule(), order=order))
    found = places(client, "x", Calls())
    assert found.own.endswith("/b")
    assert len(found.strict) == len(found.default) == 21
    assert found.region == "us-east-1"


def test_what_is_asked_for_is_read_from_the_answer(client: NetworkFirewallClient) -> None:
    """The name and the account are not in it."""
    probe = Probe("a", "a", action="CreateRuleGroup", request=classic(rule()),
                  observe="RuleGroupResponse.RuleGroupArn")  # fmt: skip
    assert asking(client).ask(probe) == ServiceAnswer(
        value="arn:aws:network-firewall:<region>:<account>:stateful-rulegroup/<name>"
    )
