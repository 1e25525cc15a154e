"""Next Generation policies: `FirewallPolicyV2`, with rule groups of type IPS by ARN or in line.

Their members are those of the service model (10 November 2026). What the service refuses in them is
unknown but for a few lines of the guide; here it is what it refuses in Classic policies. Where
Classic has no words, they are this package's own. The firewall section is kept as it is sent.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any, Final

from moto.core.utils import utcnow

from localaws.errors import InvalidOperationError, InvalidRequestError, LimitExceededError
from localaws.group_checks import consumed_capacity
from localaws.groups import IPS, RuleGroup
from localaws.limits import GROUP_CAPACITY, INLINE_BYTES, NEXT_GENERATION_GROUPS
from localaws.paging import page
from localaws.policies import IPS_ENTRIES, FirewallPolicyV2, ips_referenced
from localaws.resources import check_name_is_free, check_tags, check_token, find, new_id
from localaws.state import Answer, Params, State, tag_pairs, without_nothing

_KIND: Final = "FirewallPolicyV2"
_INLINE: Final = "InlineRuleGroup"


class NextGenerationActions(State):
    """Create, update, describe, delete and list Next Generation policies."""

    def create_firewall_policy_v2(self, params: Params) -> Answer:
        """Validate a policy and, unless it is a dry run, keep it."""
        arn = self.arn("firewall-policy-v2", params[f"{_KIND}Name"])
        check_name_is_free(self.next_policies, arn)
        self._check(params[_KIND])
        check_tags(tag_pairs(params))
        if len(self.next_policies) >= self.control.quotas.policies:
            raise LimitExceededError(
                f"limit exceeded, parameter: [{self.control.quotas.policies}], "
                "context: Next Generation firewall policies of the account"
            )
        policy = FirewallPolicyV2(
            arn=arn,
            name=params[f"{_KIND}Name"],
            id=new_id(),
            token=new_id(),
            content=params[_KIND],
            description=params.get("Description"),
            encryption=params.get("EncryptionConfiguration"),
            modified=utcnow(),
        )
        if not params.get("DryRun"):
            self.next_policies[arn] = policy
            self.tagger.tag_resource(arn, params.get("Tags"))
        return self._next_answer(policy)

    def update_firewall_policy_v2(self, params: Params) -> Answer:
        """Replace a policy's content, description and encryption in one step, given or not."""
        policy = self._find_next(params)
        check_token(policy.token, params)
        self._check(params[_KIND])
        changed = replace(
            policy,
            content=params[_KIND],
            description=params.get("Description"),
            encryption=params.get("EncryptionConfiguration"),
        )
        if not params.get("DryRun"):
            changed = replace(changed, token=new_id(), modified=utcnow())
            self.next_policies[policy.arn] = changed
        return self._next_answer(changed)

    def describe_firewall_policy_v2(self, params: Params) -> Answer:
        """Everything about a policy, its update token too."""
        policy = self._find_next(params)
        return self._next_answer(policy) | {_KIND: policy.content}

    def delete_firewall_policy_v2(self, params: Params) -> Answer:
        """Remove a policy that no firewall has; its groups lose an association."""
        policy = self._find_next(params)
        if self.firewalls_using(policy.arn):
            raise InvalidOperationError
        view = self._next_view(policy) | {f"{_KIND}Status": "DELETING"}
        del self.next_policies[policy.arn]
        self.tagger.delete_all_tags_for_resource(policy.arn)
        return {f"{_KIND}Response": view}

    def list_firewall_policies_v2(self, params: Params) -> Answer:
        """The account's policies of this kind in pages, by name."""
        policies = {policy.name: policy for policy in self.next_policies.values()}
        shown, token = page(policies, params)
        listed = [{"Name": policy.name, "Arn": policy.arn} for policy in shown]
        return without_nothing({"FirewallPoliciesV2": listed, "NextToken": token})

    def _find_next(self, params: Params) -> FirewallPolicyV2:
        return find(self.next_policies, _KIND, params)

    def _check(self, content: Mapping[str, Any]) -> None:
        for check in NEXT_CHECKS:
            if check.__name__ not in self.control.lenient:
                check(self, content)

    def consumed_in(self, entry: Mapping[str, Any]) -> int:
        """What the rules of an entry in line consume.

        Raises:
            InvalidRequestError: With the service's words about the first rule that is wrong.
        """
        content = {**entry[_INLINE], "Type": IPS}
        return consumed_capacity(content, GROUP_CAPACITY + 1, self.control)

    def _consumed_ips(self, content: Mapping[str, Any]) -> int:
        reserved = sum(self.rule_groups[arn].capacity for arn in ips_referenced(content))
        return reserved + sum(self.consumed_in(entry) for entry in _inline(content))

    def _next_answer(self, policy: FirewallPolicyV2) -> Answer:
        return {"UpdateToken": policy.token, f"{_KIND}Response": self._next_view(policy)}

    def _next_view(self, policy: FirewallPolicyV2) -> Answer:
        return without_nothing(
            {
                f"{_KIND}Name": policy.name,
                f"{_KIND}Arn": policy.arn,
                f"{_KIND}Id": policy.id,
                "Description": policy.description,
                f"{_KIND}Status": "ACTIVE",
                "Tags": self.tags_of(policy.arn),
                "ConsumedFirewallRuleCapacity": 0,
                "ConsumedIpsRuleCapacity": self._consumed_ips(policy.content),
                "NumberOfAssociations": self.firewalls_using(policy.arn),
                "EncryptionConfiguration": policy.encryption,
                "LastModifiedTime": policy.modified,
            }
        )


