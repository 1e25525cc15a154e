"""The file for policies that AWS's managed groups fill, on real releases: it fits, with room."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import pytest
from support.releases import COMPOSITE, SHIPPED, rules_of, run
from support.results import Results
from support.samples import THOROUGH

from rules_lib.groups.policy_quotas import BESIDE_CAPACITY, BESIDE_RULE_GROUPS

pytestmark = pytest.mark.feeds

FILE: Final = SHIPPED.with_name("categories-beside-aws-managed.yaml")
RELEASES: Final = ("2024-04-19.tar.gz", "2025-08-04.tar.gz")
"""Beside the composite."""


@pytest.mark.parametrize("release", RELEASES if THOROUGH else RELEASES[:1])
def test_release_fits_and_loses_nothing(releases: Path, tmp_path: Path, release: str) -> None:
    """In 3 groups and 700 units with the headroom; no rule is discarded, none is brought in."""
    fits(next(run(tmp_path, FILE, releases / release)))


def fits(found: Results) -> None:
    """Hold what a sync came to against the room that AWS's groups leave."""
    groups = found.summary["rule_groups"]
    assert len(groups) <= BESIDE_RULE_GROUPS
    assert sum(group["capacity"] for group in groups) <= BESIDE_CAPACITY
    assert found.summary["discarded"] == {}
    assert found.summary["rules"]["setters_added"] == 0
    for group in groups:
        assert group["capacity"] * 10 >= group["rules"] * 11
    assert not [line for line in found.summary["warnings"] if "not in the allowlist" in line]


def test_composite_comes_to_the_numbers_that_the_page_tells(releases: Path, tmp_path: Path) -> None:
    """586 rules of ten categories, 64 of which drop, and they fit."""
    [found] = run(tmp_path, FILE, releases / COMPOSITE)
    fits(found)
    assert found.summary["rules"]["kept"] == 586
    assert found.summary["actions"] == {"alert": 522, "drop": 64}
    assert sum(group["capacity"] for group in found.summary["rule_groups"]) == 646
    drops = [
        one for text in found.groups.values() for one in rules_of(text) if one.action == "drop"
    ]
    assert all("$HOME_NET" in rule.header for rule in drops)
