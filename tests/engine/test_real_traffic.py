"""ET Open on real captures: a whole release, every category on, in either mode and by a script.

The rules of all categories together are loaded as the feed ships them, at some 5 seconds of one
core. In alert and drop mode those are loaded that act on the captures or work with others, and one
in ten of the rest; of what a script makes, those that act or only mark. With THOROUGH=1 all are.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from support.engine.proof import (
    Outcome,
    differences,
    naive,
    only,
    outcome,
    published,
    tried,
)
from support.samples import THOROUGH

if TYPE_CHECKING:
    from support.engine.proof import Loaded

    from rules_lib.build import Built

pytestmark = [pytest.mark.engine, pytest.mark.feeds]


@pytest.fixture(scope="module")
def captures(releases: Path) -> Path:
    """The folder of captures beside the releases."""
    folder = releases.parent / "pcaps"
    if not folder.is_dir():
        pytest.skip(f"the real captures are not in {folder}")
    return folder


@pytest.fixture(scope="module")
def alert(fed: Loaded) -> Built:
    """Everything in alert mode."""
    return fed.built


@pytest.fixture(scope="module")
def drop(all_drop: Loaded) -> Built:
    """Everything in drop mode."""
    return all_drop.built


@pytest.fixture(scope="module")
def before(fed: Loaded, captures: Path) -> Outcome:
    """What the source rules do, those that were kept."""
    return fed.on(captures)


@pytest.fixture(scope="module")
def in_drop_mode(all_drop: Loaded, captures: Path) -> Outcome:
    """What the groups do in drop mode."""
    return all_drop.on(captures)


def test_alert_mode_raises_exactly_the_alerts_of_the_source_rules(
    before: Outcome, alert: Built, captures: Path
) -> None:
    """On every capture, with the same packet."""
    found = outcome(tried(alert, before, "alert"), captures)
    assert differences(before, found, alert) == ()
    assert not found.dropped
    assert len(found.captures) == len(list(captures.rglob("*.pcap"))) > 30
    assert found.alerts == before.alerts > 50


def test_drop_mode_drops_exactly_the_flows_that_a_rule_alerts_on(
    before: Outcome, drop: Built, in_drop_mode: Outcome
) -> None:
    """With the packet of the first alert, and every one of them with a log."""
    assert differences(before, in_drop_mode, drop) == ()
    assert len(in_drop_mode.dropped) > 12
    assert all(seen.logged for seen in in_drop_mode.dropped.values())


def test_quiet_captures_stay_quiet(in_drop_mode: Outcome) -> None:
    """Nothing is raised on ordinary traffic, and nothing dropped."""
    quiet = [one for one in in_drop_mode.captures if one.name.startswith("quiet/")]
    assert len(quiet) > 10
    assert [one.name for one in quiet if not one.quiet] == []


def test_captures_that_act_raise_something(before: Outcome, in_drop_mode: Outcome) -> None:
    """Those on which the source rules act, so that the silence of the others says something."""
    names = [one.name for one in before.captures if not one.quiet]
    assert [one.name for one in in_drop_mode.captures if not one.quiet] == names
    assert len(names) > 10


def test_simple_script_fails_the_same_comparison(
    before: Outcome, drop: Built, captures: Path
) -> None:
    """On real traffic as well: flows are cut without any log by rules that only mark."""
    marking = {rule.sid for rule in drop.kept if rule.rule.noalert}
    groups = published(drop) if THOROUGH else only(marking | before.acting, published(drop))
    found = outcome(naive(groups), captures)
    assert differences(before, found, drop) != ()
    unlogged = [seen.by for seen in found.dropped.values() if not seen.logged]
    assert unlogged
    assert set(unlogged) <= marking
