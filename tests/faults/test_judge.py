"""What those who watch the faults allow, as the product says that it comes to this."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from support.faults.people import edit_group, use_elsewhere
from support.faults.release import FIRST, Spec
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


def test_full_group_may_let_go_of_a_rule_early(scene: Scene) -> None:
    """It cannot hold rule 11 beside those that come, and cannot be replaced."""
    scene.by_hand(use_elsewhere, 1)
    malware, info, dns = FIRST.values()
    moved = {"emerging-malware": malware[:3], "emerging-info": (*info[1:], *malware[3:5])}
    scene.release({**moved, "emerging-dns": (*dns, info[0])})
    scene.fetch()
    assert isinstance(scene.sync(), Summary)
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


def test_sync_may_take_the_old_feed_and_the_new_file(scene: Scene) -> None:
    """It has seen which feed there is, and not the file yet, as both become others.

    The rule is in the old feed's category, which is off, and comes back in another one.
    """
    moved = {"emerging-malware": FIRST["emerging-malware"][1:], "emerging-dns": (Spec(1), Spec(21))}
    off = {"max_shrink": 1, "categories": {"emerging-malware": "off"}}
    dies = Script(kill=32)  # before it writes
    scene.sync(Script(deeds={11: lambda: scene.overtake({**FIRST, **moved}, off, dies)}))
    (policy,) = backend().firewall_policies.values()
    assert 1 not in sids_in(policy)
    assert scene.watch.problems == []


def test_two_edits_of_one_group_by_one_hand_leave_one_rule_of_theirs(scene: Scene) -> None:
    """The service takes no rule twice."""
    scene.by_hand(edit_group, 0)
    scene.by_hand(edit_group, 0)
    (policy,) = backend().firewall_policies.values()
    assert sids_in(policy)[900_001] == 1
