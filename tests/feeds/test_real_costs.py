"""What turning categories of a real release on would cost, against whole builds."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.releases import COMPOSITE, shipped_from
from support.samples import one_in
from support.stories import Trial

FITTING = ("emerging-chat", "emerging-hunting", "emerging-policy", "tor")
TOO_LARGE = ("emerging-dyn_dns", "emerging-info")


@pytest.fixture(scope="module")
def trial(releases: Path) -> Trial:
    """Read a release and the shipped allowlist."""
    asked, _ = shipped_from(releases / COMPOSITE)
    return Trial(asked.ruleset, asked.allowlist)


@pytest.mark.feeds
def test_costs_of_real_categories_are_those_of_a_build(trial: Trial, releases: Path) -> None:
    """Those that fit to the last number; of the others what is left out."""
    fitting, too_large = one_in(4, FITTING, "fitting"), one_in(2, TOO_LARGE, "too large")
    (_, before), costs = shipped_from(releases / COMPOSITE), trial.costs(*fitting, *too_large)
    for name in fitting:
        assert costs[name] == trial.measured(name, before), name
    for name in too_large:
        found, wanted = costs[name], trial.measured(name, before)
        assert found.left_out == wanted.left_out > 0, name
        assert (found.rules, found.pushed_out) == (wanted.rules, wanted.pushed_out), name
