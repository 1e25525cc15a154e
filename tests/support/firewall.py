"""Short ways to make rules, desired groups and deployed ones."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import boto3
from botocore.config import Config

from rules_lib.aws.firewall import Firewall
from rules_lib.groups.rule_group import DeployedGroup, Group, Slot
from rules_lib.model import Converted, GivenMode, Mode
from rules_lib.why import ActionCause, ModeKey, Why
from support.rules import rule as read_rule
from support.rules import text

if TYPE_CHECKING:
    from types_boto3_network_firewall import NetworkFirewallClient

FORWARD = ["aws:forward_to_sfe"]
STRICT = {"RuleOrder": "STRICT_ORDER"}


def rule(sid: int, options: str = "") -> Converted:
    """A rule that the service accepts unless the options are refused, on the line of its sid."""
    source = read_rule(text(sid, options), "a", sid)
    given, cause = GivenMode(Mode.ALERT, ModeKey.DEFAULT), ActionCause(Why.ALERT_MODE)
    return Converted(source, source.text, "alert", given, cause, (), frozenset())


def group(name: str, *rules: int | Converted, **more: Any) -> Group:
    """A desired group in the slot that its name without `et-` and `-b` says; sids are enough."""
    category = name.removeprefix("et-").removesuffix("-b")
    members = tuple(rule(one) if isinstance(one, int) else one for one in rules)
    made = Group(name, Slot(category), Mode.ALERT, priority=1000, capacity=100, rules=members)
    return replace(made, **more)


def as_deployed(desired: Group, **more: Any) -> DeployedGroup:
    """What is deployed once the desired group has been created."""
    made = DeployedGroup(
        name=desired.name,
        arn=f"arn:{desired.name}",
        slot=desired.slot,
        capacity=desired.capacity,
        text=desired.text,
        variables=desired.variables,
        strict=True,
        associations=0,
        token="t",  # noqa: S106 - an update token, no secret
    )
    return replace(made, **more)


def client() -> NetworkFirewallClient:
    """A boto3 client that sends each call once, so that an ordered fault is seen as it is."""
    return boto3.client("network-firewall", config=Config(retries={"total_max_attempts": 1}))


def firewall(prefix: str = "et") -> Firewall:
    """The firewall under test, on the embedded AWS that is running."""
    return Firewall(client(), prefix)


def create_by_hand(name: str, text: str = "", **more: Any) -> None:
    """Make a rule group as somebody else would."""
    content = {"RulesSource": {"RulesString": text or rule(9).text}, "StatefulRuleOptions": STRICT}
    request = {"RuleGroupName": name, "Type": "STATEFUL", "Capacity": 10, "RuleGroup": content}
    client().create_rule_group(**{**request, **more})


def change_by_hand(name: str, text: str) -> None:
    """Give a rule group another text, as somebody in the console would."""
    named: Any = {"RuleGroupName": name, "Type": "STATEFUL"}
    token = client().describe_rule_group(**named)["UpdateToken"]
    content: Any = {"RulesSource": {"RulesString": text}, "StatefulRuleOptions": STRICT}
    client().update_rule_group(UpdateToken=token, RuleGroup=content, **named)


def use(*names: str) -> None:
    """Have a firewall policy refer to rule groups."""
    arns = [
        client().describe_rule_group(RuleGroupName=name, Type="STATEFUL")["RuleGroupResponse"][
            "RuleGroupArn"
        ]
        for name in names
    ]
    client().create_firewall_policy(
        FirewallPolicyName="in-use",
        FirewallPolicy={
            "StatelessDefaultActions": FORWARD,
            "StatelessFragmentDefaultActions": FORWARD,
            "StatefulEngineOptions": {"RuleOrder": "STRICT_ORDER"},
            "StatefulRuleGroupReferences": [
                {"ResourceArn": arn, "Priority": place} for place, arn in enumerate(arns, start=1)
            ],
        },
    )
