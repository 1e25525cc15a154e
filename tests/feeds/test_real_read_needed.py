"""A build of a real release comes to the same, whether its off rules are read in full or not."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.inputs import inputs
from support.releases import files_of, shipped_from
from support.samples import THOROUGH

from rules_lib.build import build
from rules_lib.gc_pause import without_cyclic_gc
from rules_lib.model import SidOnly
from rules_lib.stages.read_needed import read_needed

RELEASES = ("composite-2026-03", "2024-03-26", "2025-08-04")


@pytest.mark.feeds
@pytest.mark.parametrize("name", RELEASES if THOROUGH else RELEASES[:1])
def test_build_of_a_release_comes_to_the_same(releases: Path, name: str) -> None:
    """With the shipped file, whose off categories are a third of the rules."""
    archive = releases / f"{name}.tar.gz"
    whole, theirs = shipped_from(archive)
    with without_cyclic_gc():
        seen = read_needed(files_of(archive), whole.allowlist)
        ours = build(inputs(seen, whole.allowlist))
    assert ours.groups == theirs.groups
    assert ours.discarded == theirs.discarded
    assert [(rule.place, rule.sid) for rule in ours.off] == [
        (rule.place, rule.sid) for rule in theirs.off
    ]
    assert sum(isinstance(rule, SidOnly) for rule in ours.off) > 0.6 * len(ours.off)
