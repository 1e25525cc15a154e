"""A firewall policy as the API gives it, read into our value; references as it takes them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from rules_lib.aws.whole import unread
from rules_lib.facts.api import STRICT_ORDER
from rules_lib.groups.policy import GroupReference, Health, Policy

if TYPE_CHECKING:
    from types_boto3_network_firewall.type_defs import DescribeFirewallPolicyResponseTypeDef

_CONTENT: Final = "FirewallPolicy"
_NAMING: Final = frozenset({"FirewallPolicyName", "FirewallPolicyArn", "UpdateToken", "DryRun"})
"""What an update takes to say which policy it means, and not what becomes of it."""
_SOUND: Final = frozenset({"ACTIVE", "UPDATING"})


def read_policy(answer: DescribeFirewallPolicyResponseTypeDef, taken: frozenset[str]) -> Policy:
    """Read a described policy.

    Args:
        answer: by a client that keeps the body (see `whole`).
        taken: names of what an update takes: of these the document is made, whatever they are.
    """
    about, content = answer["FirewallPolicyResponse"], answer["FirewallPolicy"]
    said: dict[str, Any] = {**about, **answer}
    document = {name: said[name] for name in sorted(taken - _NAMING) if name in said}
    return Policy(
        name=about["FirewallPolicyName"],
        arn=about["FirewallPolicyArn"],
        token=answer["UpdateToken"],
        strict=content.get("StatefulEngineOptions", {}).get("RuleOrder") == STRICT_ORDER,
        references=sorted_references(
            GroupReference(reference["ResourceArn"], reference.get("Priority", 0))
            for reference in content.get("StatefulRuleGroupReferences", [])
        ),
        consumed=about.get("ConsumedStatefulRuleCapacity", 0),
        document=MappingProxyType(document),
        unread=unread(answer),
        health=_health({**about}),
    )


def sorted_references(references: Iterable[GroupReference]) -> tuple[GroupReference, ...]:
    """By priority."""
    return tuple(sorted(references, key=lambda reference: (reference.priority, reference.arn)))


def shapes(
    references: Sequence[GroupReference], document: Mapping[str, Any] = MappingProxyType({})
) -> list[dict[str, Any]]:
    """References as the API takes them; a group that stays keeps what else was said of it."""
    before = document.get(_CONTENT, {}).get("StatefulRuleGroupReferences", [])
    known = {one["ResourceArn"]: one for one in before}
    return [
        {**known.get(one.arn, {}), "ResourceArn": one.arn, "Priority": one.priority}
        for one in sorted_references(references)
    ]


def _health(about: Mapping[str, Any]) -> Health:
    """A status that is neither ACTIVE nor UPDATING, and configuration errors [api, 1.44.8].

    A policy may be active and have errors, as where a rule group uses a keyword that needs what the
    policy does not have; the service finds them after the call that caused them.
    """
    status = about.get("FirewallPolicyStatus", "ACTIVE")
    broken = status not in _SOUND
    words = [f"its status is {status}"] if broken else []
    if broken and (message := about.get("StatusMessage")):
        words.append(message)
    words += [": ".join(map(str, error.values())) for error in about.get("Errors", ())]
    return Health(broken, "; ".join(words))