def entries_are_not_too_many(_: NextGenerationActions, content: Mapping[str, Any]) -> None:
    """The number of groups in one policy is held to that of Classic, as nobody says another."""
    if (count := len(content.get(IPS_ENTRIES, ()))) > NEXT_GENERATION_GROUPS:
        raise InvalidRequestError(
            f"{IPS_ENTRIES} limit exceeded, parameter: [{count}], context: {IPS_ENTRIES}"
        )


def entries_are_ips_groups(state: NextGenerationActions, content: Mapping[str, Any]) -> None:
    """Each entry has rules in line, or leads to a group of type IPS, and no two to the same."""
    for entry in content.get(IPS_ENTRIES, ()):
        if (_INLINE in entry) == ("ResourceArn" in entry):
            raise InvalidRequestError(
                f"{_INLINE}, ResourceArn must set exactly one of them, context: {IPS_ENTRIES}"
            )
    for arn, count in Counter(ips_referenced(content)).items():
        group: RuleGroup | None = state.rule_groups.get(arn)
        if group is None or group.kind != IPS or count > 1:
            raise InvalidRequestError(
                f"parameter is invalid, parameter: [{arn}], context: {IPS_ENTRIES}.ResourceArn"
            )


def inline_rules_are_within_limits(
    state: NextGenerationActions, content: Mapping[str, Any]
) -> None:
    """Rules in line are at most 30,000 and 5 MB together [guide]."""
    consumed = sum(state.consumed_in(entry) for entry in _inline(content))
    if consumed > GROUP_CAPACITY:
        raise InvalidRequestError(
            f"inline rules capacity exceeded, parameter: [{consumed}], context: {IPS_ENTRIES}"
        )
    texts = (entry[_INLINE]["RulesSource"].get("RulesString", "") for entry in _inline(content))
    if (size := sum(len(text.encode()) for text in texts)) > INLINE_BYTES:
        raise InvalidRequestError(
            f"inline rules exceed max size ({INLINE_BYTES} bytes), Size: {size}, "
            f"context: {IPS_ENTRIES}"
        )


def ips_capacity_is_kept(state: NextGenerationActions, content: Mapping[str, Any]) -> None:
    """What the groups reserve, and what is in line, is limited for the IPS engine [guide]."""
    groups = (state.rule_groups[arn].capacity for arn in ips_referenced(content))
    reserved = sum(groups) + sum(state.consumed_in(entry) for entry in _inline(content))
    if reserved > state.control.quotas.ips_policy_capacity:
        raise LimitExceededError(
            f"IpsRules capacity exceeded, parameter: [{reserved}], context: {IPS_ENTRIES}"
        )


def next_variables_are_home_net(_: NextGenerationActions, content: Mapping[str, Any]) -> None:
    """As a Classic policy, it sets HOME_NET and nothing else."""
    for name in content.get("PolicyVariables", {}).get("RuleVariables", {}):
        if name != "HOME_NET":
            raise InvalidRequestError(
                f"RuleVariables is invalid, parameter: [{name}], "
                f"context: PolicyVariables.RuleVariables.IPSet.{name}"
            )


def _inline(content: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    return (entry for entry in content.get(IPS_ENTRIES, ()) if _INLINE in entry)


NEXT_CHECKS: Final[tuple[Callable[[NextGenerationActions, Mapping[str, Any]], None], ...]] = (
    entries_are_not_too_many,
    entries_are_ips_groups,
    inline_rules_are_within_limits,
    ips_capacity_is_kept,
    next_variables_are_home_net,
)
