"""The two kinds of firewall policy, and what each of them takes.

[api] the botocore service model of network-firewall (1.44.8); [guide] the AWS developer guide,
November 2026. Of a Next Generation policy only the 50,000 are documented: the largest rule group
and the number of rule groups are taken from the classic one, as nobody says that they are larger.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from rules_lib.facts.limits import POLICY_CAPACITY


class Target(StrEnum):
    """For which kind of policy rule groups are made; the kinds cannot share rule groups [guide]."""

    CLASSIC = "classic"
    NEXT_GENERATION = "next-generation"

    @property
    def policy_capacity(self) -> int:
        """Rules that one policy takes, 1 unit of capacity each."""
        return IPS_POLICY_CAPACITY if self is Target.NEXT_GENERATION else POLICY_CAPACITY

    @property
    def in_action_order(self) -> bool:
        """Whether rules are judged by their action, wherever they stand [guide]."""
        return self is Target.NEXT_GENERATION


def is_classic(target: Target) -> bool:
    """Whether the target is the default, of which files need not tell."""
    return target is Target.CLASSIC


NEEDED_BOTO3: Final = "1.44.0"
"""The first whose model has Next Generation policies [api]."""

IPS_POLICY_CAPACITY: Final = 50_000
"""Rules in the IPS engine of one Next Generation policy, apart from its firewall engine [guide]."""
