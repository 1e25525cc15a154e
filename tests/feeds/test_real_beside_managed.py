"""The file for policies that AWS's managed groups fill, on real releases: it fits, with room."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Final

import pytest
import yaml
from support.releases import COMPOSITE, OURS, PublishedGroup, built_from, files_of, run
from support.samples import THOROUGH

from rules_lib.groups.policy_quotas import BESIDE_CAPACITY, BESIDE_RULE_GROUPS

pytestmark = pytest.mark.feeds

FILE: Final = OURS["beside"]
RELEASES: Final = ("2024-04-19.tar.gz", *["2025-08-04.tar.gz", COMPOSITE] * THOROUGH)
"""Those that are synced."""


@pytest.mark.parametrize("release", RELEASES)
def test_release_fits_and_loses_nothing(releases: Path, tmp_path: Path, release: str) -> None:
    """In 3 groups and 700 units with the headroom; no rule is discarded, none is brought in."""
    [found] = run(tmp_path, FILE, releases / release)
    assert fits(PublishedGroup.of_sync(found))
    assert found.summary["discarded"] == {}
    assert found.summary["rules"]["setters_added"] == 0
    assert not [line for line in found.summary["warnings"] if "not in the allowlist" in line]


def fits(groups: tuple[PublishedGroup, ...]) -> bool:
    """Whether groups have the room that AWS's leave, and room to grow."""
    return (
        len(groups) <= BESIDE_RULE_GROUPS
        and sum(group.capacity for group in groups) <= BESIDE_CAPACITY
        and all(group.capacity * 10 >= len(group.rules) * 11 for group in groups)
    )


def test_composite_comes_to_the_numbers_that_the_page_tells(releases: Path) -> None:
    """586 rules of ten categories, 64 of which drop, and they fit."""
    built = built_from(releases / COMPOSITE, "beside")
    groups = PublishedGroup.of_build(built)
    assert fits(groups)
    assert built.discarded == ()
    assert not any(rule.setter for rule in built.kept)
    assert len(built.kept) == 586
    assert Counter(rule.action for rule in built.kept) == {"alert": 522, "drop": 64}
    assert sum(group.capacity for group in groups) == 646
    drops = [rule for group in groups for rule in group.rules if rule.action == "drop"]
    assert all("$HOME_NET" in rule.header for rule in drops)
    listed = yaml.safe_load(FILE.read_text())["categories"]
    assert {file.category for file in files_of(releases / COMPOSITE)} <= listed.keys()
