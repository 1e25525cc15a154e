"""What the rule groups may reserve together, and what each of them reserves."""

from __future__ import annotations

import math
from bisect import bisect_right
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING, Self

from rules_lib.facts import limits

if TYPE_CHECKING:
    from rules_lib.allowlist import FirewallSettings


@dataclass(frozen=True, slots=True)
class Budget:
    """Quotas of the firewall, in units of capacity (1 a rule) and in rule groups.

    Attributes:
        capacity: of all groups together.
        rule_groups: how many there may be.
        headroom: share by which a new group is larger than its rules demand.
    """

    capacity: int
    rule_groups: int
    headroom: float

    @classmethod
    def of(cls, firewall: FirewallSettings) -> Self:
        """What the allowlist grants."""
        return cls(firewall.capacity, firewall.rule_groups, firewall.headroom)

    def reserved_for(self, rules: int) -> int:
        """The capacity that a new group for so many rules gets: with the headroom."""
        return min(_with_headroom(rules, self.headroom), limits.GROUP_CAPACITY)

    @property
    def largest(self) -> int:
        """How many rules the largest group can have that it has room for."""
        groups = range(limits.GROUP_CAPACITY + 1)
        return bisect_right(groups, self.capacity, key=self.reserved_for) - 1

    def least_for(self, rules: int, size: int = 0) -> int:
        """The least capacity that new groups for so many rules get, however these are parted.

        A group reserves the less for each rule the more it has, so full groups reserve least: if
        they can be as full as that, with rules that have `size` bytes at least.
        """
        most = min(limits.RULES_STRING_BYTES // max(size, 1), limits.GROUP_CAPACITY)
        if _with_headroom(most, self.headroom) <= limits.GROUP_CAPACITY:
            return _with_headroom(rules, self.headroom)
        full, rest = divmod(rules, limits.GROUP_CAPACITY)
        return full * limits.GROUP_CAPACITY + self.reserved_for(rest)

    def most_for(self, rules: int, rule_groups: int) -> int:
        """The most capacity that so many new groups for so many rules get: each is rounded up."""
        return _with_headroom(rules, self.headroom) + rule_groups

    def has_room_for(self, capacity: int, rule_groups: int) -> bool:
        """Whether so much is within both quotas."""
        return capacity <= self.capacity and rule_groups <= self.rule_groups

    def plus(self, *, capacity: int = 0, rule_groups: int = 0) -> Self:
        """A larger one."""
        return replace(
            self, capacity=self.capacity + capacity, rule_groups=self.rule_groups + rule_groups
        )


@lru_cache(maxsize=1024)
def _with_headroom(rules: int, headroom: float) -> int:
    """As people reckon it: 90 rules and a tenth are 99, which floats make 100."""
    return math.ceil(Decimal(rules) * (1 + Decimal(str(headroom))))
