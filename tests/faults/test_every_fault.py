"""Every call of a sync meets every error that it may meet; then one clean sync puts all right.

Nothing is drawn here: a first sync and one that updates, replaces, makes and deletes groups are
taken call by call. `make test` takes some of each kind, `make faults` all.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import count
from typing import TYPE_CHECKING, Final

import pytest
from support.faults.release import FIRST, Feed, Spec
from support.faults.scene import Scene
from support.faults.trouble import troubles
from support.faults.watch import InForce
from support.faults.wire import Script
from support.samples import THOROUGH
from support.snapshot import Snapshot, state

from rules_lib.errors import RulesyncError
from rules_lib.report.summary import Summary

if TYPE_CHECKING:
    from pathlib import Path

SLICE: Final = 1 if THOROUGH else 90
"""One in so many of the faults is tried."""

_LEAP: Final = 617
"""Faults between two that are tried: a prime, larger than an operation's kinds of trouble."""

NEXT: Final[Feed] = {
    "emerging-malware": tuple(Spec(sid) for sid in range(1, 20)),
    "emerging-info": tuple(replace(spec, rev=2) for spec in FIRST["emerging-info"]),
    "emerging-exploit": (Spec(31), Spec(32)),
}
"""One category outgrows its group, one changes, one is new, and one is gone."""


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    """An account into which the first feed was fetched; new rules of one category are staged."""
    staging = {"staging": {"days": 7}, "categories": {"emerging-malware": "drop"}}
    found = Scene(tmp_path, settings={"max_shrink": 1, **staging})
    found.open()
    found.fetch()
    yield found
    found.close()


@dataclass(frozen=True, slots=True)
class Strike:
    """What befalls one call of a sync.

    Attributes:
        place: of the call among those of its operation.
        choice: of the trouble among those that the operation may meet.
        trouble: its name.
        number: of the strike among all of them.
    """

    operation: str
    place: int
    choice: int
    trouble: str
    number: int


def strikes(scene: Scene, asked: list[str]) -> Iterator[Strike]:
    """Each call of a sync, by its operation and its place among those, with each trouble."""
    clients = (scene.account.s3, scene.account.firewall)
    models = {
        name: client.meta.service_model.operation_model(name)
        for client in clients
        for name in set(asked) & set(client.meta.service_model.operation_names)
    }
    places, number = Counter[str](), count()
    for operation in asked:
        for choice, trouble in enumerate(troubles(models[operation])):
            yield Strike(operation, places[operation], choice, trouble.label, next(number))
        places[operation] += 1


def spread(found: Sequence[Strike]) -> list[Strike]:
    """One in `SLICE` of them, the same ones in every run, of as many kinds and calls as can be.

    Each time the one is taken whose trouble came least before, then whose operation did; where
    that leaves a choice it goes through the sync in leaps, so that no part of it is passed over.
    """
    had, taken = Counter[str](), list[Strike]()
    for _ in range(len(found) // SLICE):
        left = (one for one in found if one not in taken)
        best = min(
            left,
            key=lambda one: (had[one.trouble], had[one.operation], one.number * _LEAP % len(found)),
        )
        had.update((best.trouble, best.operation))
        taken.append(best)
    return sorted(taken, key=lambda one: one.number)


def try_everything(scene: Scene) -> set[str]:
    """Take the next sync through all that may happen to it; give what it asks of AWS."""
    start = Snapshot.take(scene.account)
    assert isinstance(scene.sync(), Summary)
    end, asked = (state(), InForce.of("live")), list(scene.asked)
    found = list(strikes(scene, asked))
    for strike in spread(found) if SLICE > 1 else found:
        start.restore(scene.account)
        outcome = scene.sync(Script({(strike.operation, strike.place): strike.choice}))
        told = (strike, outcome)
        assert isinstance(outcome, Summary | RulesyncError), told
        again = scene.sync()
        assert isinstance(again, Summary), (*told, again)
        assert (state(), InForce.of("live")) == end, told
        assert not scene.watch.problems, told
    return set(asked)


def test_first_sync_survives_every_error_of_every_call(
    scene: Scene, record_property: Callable[[str, object], None]
) -> None:
    """Nothing is deployed before."""
    assert {"CreateRuleGroup", "CreateFirewallPolicy"} <= try_everything(scene)
    record_property("counted", str(scene.tally))


def test_update_survives_every_error_of_every_call(
    scene: Scene, record_property: Callable[[str, object], None]
) -> None:
    """A group is replaced, one updated, one made, one deleted, and the policy switched."""
    scene.sync()
    scene.release(NEXT)
    scene.fetch()
    writes = {f"{what}RuleGroup" for what in ("Create", "Update", "Delete")}
    assert writes | {"UpdateFirewallPolicy"} <= try_everything(scene)
    record_property("counted", str(scene.tally))
