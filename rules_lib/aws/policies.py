"""The calls on firewall policies; an update sends back all of a policy but what it changes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from rules_lib.aws.calls import INVALID_TOKEN, NOT_FOUND, Calls
from rules_lib.aws.shapes import PREFIX_TAG
from rules_lib.errors import FirewallError, StaleError
from rules_lib.policy import Policy, Reference

if TYPE_CHECKING:
    from types_boto3_network_firewall import NetworkFirewallClient
    from types_boto3_network_firewall.type_defs import DescribeFirewallPolicyResponseTypeDef

_STRICT: Final = "STRICT_ORDER"
_TOKENS: Final = 5  # as often as one update is tried again where only its token was stale
_NEW: Final = {
    "StatelessDefaultActions": ["aws:forward_to_sfe"],
    "StatelessFragmentDefaultActions": ["aws:forward_to_sfe"],
    "StatefulEngineOptions": {"RuleOrder": _STRICT},
    "StatefulDefaultActions": ["aws:alert_established_app_layer_to_server"],
}
"""The policy that is made where the named one does not exist, with the same default action as that
of `template.yaml`: it says what no rule matched, and drops nothing. AWS recommends it beside its
drop twin [best practices, 2026], which would block all that no `pass` rule allows."""


@dataclass(frozen=True, slots=True)
class PolicyCalls:
    """Each method raises `FirewallError` where a call failed."""

    client: NetworkFirewallClient
    prefix: str
    calls: Calls

    def describe(self, given: str) -> Policy:
        """Read a policy by name or ARN; one by a name that nobody has is yet to be made.

        Raises:
            FirewallError: also where an ARN was given, and there is no such policy.
        """
        is_arn = given.startswith("arn:")
        try:
            with self.calls.read("DescribeFirewallPolicy", given):
                if is_arn:
                    answer = self.client.describe_firewall_policy(FirewallPolicyArn=given)
                else:
                    answer = self.client.describe_firewall_policy(FirewallPolicyName=given)
        except FirewallError as error:
            if error.code != NOT_FOUND or is_arn:
                raise
            return Policy(given)
        return _policy(answer)

    def switch(self, policy: Policy, references: Sequence[Reference]) -> None:
        """Have a policy refer to these groups and no others, in one call.

        Raises:
            StaleError: somebody changed the policy since it was read.
        """
        if not policy.arn:
            self._made(policy.name, references)
            return
        current = policy
        for _ in range(_TOKENS):
            try:
                self._update(current, references)
            except FirewallError as error:
                found = self.describe(policy.arn)
                if found.references == _sorted(references):
                    return
                if error.code != INVALID_TOKEN:
                    raise
                if found.document != policy.document:
                    raise StaleError("UpdateFirewallPolicy", policy.name) from error
                current = found
            else:
                return
        raise StaleError("UpdateFirewallPolicy", policy.name)

    def _made(self, name: str, references: Sequence[Reference]) -> None:
        """Create the policy; that it is there, as when botocore asked twice, is as good."""
        try:
            self._create(name, references)
        except FirewallError as error:
            found = self.describe(name)
            if not found.arn:
                raise
            if found.references != _sorted(references):
                raise StaleError("CreateFirewallPolicy", name) from error

    def _create(self, name: str, references: Sequence[Reference]) -> None:
        with self.calls.write("CreateFirewallPolicy", name):
            content: Any = {**_NEW, "StatefulRuleGroupReferences": _shapes(references)}
            self.client.create_firewall_policy(
                FirewallPolicyName=name,
                FirewallPolicy=content,
                Description="Made by rulesync, which attaches its rule groups to it",
                Tags=[{"Key": PREFIX_TAG, "Value": self.prefix}],
            )

    def _update(self, policy: Policy, references: Sequence[Reference]) -> None:
        content: Any = {
            **policy.document["FirewallPolicy"],
            "StatefulRuleGroupReferences": _shapes(references, policy.document),
        }
        rest = {name: value for name, value in policy.document.items() if name != "FirewallPolicy"}
        with self.calls.write("UpdateFirewallPolicy", policy.name):
            self.client.update_firewall_policy(
                FirewallPolicyArn=policy.arn,
                UpdateToken=policy.token,
                FirewallPolicy=content,
                **rest,
            )


def _policy(answer: DescribeFirewallPolicyResponseTypeDef) -> Policy:
    about, content = answer["FirewallPolicyResponse"], answer["FirewallPolicy"]
    document: dict[str, Any] = {"FirewallPolicy": content}
    for name in ("Description", "EncryptionConfiguration"):
        if name in about:
            document[name] = about[name]
    references = content.get("StatefulRuleGroupReferences", [])
    order = content.get("StatefulEngineOptions", {}).get("RuleOrder")
    return Policy(
        name=about["FirewallPolicyName"],
        arn=about["FirewallPolicyArn"],
        token=answer["UpdateToken"],
        strict=order == _STRICT,
        references=_sorted(
            Reference(reference["ResourceArn"], reference.get("Priority", 0))
            for reference in references
        ),
        consumed=about.get("ConsumedStatefulRuleCapacity", 0),
        document=MappingProxyType(document),
    )


def _sorted(references: Any) -> tuple[Reference, ...]:
    return tuple(sorted(references, key=lambda reference: (reference.priority, reference.arn)))


def _shapes(
    references: Sequence[Reference], document: Any = MappingProxyType({})
) -> list[dict[str, Any]]:
    """References as the API takes them; those that stay keep what else was said of them."""
    before = document.get("FirewallPolicy", {}).get("StatefulRuleGroupReferences", [])
    known = {(one["ResourceArn"], one.get("Priority")): one for one in before}
    return [
        known.get((one.arn, one.priority), {"ResourceArn": one.arn, "Priority": one.priority})
        for one in _sorted(references)
    ]
