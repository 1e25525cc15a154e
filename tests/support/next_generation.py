"""A Next Generation policy on the embedded AWS, as its owner has it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from support.snapshot import backend

if TYPE_CHECKING:
    from support.account import Account

NEXT: Final = {"target": "next-generation"}
"""Under `firewall` in the allowlist."""

SECTION: Final[Any] = [
    {"Priority": 7, "InlineRuleGroup": {"RulesSource": {"RulesString": "accept all"}}}
]
"""A firewall section, which is its owner's affair."""


def inline(text: str) -> dict[str, Any]:
    """An entry of the IPS section that has its rules in line."""
    return {"InlineRuleGroup": {"RulesSource": {"RulesString": text}}}


def make_next(running: Account, name: str = "live", **content: Any) -> str:
    """Make a policy as somebody would in the console; give its ARN."""
    made = running.firewall.create_firewall_policy_v2(
        FirewallPolicyV2Name=name,
        Description="the owner's words",
        FirewallPolicyV2={
            "PolicyMode": "ENFORCE",
            "FirewallDefaultAction": "ACCEPT",
            **content,
        },
    )
    return str(made["FirewallPolicyV2Response"]["FirewallPolicyV2Arn"])


def next_policy(running: Account, name: str = "live") -> dict[str, Any]:
    """The policy as the service has it."""
    answer = running.firewall.describe_firewall_policy_v2(FirewallPolicyV2Name=name)
    return dict(answer["FirewallPolicyV2"])


def next_attached(name: str = "live") -> list[str]:
    """Names of the groups that a policy refers to, in the order of its text."""
    [policy] = [one for one in backend().next_policies.values() if one.name == name]
    return [arn.rpartition("/")[2] for arn in policy.group_arns]


def ips_texts() -> dict[str, str]:
    """The rules of every group of type IPS."""
    groups = [one for one in backend().rule_groups.values() if one.kind == "IPS"]
    return {one.name: one.content["RulesSource"]["RulesString"] for one in groups}
