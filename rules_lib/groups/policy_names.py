"""The names and ARNs by which people name firewall policies to us, of either kind."""

from __future__ import annotations

import re
from typing import Final

from rules_lib.facts.targets import Target
from rules_lib.redact import redact

EXPECTED: Final = (
    "names of firewall policies, or ARNs such as "
    "arn:aws:network-firewall:eu-west-1:111122223333:firewall-policy/prod, separated by commas"
)

_NAME: Final = re.compile(r"[A-Za-z0-9-]{1,128}")
POLICY_ARN_FORM: Final = (
    r"arn:aws[a-z-]*:network-firewall:[a-z0-9-]+:\d{12}:"
    r"[a-z0-9-]*policy[a-z0-9-]*/[a-zA-Z0-9/-]{1,200}"
)
"""The ARN of a policy as a pattern; the stack's FirewallPolicies has the same.

That of a classic policy says `firewall-policy/NAME`. That of a Next Generation policy is not
documented [November 2026], so whatever calls itself some policy is let through, and the service is
asked which kind it is.
"""

_ARN: Final = re.compile(POLICY_ARN_FORM, re.ASCII)
_KIND: Final = re.compile(
    r"arn:[a-z-]+:network-firewall:[a-z0-9-]*:\d*:([\w-]+)/[\w/-]{1,200}", re.ASCII
)
"""The ARN of any resource of the service: nothing in it is a secret that must not be told."""

_NAMES: Final = {Target.CLASSIC: "classic", Target.NEXT_GENERATION: "Next Generation"}


def named_policies(text: str) -> tuple[str, ...]:
    """The policies of a list with commas between, each of them once."""
    return tuple(dict.fromkeys(name for part in text.split(",") if (name := part.strip())))


def policy_name_problem(name: str) -> str:
    """What is wrong with a policy's name or ARN; empty where nothing is."""
    if _NAME.fullmatch(name) or _ARN.fullmatch(name):
        return ""
    kind = _KIND.fullmatch(name)
    if kind and "policy" not in kind[1]:
        return f"{name} is the ARN of a {kind[1]}, not of a firewall policy"
    return f"{redact(name)} is neither the name nor the ARN of a firewall policy"


def named(target: Target) -> str:
    """What a policy of this kind is called."""
    return _NAMES[target]


def of_the_other_kind(given: str, target: Target) -> str:
    """Say that a policy is of the kind that the allowlist's target is not for, and what to do."""
    [other] = (one for one in Target if one is not target)
    return (
        f"{given} is a {named(other)} policy, and the allowlist has firewall.target: {target}; "
        f"name a {named(target)} policy, or move the rule groups with "
        f"`rulesync move --to {other}` (docs/which-policy.md)"
    )
