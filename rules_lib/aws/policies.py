"""The calls on firewall policies; an update sends back all of a policy but what it changes.

The service replaces the whole of it: `unread` names what could not be sent back, and a policy that
has such is never updated.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from rules_lib.aws.calls import INVALID_TOKEN, NOT_FOUND, Calls
from rules_lib.aws.policyshapes import read_policy, shapes, sorted_references
from rules_lib.aws.shapes import PREFIX_TAG
from rules_lib.aws.whole import keep_body
from rules_lib.errors import FirewallError, StaleError
from rules_lib.facts.api import FORWARD_TO_STATEFUL, STRICT_ORDER
from rules_lib.groups.policy import GroupReference, Policy, would_lose
from rules_lib.groups.policy_names import ONLY_CLASSIC

if TYPE_CHECKING:
    from types_boto3_network_firewall import NetworkFirewallClient

_TOKENS: Final = 5  # as often as one update is tried again where only its token was stale
_NEW: Final = {
    "StatelessDefaultActions": [FORWARD_TO_STATEFUL],
    "StatelessFragmentDefaultActions": [FORWARD_TO_STATEFUL],
    "StatefulEngineOptions": {"RuleOrder": STRICT_ORDER},
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

    def __post_init__(self) -> None:
        """Have the client say all that the service says."""
        keep_body(self.client)

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
            if error.code != NOT_FOUND:
                raise
            if is_arn:
                raise _missing(given, error) from error
            return Policy(given)
        return read_policy(answer, self._taken)

    def switch(self, policy: Policy, references: Sequence[GroupReference]) -> None:
        """Have a policy refer to these groups and no others, in one call.

        Raises:
            StaleError: somebody changed the policy since it was read.
            FirewallError: also where an update would lose a part of it; then nothing is sent.
        """
        if not policy.arn:
            self._made(policy.name, references)
            return
        if policy.unread:
            raise FirewallError(
                "UpdateFirewallPolicy", policy.name, "NotSent", would_lose(policy.unread)
            )
        current = policy
        for _ in range(_TOKENS):
            try:
                self._update(current, references)
            except FirewallError as error:
                found = self.describe(policy.arn)
                if found.references == sorted_references(references):
                    return
                if error.code != INVALID_TOKEN:
                    raise
                if (found.document, found.unread) != (policy.document, policy.unread):
                    raise StaleError("UpdateFirewallPolicy", policy.name) from error
                current = found
            else:
                return
        raise StaleError("UpdateFirewallPolicy", policy.name)

    def _made(self, name: str, references: Sequence[GroupReference]) -> None:
        """Create the policy; that it is there, as when botocore asked twice, is as good."""
        try:
            self._create(name, references)
        except FirewallError as error:
            found = self.describe(name)
            if not found.arn:
                raise
            if found.references != sorted_references(references):
                raise StaleError("CreateFirewallPolicy", name) from error

    def _create(self, name: str, references: Sequence[GroupReference]) -> None:
        with self.calls.write("CreateFirewallPolicy", name):
            content: Any = {**_NEW, "StatefulRuleGroupReferences": shapes(references)}
            self.client.create_firewall_policy(
                FirewallPolicyName=name,
                FirewallPolicy=content,
                Description="Made by rulesync, which attaches its rule groups to it",
                Tags=[{"Key": PREFIX_TAG, "Value": self.prefix}],
            )

    def _update(self, policy: Policy, references: Sequence[GroupReference]) -> None:
        content: Any = {
            **policy.document["FirewallPolicy"],
            "StatefulRuleGroupReferences": shapes(references, policy.document),
        }
        rest = {name: value for name, value in policy.document.items() if name != "FirewallPolicy"}
        with self.calls.write("UpdateFirewallPolicy", policy.name):
            self.client.update_firewall_policy(
                FirewallPolicyArn=policy.arn,
                UpdateToken=policy.token,
                FirewallPolicy=content,
                **rest,
            )

    @property
    def _taken(self) -> frozenset[str]:
        """What an update takes."""
        model = self.client.meta.service_model.operation_model("UpdateFirewallPolicy")
        return frozenset(model.input_shape.members if model.input_shape else ())


def _missing(arn: str, error: FirewallError) -> FirewallError:
    """The service's answer, and what it may mean: a policy of the other kind."""
    return FirewallError(
        "DescribeFirewallPolicy",
        arn,
        error.code,
        f"{error.message.rstrip('.')}: there is no classic policy with this ARN; {ONLY_CLASSIC}",
    )
