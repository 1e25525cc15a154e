"""Firewall policies, as they are stored."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from localaws.groups import RuleGroup

if TYPE_CHECKING:
    from datetime import datetime

Groups = Mapping[str, RuleGroup]

REFERENCES: Final = "StatefulRuleGroupReferences"
IPS_ENTRIES: Final = "IpsRuleGroupEntries"


@dataclass(frozen=True, slots=True)
class FirewallPolicy:
    """One stored policy; `content` is its `FirewallPolicy` structure as it was sent."""

    arn: str
    name: str
    id: str
    token: str
    content: Mapping[str, Any]
    description: str | None
    encryption: Mapping[str, str] | None
    modified: datetime

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
class FirewallPolicyV2:
    """One stored policy; `content` is its `FirewallPolicyV2` structure as it was sent."""

    arn: str
    name: str
    id: str
    token: str
    content: Mapping[str, Any]
    description: str | None
    encryption: Mapping[str, str] | None
    modified: datetime

    @property
    def group_arns(self) -> tuple[str, ...]:
        """The rule groups of type IPS that the policy uses, in the order of its text."""
        return ips_referenced(self.content)


def ips_referenced(content: Mapping[str, Any]) -> tuple[str, ...]:
    """The ARNs of the rule groups that a `FirewallPolicyV2` structure refers to."""
    entries = content.get(IPS_ENTRIES, ())
    return tuple(entry["ResourceArn"] for entry in entries if "ResourceArn" in entry)
