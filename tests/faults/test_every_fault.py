"""Every call of a sync meets every error that it may meet; then one clean sync puts all right.

Nothing is drawn here: a first sync and one that updates, replaces, makes and deletes groups are
taken call by call. `make test` takes a slice of them, `make faults` all.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Final

import pytest
from support.faults.release import FIRST, Feed, Spec
from support.faults.scene import Scene
from support.faults.trouble import troubles
from support.faults.watch import InForce
from support.faults.wire import Script
from support.snapshot import Snapshot, state

from rules_lib.errors import RulesyncError
from rules_lib.report.summary import Summary

if TYPE_CHECKING:
    from pathlib import Path

SLICE: Final = int(os.environ.get("FAULT_SLICE", "40"))
"""Every so many of the faults is tried; all of them with 1."""

NEXT: Final[Feed] = {
    "emerging-malware": tuple(Spec(sid) for sid in range(1, 20)),
    "emerging-info": tuple(replace(spec, rev=2) for spec in FIRST["emerging-info"]),
    "emerging-exploit": (Spec(31), Spec(32)),
}
"""One category outgrows its group, one changes, one is new, and one is gone."""


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    """An account into which the first feed was fetched."""
    found = Scene(tmp_path)
    found.open()
    found.fetch()
    yield found
    found.close()


def strikes(scene: Scene, asked: list[str]) -> Iterator[tuple[str, int, int]]:
    """Each call of a sync, by its operation and its place among those, with each trouble."""
    clients = (scene.account.s3, scene.account.firewall)
    models = {
        name: client.meta.service_model.operation_model(name)
        for client in clients
        for name in set(asked) & set(client.meta.service_model.operation_names)
    }
    places, number = Counter[str](), 0
    for operation in asked:
        for choice in range(len(troubles(models[operation]))):
            number += 1
            if number % SLICE == 0:
                yield operation, places[operation], choice
        places[operation] += 1


def try_everything(scene: Scene) -> None:
    """Take the next sync through all that may happen to it."""
    start = Snapshot.take(scene.account)
    assert isinstance(scene.sync(), Summary)
    end, asked = (state(), InForce.of("live")), list(scene.asked)
    for operation, place, choice in strikes(scene, asked):
        start.restore(scene.account)
        outcome = scene.sync(Script({(operation, place): choice}))
        told = (operation, place, choice, outcome)
        assert isinstance(outcome, Summary | RulesyncError), told
        again = scene.sync()
        assert isinstance(again, Summary), (*told, again)
        assert (state(), InForce.of("live")) == end, told
        assert not scene.watch.problems, told


def test_first_sync_survives_every_error_of_every_call(
    scene: Scene, record_property: Callable[[str, object], None]
) -> None:
    """Nothing is deployed before."""
    try_everything(scene)
    record_property("counted", str(scene.tally))


def test_update_survives_every_error_of_every_call(
    scene: Scene, record_property: Callable[[str, object], None]
) -> None:
    """A group is replaced, one updated, one made, one deleted, and the policy switched."""
    scene.sync()
    scene.release(NEXT)
    scene.fetch()
    try_everything(scene)
    record_property("counted", str(scene.tally))
