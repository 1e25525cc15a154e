"""The firewall under test, and what somebody else does, on the embedded AWS that is running."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import boto3
from botocore.config import Config

from rules_lib.aws.firewall import Firewall
from support.groups import rule
from support.localaws import create, policy, update

if TYPE_CHECKING:
    from types_boto3_network_firewall import NetworkFirewallClient


def client() -> NetworkFirewallClient:
    """A boto3 client that sends each call once, so that an ordered fault is seen as it is."""
    return boto3.client("network-firewall", config=Config(retries={"total_max_attempts": 1}))


def firewall(prefix: str = "et") -> Firewall:
    """The firewall under test, on the embedded AWS that is running."""
    return Firewall(client(), prefix)


def create_by_hand(name: str, rules: str = "", **more: Any) -> None:
    """Make a rule group as somebody else would."""
    create(client(), rules or rule(9).text, name=name, **{"Capacity": 10, **more})


def change_by_hand(name: str, rules: str) -> None:
    """Give a rule group another text, as somebody in the console would."""
    named: Any = {"RuleGroupName": name, "Type": "STATEFUL"}
    token = client().describe_rule_group(**named)["UpdateToken"]
    update(client(), token, rules, name=name)


def use(*names: str) -> None:
    """Have a firewall policy refer to rule groups."""
    arns = [
        client().describe_rule_group(RuleGroupName=name, Type="STATEFUL")["RuleGroupResponse"][
            "RuleGroupArn"
        ]
        for name in names
    ]
    wanted = policy(*((arn, place) for place, arn in enumerate(arns, start=1)))
    client().create_firewall_policy(FirewallPolicyName="in-use", FirewallPolicy=wanted)
