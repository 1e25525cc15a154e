"""What those who watch the faults allow, as the product says that it comes to this."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from support.faults.people import use_elsewhere
from support.faults.release import FIRST
from support.faults.scene import Scene
from support.faults.watch import sids_in
from support.faults.wire import Script
from support.feeds import rule
from support.snapshot import backend

from rules_lib.report.summary import Summary


@pytest.fixture(name="scene")
def _scene(tmp_path: Path) -> Iterator[Scene]:
    scene = Scene(tmp_path)
    scene.open()
    scene.fetch()
    scene.sync()
    yield scene
    scene.close()


@pytest.mark.parametrize("number", [0, 14])
def test_rules_that_move_into_a_full_group_are_left_out(scene: Scene, number: int) -> None:
    """Another policy uses it, before the sync or from its middle on: it cannot be replaced."""
    info, dns = FIRST["emerging-info"], FIRST["emerging-dns"]
    scene.release({**FIRST, "emerging-info": info[3:], "emerging-dns": (*dns, *info[:3])})
    scene.fetch()
    made = scene.sync(Script(deeds={number: lambda: scene.by_hand(use_elsewhere, 0)}))
    assert isinstance(made, Summary)
    assert made.discarded == {"over-budget": 2}
    assert scene.watch.problems == []


def test_rollback_while_a_sync_runs_takes_later_rules_away(scene: Scene) -> None:
    """The rollback does not end, and the sync puts the held build back, as it must."""
    scene.own_rules(f"{rule(802)}\n{rule(12, rev=99)}\n")
    scene.sync()
    (first, _) = scene.applied
    broken = Script(strikes={("CreateRuleGroup", 1): 126})  # any error that lasts
    scene.sync(Script(deeds={18: lambda: scene.rollback(first, broken)}))
    (policy,) = backend().firewall_policies.values()
    assert 802 not in sids_in(policy)
    assert scene.watch.problems == []
