"""Rule groups of type IPS and Next Generation policies: dry runs alone, nothing of them is kept.

Their members are those of the service model (10 November 2026). Nearly all that the service
refuses in them is unknown; here it is what it refuses in Classic groups, and what is documented.
The words are this package's own where Classic has none.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from localaws.errors import InvalidRequestError
from localaws.group_checks import check_capacity, consumed_capacity
from localaws.limits import GROUP_CAPACITY, NEXT_GENERATION_GROUPS
from localaws.resources import new_id
from localaws.state import Answer, Params, State

_ENTRIES: Final = "IpsRuleGroupEntries"


class NextGenerationActions(State):
    """Create, as far as a dry run goes."""

    def dry_run_of_ips_group(self, params: Params) -> Answer:
        """Validate a group of type IPS."""
        _dry_run_only(params)
        if "IpsRuleGroup" not in params:
            raise InvalidRequestError("IpsRuleGroup cannot be null, context: IpsRuleGroup")
        check_capacity(params["Capacity"])
        content = {**params["IpsRuleGroup"], "Type": "IPS"}
        consumed = consumed_capacity(content, params["Capacity"], self.control)
        name = params["RuleGroupName"]
        view = {
            "RuleGroupArn": self.arn("stateful-rulegroup", name),
            "RuleGroupName": name,
            "RuleGroupId": new_id(),
            "Type": "IPS",
            "Capacity": params["Capacity"],
            "RuleGroupStatus": "ACTIVE",
            "ConsumedCapacity": consumed,
        }
        return {"UpdateToken": new_id(), "RuleGroupResponse": view}

    def create_firewall_policy_v2(self, params: Params) -> Answer:
        """Validate a Next Generation policy and the rules that stand in it."""
        _dry_run_only(params)
        self._check_entries(params["FirewallPolicyV2"].get(_ENTRIES, ()))
        name = params["FirewallPolicyV2Name"]
        view = {
            "FirewallPolicyV2Name": name,
            "FirewallPolicyV2Arn": self.arn("firewall-policy-v2", name),
            "FirewallPolicyV2Id": new_id(),
            "FirewallPolicyV2Status": "ACTIVE",
        }
        return {"UpdateToken": new_id(), "FirewallPolicyV2Response": view}

    def _check_entries(self, entries: Any) -> None:
        if len(entries) > NEXT_GENERATION_GROUPS:
            raise InvalidRequestError(
                f"{_ENTRIES} limit exceeded, parameter: [{len(entries)}], context: {_ENTRIES}"
            )
        consumed = sum(self._consumed(entry) for entry in entries)
        if consumed > GROUP_CAPACITY:
            raise InvalidRequestError(
                f"inline rules capacity exceeded, parameter: [{consumed}], context: {_ENTRIES}"
            )

    def _consumed(self, entry: Mapping[str, Any]) -> int:
        """What the rules in line consume; no group of type IPS is there to be referred to."""
        if "InlineRuleGroup" not in entry:
            raise InvalidRequestError(
                f"parameter is invalid, parameter: [{entry.get('ResourceArn')}], "
                f"context: {_ENTRIES}.ResourceArn"
            )
        content = {**entry["InlineRuleGroup"], "Type": "IPS"}
        return consumed_capacity(content, GROUP_CAPACITY + 1, self.control)


def _dry_run_only(params: Params) -> None:
    if not params.get("DryRun"):
        raise InvalidRequestError("this double keeps nothing of Next Generation: ask a dry run")
