"""What one account has in one region, and the questions that more than one action asks of it."""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from moto.networkfirewall.models import NetworkFirewallBackend

from localaws.control import Control
from localaws.managed import managed_groups

if TYPE_CHECKING:
    from localaws.groups import RuleGroup
    from localaws.policies import FirewallPolicy, FirewallPolicyV2

Params = Mapping[str, Any]
Answer = dict[str, Any]


class State(NetworkFirewallBackend):
    """moto's backend, which has the firewalls and the tags, with rule groups and policies."""

    def __init__(self, region_name: str, account_id: str, control: Control | None = None) -> None:
        super().__init__(region_name, account_id)
        self.control = control or Control()
        self.rule_groups: dict[str, RuleGroup] = {}
        self.firewall_policies: dict[str, FirewallPolicy] = {}
        self.next_policies: dict[str, FirewallPolicyV2] = {}

    def reset(self) -> None:
        """Forget every resource, as moto does between tests; how the double is set up stays."""
        control = self.control
        super().reset()
        self.control = control

    def known_groups(self) -> Mapping[str, RuleGroup]:
        """The account's rule groups and AWS's managed ones, by ARN."""
        return ChainMap(self.rule_groups, dict(managed_groups(self.partition, self.region_name)))

    def arn(self, kind: str, name: str) -> str:
        """The ARN of a resource here; `kind` is the service's word, such as `firewall-policy`."""
        place = f"{self.partition}:network-firewall:{self.region_name}:{self.account_id}"
        return f"arn:{place}:{kind}/{name}"

    def tags_of(self, arn: str) -> list[dict[str, str]]:
        """The tags of a resource, as the service lists them."""
        tags: list[dict[str, str]] = self.tagger.list_tags_for_resource(arn)["Tags"]
        return tags

    def policies_using(self, group_arn: str) -> int:
        """How many policies of either kind refer to a rule group."""
        classic = sum(group_arn in one.group_arns for one in self.firewall_policies.values())
        return classic + sum(group_arn in one.group_arns for one in self.next_policies.values())

    def firewalls_using(self, policy_arn: str) -> int:
        """How many firewalls have a policy."""
        return sum(wall.firewall_policy_arn == policy_arn for wall in self.firewalls.values())


def tag_pairs(params: Params) -> dict[str, str]:
    """The tags that a request brings, by key."""
    return {tag["Key"]: tag["Value"] for tag in params.get("Tags", ())}


def without_nothing(answer: Answer) -> Answer:
    """The answer without the members that have no value: the service leaves them out."""
    return {name: value for name, value in answer.items() if value is not None}
