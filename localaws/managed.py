"""AWS's managed stateful rule groups, as far as a policy that refers to them needs them.

Their names are those that the developer guide lists (November 2026), each in either order. The
capacities are those that AWS's best practices name [2026]. Of the ten groups of signatures in its
getting-started policy only the sum is told, 13,200, and that of DoS: others share the rest. With
AttackInfrastructure, the four lists of domains and a group of 200 of one's own it comes to 29,200.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Final

from moto.core.utils import utcnow

from localaws.groups import DEFAULT_ORDER, STRICT_ORDER, RuleGroup

OWNER: Final = "aws-managed"
"""What stands for the account in a managed group's ARN."""

_SHARE: Final = 1_444  # of 13,000 among nine; the first has what is over
_SIGNATURES: Final = {
    "Botnet": 13_000 - 8 * _SHARE,
    **dict.fromkeys(("BotnetWeb", "EmergingEvents", "Exploits", "IOC", "Malware"), _SHARE),
    **dict.fromkeys(("MalwareCoinmining", "Scanners", "Suspect"), _SHARE),
    "DoS": 200,
    "BotnetWindows": 3_400,
    "FUP": _SHARE,  # of which nobody told
    "MalwareMobile": 4_000,
    "MalwareWeb": 3_300,
    "Phishing": 4_200,
    "WebAttacks": 1_400,
}
_OTHERS: Final = {
    "AbusedLegitBotNetCommandAndControlDomains": 200,
    "AbusedLegitMalwareDomains": 200,
    "AttackInfrastructure": 15_000,
    "BotNetCommandAndControlDomains": 200,
    "MalwareDomains": 200,
}
_ORDERS: Final = {"ActionOrder": DEFAULT_ORDER, "StrictOrder": STRICT_ORDER}


@cache
def managed_groups(partition: str, region: str) -> Mapping[str, RuleGroup]:
    """The groups of one region, by ARN; their rules are nobody's to see."""
    place = f"arn:{partition}:network-firewall:{region}:{OWNER}:stateful-rulegroup"
    signatures = {f"ThreatSignatures{name}": units for name, units in _SIGNATURES.items()}
    groups = (
        _group(f"{place}/{name}{suffix}", f"{name}{suffix}", order, units)
        for name, units in {**signatures, **_OTHERS}.items()
        for suffix, order in _ORDERS.items()
    )
    return {group.arn: group for group in groups}


def _group(arn: str, name: str, order: str, capacity: int) -> RuleGroup:
    return RuleGroup(
        arn=arn,
        name=name,
        id="",
        token="",
        capacity=capacity,
        consumed=capacity,
        content={
            "RulesSource": {"RulesString": ""},
            "StatefulRuleOptions": {"RuleOrder": order},
        },
        description=None,
        encryption=None,
        modified=utcnow(),
        managed=True,
    )
