"""The calls on firewall policies; an update sends back all of a policy but what it changes.

The service replaces the whole of it: `unread` names what could not be sent back, and a policy that
has such is never updated. Classic and Next Generation policies have the same actions under names of
their own, and one of the other kind is told as such: it is neither missing nor to be made.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from botocore import xform_name

from rules_lib.aws.calls import (
    INVALID_REQUEST,
    INVALID_TOKEN,
    NOT_FOUND,
    UNKNOWN_CALL,
    Calls,
)
from rules_lib.aws.kinds import KINDS, knows_next_generation
from rules_lib.aws.policyshapes import Read, read_policy, shapes, sorted_references
from rules_lib.aws.policyshapes_v2 import entries, read_next_policy
from rules_lib.aws.shapes import PREFIX_TAG
from rules_lib.aws.whole import keep_body
from rules_lib.errors import FirewallError, StaleError, Trouble
from rules_lib.facts.api import ACCEPT_ACTION, FORWARD_TO_STATEFUL, MONITOR, STRICT_ORDER
from rules_lib.facts.targets import Target
from rules_lib.groups.policy import GroupReference, Policy, would_lose
from rules_lib.groups.policy_names import named, of_the_other_kind

_TOKENS: Final = 5  # as often as one update is tried again where only its token was stale
_NEW_CLASSIC: Final = {
    "StatelessDefaultActions": [FORWARD_TO_STATEFUL],
    "StatelessFragmentDefaultActions": [FORWARD_TO_STATEFUL],
    "StatefulEngineOptions": {"RuleOrder": STRICT_ORDER},
    "StatefulDefaultActions": ["aws:alert_established_app_layer_to_server"],
}
"""The policy that is made where the named one does not exist, with the same default action as that
of `template.yaml`: it says what no rule matched, and drops nothing. AWS recommends it beside its
drop twin [best practices, 2026], which would block all that no `pass` rule allows."""

_NEW_NEXT: Final = {"PolicyMode": MONITOR, "FirewallDefaultAction": ACCEPT_ACTION}
"""Likewise of the other kind: it lets all traffic on to the rules, and blocks nothing until people
set its mode."""

_NEW: Final[Mapping[Target, Mapping[str, Any]]] = {
    Target.CLASSIC: _NEW_CLASSIC,
    Target.NEXT_GENERATION: _NEW_NEXT,
}
_READ: Final[Mapping[Target, Read]] = {
    Target.CLASSIC: read_policy,
    Target.NEXT_GENERATION: read_next_policy,
}
_NO_SUCH: Final = UNKNOWN_CALL | {NOT_FOUND, INVALID_REQUEST}


@dataclass(frozen=True, slots=True)
class PolicyCalls:
    """Each method raises `FirewallError` where a call failed.

    Attributes:
        client: of a botocore whose model may know less than the service.
        target: the kind of the policies.
    """

    client: Any
    prefix: str
    calls: Calls
    target: Target = Target.CLASSIC

    def __post_init__(self) -> None:
        """Have the client say all that the service says."""
        keep_body(self.client)

    def describe(self, given: str) -> Policy:
        """Read a policy by name or ARN; one by a name that nobody has is yet to be made.

        Raises:
            FirewallError: also where it is of the other kind, or where an ARN was given, and there
                is no such policy.
        """
        try:
            answer = self._described(self._kind, given)
        except FirewallError as error:
            if error.code not in {NOT_FOUND, INVALID_REQUEST}:
                raise
            if self._is_of_the_other_kind(given):
                words = of_the_other_kind(given, self.target)
                raise FirewallError(f"Describe{self._kind}", given, error.code, words) from error
            if error.code != NOT_FOUND:
                raise
            if given.startswith("arn:"):
                raise self._missing(given, error) from error
            return Policy(given, target=self.target)
        return _READ[self.target](answer, self._taken)

    def switch(
        self,
        policy: Policy,
        references: Sequence[GroupReference],
        replaced: Mapping[str, str] | None = None,
    ) -> None:
        """Have a policy refer to these groups and no others, in one call.

        Args:
            policy: as it was read.
            references: what it is to refer to.
            replaced: ARN of a group that takes another's place -> the other's.

        Raises:
            StaleError: somebody changed the policy since it was read.
            FirewallError: also where an update would lose a part of it; then nothing is sent.
        """
        if not policy.arn:
            self._made(policy.name, references)
            return
        if policy.unread:
            raise FirewallError(
                f"Update{self._kind}", policy.name, "NotSent", would_lose(policy.unread)
            )
        current = policy
        for _ in range(_TOKENS):
            try:
                self._update(current, references, replaced or {})
            except FirewallError as error:
                found = self.describe(policy.arn)
                if found.references == sorted_references(references):
                    return
                if error.code != INVALID_TOKEN:
                    raise
                if (found.document, found.unread) != (policy.document, policy.unread):
                    raise StaleError(f"Update{self._kind}", policy.name) from error
                current = found
            else:
                return
        raise StaleError(f"Update{self._kind}", policy.name)

    def delete(self, policy: Policy) -> None:
        """Delete a policy, which the service refuses where a firewall has it."""
        with self.calls.write(f"Delete{self._kind}", policy.name):
            self._call(f"Delete{self._kind}")(**{f"{self._kind}Arn": policy.arn})

    @property
    def _kind(self) -> str:
        return KINDS[self.target].policy

    def _described(self, kind: str, given: str) -> Mapping[str, Any]:
        member = f"{kind}Arn" if given.startswith("arn:") else f"{kind}Name"
        with self.calls.read(f"Describe{kind}", given):
            answer: Mapping[str, Any] = self._call(f"Describe{kind}")(**{member: given})
        return answer

    def _is_of_the_other_kind(self, given: str) -> bool:
        """Whether there is such a policy, and firewall.target is for the other kind."""
        if not knows_next_generation(self.client):
            return False
        [other] = (KINDS[one].policy for one in Target if one is not self.target)
        try:
            self._described(other, given)
        except FirewallError as error:
            if error.code in _NO_SUCH or Trouble.DENIED in error.troubles:
                return False  # none, or none that this account or endpoint lets us see
            raise
        return True

    def _missing(self, arn: str, error: FirewallError) -> FirewallError:
        """The service's answer, and which kind of policy was looked for."""
        said = error.message.rstrip(".")
        words = f"{said}: there is no {named(self.target)} policy with this ARN"
        return FirewallError(f"Describe{self._kind}", arn, error.code, words)

    def _made(self, name: str, references: Sequence[GroupReference]) -> None:
        """Create the policy; that it is there, as when botocore asked twice, is as good."""
        try:
            self._create(name, references)
        except FirewallError as error:
            found = self.describe(name)
            if not found.arn:
                raise
            if found.references != sorted_references(references):
                raise StaleError(f"Create{self._kind}", name) from error

    def _create(self, name: str, references: Sequence[GroupReference]) -> None:
        content = {**_NEW[self.target], **self._referring(references, {}, {})}
        with self.calls.write(f"Create{self._kind}", name):
            self._call(f"Create{self._kind}")(
                **{f"{self._kind}Name": name, self._kind: content},
                Description="Made by rulesync, which attaches its rule groups to it",
                Tags=[{"Key": PREFIX_TAG, "Value": self.prefix}],
            )

    def _update(
        self, policy: Policy, references: Sequence[GroupReference], replaced: Mapping[str, str]
    ) -> None:
        content = {
            **policy.document[self._kind],
            **self._referring(references, policy.document[self._kind], replaced),
        }
        rest = {name: value for name, value in policy.document.items() if name != self._kind}
        with self.calls.write(f"Update{self._kind}", policy.name):
            self._call(f"Update{self._kind}")(
                **{f"{self._kind}Arn": policy.arn, self._kind: content},
                UpdateToken=policy.token,
                **rest,
            )

    def _referring(
        self,
        references: Sequence[GroupReference],
        content: Mapping[str, Any],
        replaced: Mapping[str, str],
    ) -> dict[str, Any]:
        """The member in which a policy of this kind refers to its groups."""
        if self.target is Target.CLASSIC:
            return {"StatefulRuleGroupReferences": shapes(references, content)}
        return {"IpsRuleGroupEntries": entries(references, content, replaced)}

    def _call(self, action: str) -> Any:
        return getattr(self.client, xform_name(action))

    @property
    def _taken(self) -> frozenset[str]:
        """What an update takes."""
        model = self.client.meta.service_model.operation_model(f"Update{self._kind}")
        return frozenset(model.input_shape.members)
