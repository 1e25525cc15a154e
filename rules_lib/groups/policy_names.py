"""The names and ARNs by which people name firewall policies to us: classic ones alone."""

from __future__ import annotations

import re
from typing import Final

from rules_lib.redact import redact

ONLY_CLASSIC: Final = (
    "rulesync attaches only to classic policies in strict order, not to a Next Generation policy "
    "(FirewallPolicyV2)"
)

EXPECTED: Final = (
    "names of firewall policies, or ARNs such as "
    "arn:aws:network-firewall:eu-west-1:111122223333:firewall-policy/prod, separated by commas"
)

_NAME: Final = re.compile(r"[A-Za-z0-9-]{1,128}")
CLASSIC_ARN_FORM: Final = (
    r"arn:aws[a-z-]*:network-firewall:[a-z0-9-]+:\d{12}:firewall-policy/[a-zA-Z0-9-]{1,128}"
)
"""The ARN of a classic policy as a pattern; the stack's FirewallPolicies has the same."""

_ARN: Final = re.compile(CLASSIC_ARN_FORM, re.ASCII)
_KIND: Final = re.compile(
    r"arn:[a-z-]+:network-firewall:[a-z0-9-]*:\d*:([\w-]+)/[\w/-]{1,200}", re.ASCII
)
"""The ARN of any resource of the service: nothing in it is a secret that must not be told."""


def named_policies(text: str) -> tuple[str, ...]:
    """The policies of a list with commas between, each of them once."""
    return tuple(dict.fromkeys(name for part in text.split(",") if (name := part.strip())))


def policy_name_problem(name: str) -> str:
    """What is wrong with a policy's name or ARN; empty where nothing is.

    What the ARN of a Next Generation policy looks like is not documented [November 2026]: so
    whatever is not a classic policy's is none.
    """
    if _NAME.fullmatch(name) or _ARN.fullmatch(name):
        return ""
    kind = _KIND.fullmatch(name)
    if kind and kind[1] != "firewall-policy":
        return f"{name} is the ARN of a {kind[1]}: {ONLY_CLASSIC}"
    return f"{redact(name)} is neither the name nor the ARN of a firewall policy"
