"""What rule groups reserve, and whether that is within the quotas."""

from __future__ import annotations

import pytest
from support.rules import allow

from rules_lib.facts import limits
from rules_lib.packing.budget import Budget

BUDGET = Budget.of(allow(firewall={"capacity": 100, "rule_groups": 3, "headroom": 0.1}).firewall)


def test_budget_is_what_the_allowlist_grants() -> None:
    """All three numbers of `firewall:`."""
    assert Budget(100, 3, 0.1) == BUDGET


@pytest.mark.parametrize(("rules", "capacity"), [(0, 0), (1, 2), (90, 99), (91, 101)])
def test_group_reserves_its_rules_and_the_headroom_rounded_up(rules: int, capacity: int) -> None:
    """As people reckon it: 90 and a tenth are 99, though floats make a little more of it."""
    assert BUDGET.reserved_for(rules) == capacity


def test_group_never_reserves_more_than_the_service_takes() -> None:
    """Headroom ends where the service does."""
    assert BUDGET.reserved_for(limits.GROUP_CAPACITY - 1) == limits.GROUP_CAPACITY


@pytest.mark.parametrize(
    ("capacity", "rule_groups", "fits"), [(100, 3, True), (101, 3, False), (100, 4, False)]
)
def test_both_quotas_count(capacity: int, rule_groups: int, *, fits: bool) -> None:
    """To the last rule, and to the last group."""
    assert BUDGET.has_room_for(capacity, rule_groups) is fits


def test_larger_budget_leaves_the_other_as_it_is() -> None:
    """What is not named stays, the headroom too."""
    assert BUDGET.plus(capacity=5) == Budget(105, 3, 0.1)
    assert BUDGET.plus(rule_groups=1) == Budget(100, 4, 0.1)
    assert Budget(100, 3, 0.1) == BUDGET
