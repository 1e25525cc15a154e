"""The backend that takes the place of moto's, under the module name that moto looks for."""

from __future__ import annotations

from typing import Any

from localaws.errors import LimitExceededError, ResourceNotFoundError
from localaws.nextgen import NextGenerationActions
from localaws.paging import page
from localaws.policy_actions import FirewallPolicyActions
from localaws.resources import check_tags
from localaws.rule_group_actions import RuleGroupActions
from localaws.state import Answer, Params, tag_pairs, without_nothing


class NetworkFirewallBackend(RuleGroupActions, FirewallPolicyActions, NextGenerationActions):
    """One account's Network Firewall in one region: firewalls, policies, rule groups, tags."""

    def create_firewall(self, *args: Any, **kwargs: Any) -> Any:
        """Make a firewall, as moto does, within the account's quota."""
        if len(self.firewalls) >= self.control.quotas.firewalls:
            raise LimitExceededError(
                f"limit exceeded, parameter: [{self.control.quotas.firewalls}], "
                "context: firewalls of the account"
            )
        return super().create_firewall(*args, **kwargs)

    def tag_resource(self, params: Params) -> Answer:
        """Add tags to a resource, or give those that it has another value."""
        arn = self._tagged(params)
        check_tags(self.tagger.get_tag_dict_for_resource(arn) | tag_pairs(params))
        self.tagger.tag_resource(arn, params["Tags"])
        return self._shown_at_the_firewall(arn)

    def untag_resource(self, params: Params) -> Answer:
        """Remove tags by key; keys that are not there do not matter."""
        arn = self._tagged(params)
        self.tagger.untag_resource_using_names(arn, params["TagKeys"])
        return self._shown_at_the_firewall(arn)

    def list_tags_for_resource(self, params: Params) -> Answer:
        """A resource's tags in pages, by key."""
        tags = {tag["Key"]: tag for tag in self.tags_of(self._tagged(params))}
        shown, token = page(tags, params)
        return without_nothing({"Tags": shown, "NextToken": token})

    def _tagged(self, params: Params) -> str:
        arn: str = params["ResourceArn"]
        if not any(
            arn in kind
            for kind in (
                self.rule_groups,
                self.firewall_policies,
                self.next_policies,
                self.firewalls,
            )
        ):
            raise ResourceNotFoundError
        return arn

    def _shown_at_the_firewall(self, arn: str) -> Answer:
        """Follow moto's way: its firewalls keep a copy of their tags."""
        if arn in self.firewalls:
            self.firewalls[arn].tags = self.tags_of(arn)
        return {}
