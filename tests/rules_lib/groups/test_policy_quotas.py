"""What policies have left for our groups, in numbers and in words."""

from __future__ import annotations

from typing import Any

import pytest

from rules_lib.groups.policy_quotas import PolicyQuotas, PolicyRemainder

FEW = "4 of 20 rule groups and 800 of 30,000 capacity are left"
NOTHING = "0 of 20 rule groups and 0 of 30,000 capacity are left"
ONE = "1 group that is not ours"


def left(others: int, managed: int, reserved: int, **room: Any) -> PolicyRemainder:
    """A policy with so many groups of others that reserve so much."""
    return PolicyRemainder("live", PolicyQuotas(**room), others, managed, reserved)


@pytest.mark.parametrize(
    ("found", "words"),
    [
        (left(0, 0, 0), "20 of 20 rule groups and 30,000 of 30,000 capacity are left"),
        (left(16, 16, 29_200), f"{FEW} beside 16 managed groups"),
        (left(16, 15, 29_200), f"{FEW} beside 16 groups that are not ours (15 managed)"),
        (left(16, 0, 29_200), f"{FEW} beside 16 groups that are not ours"),
        (left(1, 0, 29_200, rule_groups=5), f"{FEW.replace('20', '5')} beside {ONE}"),
        (left(21, 21, 30_001), f"{NOTHING} beside 21 managed groups"),
    ],
)
def test_what_is_left_is_told_with_what_it_stands_beside(
    found: PolicyRemainder, words: str
) -> None:
    """AWS's groups by that word, others as what they are."""
    assert found.words == words


def test_advice_is_what_fits() -> None:
    """And beside AWS's groups the file that was made for it."""
    beside = left(16, 15, 29_200).advice
    assert beside == (
        "set firewall: {rule_groups: 4, capacity: 800}, or use "
        "config/categories-beside-aws-managed.yaml"
    )
    assert left(2, 0, 100).advice == "set firewall: {rule_groups: 18, capacity: 29900}"


@pytest.mark.parametrize("found", [left(18, 18, 100), left(16, 16, 29_301)])
def test_file_is_not_offered_where_it_does_not_fit(found: PolicyRemainder) -> None:
    """It asks for 3 groups and 700."""
    assert "categories-beside" not in found.advice


@pytest.mark.parametrize("found", [left(20, 20, 100), left(21, 20, 40_000)])
def test_policy_without_a_slot_needs_one(found: PolicyRemainder) -> None:
    """Their number cannot be raised."""
    assert found.advice == "take groups out of the policy"


def test_full_policy_may_be_one_that_aws_has_raised() -> None:
    """Which the service does not tell; the allowlist does."""
    assert left(16, 16, 31_000).advice.endswith("set firewall: {policy_capacity: 50000}")
    raised = left(16, 16, 31_000, capacity=50_000)
    assert raised.capacity == 19_000


def test_record_has_the_numbers() -> None:
    """For other programs."""
    assert left(16, 15, 29_200).record == {
        "policy": "live",
        "rule_groups": 4,
        "capacity": 800,
        "takes": {"rule_groups": 20, "capacity": 30_000},
        "others": {"rule_groups": 16, "managed": 15, "capacity": 29_200},
    }
