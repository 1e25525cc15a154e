"""Firewall policies, as they are stored."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from localaws.groups import Stored

if TYPE_CHECKING:
    from localaws.groups import RuleGroup

Groups: TypeAlias = "Mapping[str, RuleGroup]"

REFERENCES: Final = "StatefulRuleGroupReferences"
IPS_ENTRIES: Final = "IpsRuleGroupEntries"


@dataclass(frozen=True, slots=True)
class FirewallPolicy(Stored):
    """One policy; `content` is its `FirewallPolicy`."""

    @property
    def group_arns(self) -> tuple[str, ...]:
        """The stateful rule groups that the policy uses, in the order of its text."""
        return referenced(self.content)


def referenced(content: Mapping[str, Any]) -> tuple[str, ...]:
    """The ARNs of the stateful rule groups that a `FirewallPolicy` structure refers to."""
    return tuple(reference["ResourceArn"] for reference in content.get(REFERENCES, ()))


def reserved_capacity(content: Mapping[str, Any], groups: Groups) -> int:
    """The units that a policy's groups reserve together, used or not."""
    return sum(groups[arn].capacity for arn in referenced(content))


@dataclass(frozen=True, slots=True)
class FirewallPolicyV2(Stored):
    """One policy; `content` is its `FirewallPolicyV2`."""

    @property
    def group_arns(self) -> tuple[str, ...]:
        """The rule groups of type IPS that the policy uses, in the order of its text."""
        return ips_referenced(self.content)


def ips_referenced(content: Mapping[str, Any]) -> tuple[str, ...]:
    """The ARNs of the rule groups that a `FirewallPolicyV2` structure refers to."""
    entries = content.get(IPS_ENTRIES, ())
    return tuple(entry["ResourceArn"] for entry in entries if "ResourceArn" in entry)
