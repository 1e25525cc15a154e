"""AWS's managed stateful rule groups, as far as a policy that refers to them needs them.

Their names are those that the developer guide lists (November 2026), each in either order. The 16
groups of threat signatures take 29,200 units of a policy together [best practices, 2026]; here
each takes an equal share, and the others, of which nobody told us, as much.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from moto.core.utils import utcnow

from localaws.groups import DEFAULT_ORDER, STRICT_ORDER, RuleGroup

OWNER: Final = "aws-managed"
"""What stands for the account in a managed group's ARN."""

_SIGNATURES: Final = (
    *("Botnet", "BotnetWeb", "BotnetWindows", "DoS", "EmergingEvents", "Exploits", "FUP", "IOC"),
    *("Malware", "MalwareCoinMining", "MalwareMobile", "MalwareWeb", "Phishing", "Scanners"),
    *("Suspect", "WebAttacks"),
)
_OTHERS: Final = (
    *("AbusedLegitBotNetCommandAndControlDomains", "AbusedLegitMalwareDomains"),
    *("AttackInfrastructure", "BotNetCommandAndControlDomains", "MalwareDomains"),
)
_ORDERS: Final = {"ActionOrder": DEFAULT_ORDER, "StrictOrder": STRICT_ORDER}
_CAPACITY: Final = 29_200 // len(_SIGNATURES)


def managed_groups(partition: str, region: str) -> Mapping[str, RuleGroup]:
    """The groups of one region, by ARN; their rules are nobody's to see."""
    place = f"arn:{partition}:network-firewall:{region}:{OWNER}:stateful-rulegroup"
    names = (*(f"ThreatSignatures{name}" for name in _SIGNATURES), *_OTHERS)
    groups = (
        _group(f"{place}/{name}{suffix}", f"{name}{suffix}", order)
        for name in names
        for suffix, order in _ORDERS.items()
    )
    return {group.arn: group for group in groups}


def _group(arn: str, name: str, order: str) -> RuleGroup:
    return RuleGroup(
        arn=arn,
        name=name,
        id="",
        token="",
        capacity=_CAPACITY,
        consumed=_CAPACITY,
        content={
            "RulesSource": {"RulesString": ""},
            "StatefulRuleOptions": {"RuleOrder": order},
        },
        description=None,
        encryption=None,
        modified=utcnow(),
        managed=True,
    )
