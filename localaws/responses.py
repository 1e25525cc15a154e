"""The actions as moto finds them: a method each, by the action's name in snake case."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from moto.core.responses import ActionResult
from moto.networkfirewall import responses as moto_responses
from moto.networkfirewall.models import networkfirewall_backends

from localaws.constraints import check_request
from localaws.errors import InvalidRequestError, NetworkFirewallError
from localaws.faults import Call
from localaws.models import NetworkFirewallBackend
from localaws.unmodelled import laid_over

if TYPE_CHECKING:
    from collections.abc import Mapping

    from moto.core.common_types import TYPE_RESPONSE

_NAMES = ("RuleGroupName", "FirewallPolicyName", "FirewallPolicyV2Name", "FirewallName")
_ARNS = (
    *("RuleGroupArn", "FirewallPolicyArn", "FirewallPolicyV2Arn"),
    *("FirewallArn", "ResourceArn"),
)
_REFUSED = 400


class NetworkFirewallResponse(moto_responses.NetworkFirewallResponse):
    """moto's firewalls, with rule groups, policies and tags; every call is recorded."""

    @property
    def backend(self) -> NetworkFirewallBackend:
        """The backend of the request's account and region."""
        found = networkfirewall_backends[self.current_account][self.region]
        assert isinstance(found, NetworkFirewallBackend)  # noqa: S101  # narrows moto's type
        return found

    def _get_action(self) -> str:
        """The action of the header: moto would prefer `&Action=…` from the text of a rule."""
        return str(self.headers["X-Amz-Target"]).rpartition(".")[2]

    def call_action(self) -> TYPE_RESPONSE:
        """Answer one call, in the way that a fault orders if there is one for it."""
        control = self.backend.control
        call = requested_call(self._get_action(), self.params)
        with control.lock:
            fault = control.strike(call)
            if fault and not fault.carried_out:
                answer = self._refused(fault.error())
            else:
                answer = laid_over(call, self._checked(), control.unmodelled)
            if fault and fault.carried_out and answer[0] < _REFUSED:
                answer = self._refused(fault.error())
            control.calls.append(replace(call, error=error_code(answer)))
        return answer

    def _checked(self) -> TYPE_RESPONSE:
        try:
            check_request(self._get_action(), self.params)
        except InvalidRequestError as error:
            return self._refused(error)
        return super().call_action()

    def _refused(self, error: NetworkFirewallError) -> TYPE_RESPONSE:
        body = json.dumps({"__type": error.code, "Message": error.message})
        headers = self.response_headers | {"Content-Type": "application/x-amz-json-1.0"}
        return error.status, *self._enrich_response(headers, body)

    def create_rule_group(self) -> ActionResult:
        """CreateRuleGroup."""
        return ActionResult(self.backend.create_rule_group(self.params))

    def update_rule_group(self) -> ActionResult:
        """UpdateRuleGroup."""
        return ActionResult(self.backend.update_rule_group(self.params))

    def describe_rule_group(self) -> ActionResult:
        """DescribeRuleGroup."""
        return ActionResult(self.backend.describe_rule_group(self.params))

    def describe_rule_group_metadata(self) -> ActionResult:
        """DescribeRuleGroupMetadata."""
        return ActionResult(self.backend.describe_rule_group_metadata(self.params))

    def delete_rule_group(self) -> ActionResult:
        """DeleteRuleGroup."""
        return ActionResult(self.backend.delete_rule_group(self.params))

    def list_rule_groups(self) -> ActionResult:
        """ListRuleGroups."""
        return ActionResult(self.backend.list_rule_groups(self.params))

    def create_firewall_policy(self) -> ActionResult:
        """CreateFirewallPolicy."""
        return ActionResult(self.backend.create_firewall_policy(self.params))

    def update_firewall_policy(self) -> ActionResult:
        """UpdateFirewallPolicy."""
        return ActionResult(self.backend.update_firewall_policy(self.params))

    def describe_firewall_policy(self) -> ActionResult:
        """DescribeFirewallPolicy."""
        return ActionResult(self.backend.describe_firewall_policy(self.params))

    def delete_firewall_policy(self) -> ActionResult:
        """DeleteFirewallPolicy."""
        return ActionResult(self.backend.delete_firewall_policy(self.params))

    def list_firewall_policies(self) -> ActionResult:
        """ListFirewallPolicies."""
        return ActionResult(self.backend.list_firewall_policies(self.params))

    def create_firewall_policy_v2(self) -> ActionResult:
        """CreateFirewallPolicyV2."""
        return ActionResult(self.backend.create_firewall_policy_v2(self.params))

    def update_firewall_policy_v2(self) -> ActionResult:
        """UpdateFirewallPolicyV2."""
        return ActionResult(self.backend.update_firewall_policy_v2(self.params))

    def describe_firewall_policy_v2(self) -> ActionResult:
        """DescribeFirewallPolicyV2."""
        return ActionResult(self.backend.describe_firewall_policy_v2(self.params))

    def delete_firewall_policy_v2(self) -> ActionResult:
        """DeleteFirewallPolicyV2."""
        return ActionResult(self.backend.delete_firewall_policy_v2(self.params))

    def list_firewall_policies_v2(self) -> ActionResult:
        """ListFirewallPoliciesV2."""
        return ActionResult(self.backend.list_firewall_policies_v2(self.params))

    def associate_firewall_policy(self) -> ActionResult:
        """AssociateFirewallPolicy."""
        return ActionResult(self.backend.associate_firewall_policy(self.params))

    def tag_resource(self) -> ActionResult:
        """TagResource."""
        return ActionResult(self.backend.tag_resource(self.params))

    def untag_resource(self) -> ActionResult:
        """UntagResource."""
        return ActionResult(self.backend.untag_resource(self.params))

    def list_tags_for_resource(self) -> ActionResult:
        """ListTagsForResource."""
        return ActionResult(self.backend.list_tags_for_resource(self.params))


def requested_call(action: str, params: Mapping[str, Any]) -> Call:
    """What a request asks for, before it is answered."""
    names = [params[member] for member in _NAMES if member in params]
    names += [params[member].rpartition("/")[2] for member in _ARNS if member in params]
    return Call(action, bool(params.get("DryRun")), names[0] if names else None)


def error_code(answer: TYPE_RESPONSE) -> str | None:
    """The code that an answer carries, None where it is no error."""
    status, _, body = answer
    if status < _REFUSED:
        return None
    return str(json.loads(body)["__type"]).rpartition("#")[2]
