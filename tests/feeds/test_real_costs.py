"""What turning categories of a real release on would cost, against whole builds."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.inputs import read_once
from support.releases import SHIPPED
from support.samples import one_in
from support.stories import Trial

from rules_lib.allowlist import load_allowlist
from rules_lib.feed.archive import unpack

FITTING = ("emerging-chat", "emerging-hunting", "emerging-policy", "tor")
TOO_LARGE = ("emerging-dyn_dns", "emerging-info")


@pytest.fixture(scope="module")
def trial(releases: Path) -> Trial:
    """Read a release and the shipped allowlist."""
    files = unpack((releases / "composite-2026-03.tar.gz").read_bytes())
    known = [file.category for file in files]
    allowlist = load_allowlist(SHIPPED.read_bytes(), source="shipped", known=known)
    return Trial(read_once(files, allowlist.rules.on), allowlist)


@pytest.mark.feeds
def test_costs_of_real_categories_are_those_of_a_build(trial: Trial) -> None:
    """Those that fit to the last number; of the others what is left out."""
    fitting, too_large = one_in(2, FITTING, "fitting"), one_in(2, TOO_LARGE, "too large")
    before, costs = trial.built(), trial.costs(*fitting, *too_large)
    for name in fitting:
        assert costs[name] == trial.measured(name, before), name
    for name in too_large:
        found, wanted = costs[name], trial.measured(name, before)
        assert found.left_out == wanted.left_out > 0, name
        assert (found.rules, found.pushed_out) == (wanted.rules, wanted.pushed_out), name
