"""How many rule groups and how much capacity a policy takes, and what of it is left to us."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from rules_lib.facts import limits
from rules_lib.facts.targets import Target

BESIDE_MANAGED: Final = "config/categories-beside-aws-managed.yaml"
"""The allowlist that is shipped for policies that AWS's managed groups fill."""
BESIDE_RULE_GROUPS: Final = 3
BESIDE_CAPACITY: Final = 700
"""What that file asks for at most."""

_RAISED: Final = "have AWS raise its capacity and set firewall: {policy_capacity: 50000}"


@dataclass(frozen=True, slots=True)
class PolicyQuotas:
    """How many rule groups and how much capacity a policy takes.

    Attributes:
        target: the policy's kind.
    """

    rule_groups: int = limits.POLICY_RULE_GROUPS
    capacity: int = limits.POLICY_CAPACITY
    target: Target = Target.CLASSIC

    @property
    def raised(self) -> str:
        """What else helps where the capacity is used up: AWS raises a classic policy's alone."""
        return f", or {_RAISED}" if self.target is Target.CLASSIC else ""


@dataclass(frozen=True, slots=True)
class PolicyRemainder:
    """What a policy has left for our groups.

    Attributes:
        room: what it takes in all.
        others: how many groups are not ours.
        managed: how many of these are AWS's.
        reserved: capacity that these reserve.
    """

    policy: str
    room: PolicyQuotas
    others: int
    managed: int
    reserved: int

    @property
    def rule_groups(self) -> int:
        """So many of ours it takes; below 0 where it has more than it should take."""
        return self.room.rule_groups - self.others

    @property
    def capacity(self) -> int:
        """So much ours may reserve; below 0 where others reserve more than it should take."""
        return self.room.capacity - self.reserved

    @property
    def words(self) -> str:
        """What is left, and beside what."""
        return (
            f"{max(self.rule_groups, 0)} of {self.room.rule_groups} rule groups and "
            f"{max(self.capacity, 0):,} of {self.room.capacity:,} capacity are left{self._beside}"
        )

    @property
    def advice(self) -> str:
        """What to set so that our groups fit."""
        if self.rule_groups < 1:
            return "take groups out of the policy"
        if self.capacity < 1:
            return f"take groups out of the policy{self.room.raised}"
        fits = self.rule_groups >= BESIDE_RULE_GROUPS and self.capacity >= BESIDE_CAPACITY
        beside = self.managed and fits and self.room.target is Target.CLASSIC
        file = f", or use {BESIDE_MANAGED}" if beside else ""
        groups, capacity = self.rule_groups, self.capacity
        return f"set firewall: {{rule_groups: {groups}, capacity: {capacity}}}{file}"

    @property
    def record(self) -> dict[str, Any]:
        """For other programs."""
        return {
            "policy": self.policy,
            "rule_groups": self.rule_groups,
            "capacity": self.capacity,
            "takes": {"rule_groups": self.room.rule_groups, "capacity": self.room.capacity},
            "others": {
                "rule_groups": self.others,
                "managed": self.managed,
                "capacity": self.reserved,
            },
        }

    @property
    def _beside(self) -> str:
        if not self.others:
            return ""
        groups = "group" if self.others == 1 else "groups"
        if self.managed == self.others:
            return f" beside {self.others} managed {groups}"
        managed = f" ({self.managed} managed)" if self.managed else ""
        ours = "is" if self.others == 1 else "are"
        return f" beside {self.others} {groups} that {ours} not ours{managed}"
