"""What an account may have, and what AWS raises on request."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Quotas:
    """The adjustable quotas of one account and region, with the values of a fresh account.

    Attributes:
        firewalls: Firewalls in the account and region.
        rule_groups: Rule groups of each type in the account and region.
        policies: Firewall policies in the account and region.
        policy_rule_groups: Stateful rule groups that one policy refers to.
        policy_capacity: Capacity units that the stateful groups of one policy reserve together.
        ips_policy_capacity: Units that the IPS engine of one Next Generation policy takes; nobody
            says that AWS raises it.

    Raises:
        ValueError: A quota is no whole number, or below 1.

    Source: the quotas page of the AWS developer guide.
    """

    firewalls: int = 5
    rule_groups: int = 50
    policies: int = 20
    policy_rule_groups: int = 20
    policy_capacity: int = 30_000
    ips_policy_capacity: int = 50_000

    def __post_init__(self) -> None:
        for name in self.__slots__:
            value = getattr(self, name)
            if type(value) is not int or value < 1:
                raise ValueError(f"quota {name} is {value!r}; give a whole number from 1 on")
