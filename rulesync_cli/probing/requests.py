"""The requests of the table: what a rule group or a policy needs beside what is asked about."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from rules_lib.facts.api import FORWARD_TO_STATEFUL, STATEFUL, STRICT_ORDER

FORWARD: Final[Mapping[str, Any]] = {
    "StatelessDefaultActions": [FORWARD_TO_STATEFUL],
    "StatelessFragmentDefaultActions": [FORWARD_TO_STATEFUL],
}
HEADER: Final = "tcp any any -> any any"


def rule(options: str = "", sid: int = 1, header: str = HEADER, action: str = "alert") -> str:
    """A rule that is accepted, but for what is asked about."""
    return f'{action} {header} (msg:"rulesync probe"; {options}sid:{sid};)'


def padded(length: int, filling: str = "x", header: str = HEADER) -> str:
    """A rule of exactly so many characters, `filling` among them."""
    bare = f'alert {header} (msg:"{filling}"; sid:1;)'
    return bare.replace(filling, filling + "x" * (length - len(bare)), 1)


def text(rules: str | Sequence[str]) -> str:
    """The text of rules, a line each."""
    return rules if isinstance(rules, str) else "\n".join(rules)


def classic(
    rules: str | Sequence[str], capacity: int = 100, order: str = STRICT_ORDER, **more: Any
) -> dict[str, Any]:
    """A `CreateRuleGroup` of type STATEFUL; `more` goes into its `RuleGroup`."""
    content = {
        "RulesSource": {"RulesString": text(rules)},
        "StatefulRuleOptions": {"RuleOrder": order},
        **more,
    }
    return {"Type": STATEFUL, "Capacity": capacity, "RuleGroup": content}


def ips(rules: str | Sequence[str], capacity: int = 100, **more: Any) -> dict[str, Any]:
    """A `CreateRuleGroup` of type IPS; `more` goes into its `IpsRuleGroup`."""
    content = {"RulesSource": {"RulesString": text(rules)}, **more}
    return {"Type": "IPS", "Capacity": capacity, "IpsRuleGroup": content}


def variables(**sets: Sequence[str]) -> dict[str, Any]:
    """Address sets as a group declares them."""
    return {"IPSets": {name: {"Definition": list(values)} for name, values in sets.items()}}


def reference_sets(arns: Sequence[str]) -> dict[str, Any]:
    """Reference sets R0, R1 … as a group declares them."""
    return {"IPSetReferences": {f"R{at}": {"ReferenceArn": arn} for at, arn in enumerate(arns)}}


def policy_request(
    *groups: tuple[str, int | None], order: str = STRICT_ORDER, **more: Any
) -> dict[str, Any]:
    """A `CreateFirewallPolicy` that refers to groups by ARN and priority."""
    listed = [
        {"ResourceArn": arn, **({} if priority is None else {"Priority": priority})}
        for arn, priority in groups
    ]
    content = {**FORWARD, "StatefulEngineOptions": {"RuleOrder": order}, **more}
    if listed:
        content.setdefault("StatefulRuleGroupReferences", listed)
    return {"FirewallPolicy": content}


def next_generation(*groups: str, **more: Any) -> dict[str, Any]:
    """A `CreateFirewallPolicyV2` with the rules of each IPS group in line."""
    entries = [{"InlineRuleGroup": {"RulesSource": {"RulesString": rules}}} for rules in groups]
    content = {"FirewallDefaultAction": "ACCEPT", **more}
    if entries:
        content.setdefault("IpsRuleGroupEntries", entries)
    return {"FirewallPolicyV2": content}
