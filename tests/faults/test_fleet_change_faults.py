"""Every call of a removal, a rename and an adoption fails, is lost or is the last one of a process.

Then the command is run again, and all is as if nothing had happened. Until then no policy refers to
a rule group that is gone, and a round finds what it needs. `make test` takes some of the calls,
`make faults` all.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any, Final, TypeAlias

import pytest
from support.account import BUCKET, call
from support.faults.nth_call import Mishap, NthCall
from support.faults.wire import no_waiting
from support.feeds import rule
from support.fleet import PILOT, FleetAccount, fleet_account
from support.fleet_snapshot import FleetSnapshot
from support.localaws import policy
from support.samples import one_in
from support.snapshot import Killed, Snapshot, attached, state

OTHER: Final = {**PILOT, "name": "other", "region": "eu-west-1"}
_MOVING: Final = ("at", "attempted")
"""What a note says of the time, which goes on."""


def fleet(found: FleetAccount) -> None:
    """Two targets, of which one is in the stack's own region."""
    found.name_targets(PILOT, OTHER, hours=0)
    found.round()
    found.round()


def stack(found: FleetAccount) -> None:
    """A stack that serves itself."""
    found.hub.firewall.create_firewall_policy(FirewallPolicyName="prod", FirewallPolicy=policy())
    found.hub.build()


def removed(found: FleetAccount) -> None:
    """The others go on; the policy has nothing of ours."""
    assert found.round().keys() == {"other"}


def renamed(found: FleetAccount) -> None:
    """Under its new name it has nothing to do."""
    mark = len(found.hub.aws.calls)
    assert found.round() == {"first": "unchanged", "other": "unchanged"}
    assert not [one for one in found.hub.since(mark) if not one.startswith(("Desc", "List"))]


def adopted(found: FleetAccount) -> None:
    """Once it is named, it has nothing to do."""
    found.name_targets(PILOT)
    mark = len(found.hub.aws.calls)
    assert found.round() == {"pilot": "applied"}
    assert not [one for one in found.hub.since(mark) if not one.startswith(("Desc", "List"))]


@dataclass(frozen=True, slots=True)
class Case:
    """A command, what is there before, and what must hold after it."""

    words: tuple[str, ...]
    before: Callable[[FleetAccount], None]
    after: Callable[[FleetAccount], None]


CASES: Final = {
    "keep": Case(("remove", "pilot", "--groups", "keep"), fleet, removed),
    "delete": Case(("remove", "pilot", "--groups", "delete"), fleet, removed),
    "rename": Case(("rename", "pilot", "first"), fleet, renamed),
    "adopt": Case(("adopt", "pilot"), stack, adopted),
}


SetUp: TypeAlias = Callable[[Callable[[FleetAccount], None]], FleetSnapshot]


@pytest.fixture(scope="module")
def set_up(tmp_path_factory: pytest.TempPathFactory) -> SetUp:
    """What is there before a command, set up once for all tests that begin with it."""

    @cache
    def made(before: Callable[[FleetAccount], None]) -> FleetSnapshot:
        with fleet_account(tmp_path_factory.mktemp("feed")) as found, no_waiting():
            found.hub.publish(malware=[rule(1), rule(2)], info=[rule(3)])
            before(found)
            return FleetSnapshot.take(found)

    return made


@contextmanager
def begun(set_up: SetUp, case: Case) -> Iterator[FleetAccount]:
    """An account as it is before the command."""
    with set_up(case.before).restored() as found, no_waiting():
        yield found


def run(case: Case) -> Any:
    """Run the command, whatever comes of it."""
    return call("targets", *case.words, "--yes")


def bucket(found: FleetAccount) -> dict[str, Any]:
    """All that the bucket has, but for the time in its notes."""
    return {key: _timeless(found.hub.read(key)) for key in found.hub.keys("")}


def _timeless(body: bytes) -> Any:
    try:
        told = json.loads(body)
    except ValueError:
        return body
    return {k: v for k, v in told.items() if k not in _MOVING} if isinstance(told, dict) else told


def referring() -> set[str]:
    """Names of the rule groups to which a policy refers and which are gone."""
    there = set(state()["groups"])
    return {name for names in attached().values() for name in names} - there


@pytest.mark.parametrize("mishap", ["refused", "lost", "killed"])
@pytest.mark.parametrize("name", CASES)
def test_command_that_broke_off_is_finished_by_the_next(
    name: str, mishap: Mishap, set_up: SetUp, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At whichever call."""
    monkeypatch.setenv("RULESYNC_POLICIES", "prod")
    case = CASES[name]
    with begun(set_up, case) as found:
        start = Snapshot.take(found.hub)
        with NthCall().at_work() as counting:
            assert run(case).exit_code == 0
        end = bucket(found), state()
        places = one_in(20, range(len(counting.asked)), f"{name} {mishap}")
        for place in places:
            start.restore(found.hub)
            told = (place, counting.asked[place])
            with NthCall(place, mishap).at_work():
                _broken(case)
            assert not referring(), told
            again = run(case)
            assert again.exit_code == 0, (told, again.output)
            assert (bucket(found), state()) == end, told
        case.after(found)


def _broken(case: Case) -> None:
    """Run the command, in which something goes wrong."""
    try:
        broken = run(case)
    except Killed:
        return
    assert broken.exit_code == 0 or broken.stderr.strip()


@pytest.mark.parametrize("name", ["rename", "delete"])
def test_round_after_a_command_that_was_killed_is_safe(
    name: str, set_up: SetUp, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever is named builds from its own state; nobody who is not named is built."""
    monkeypatch.setenv("RULESYNC_POLICIES", "prod")
    case = CASES[name]
    with begun(set_up, case) as found:
        start, hold = Snapshot.take(found.hub), found.clock.time
        with NthCall().at_work() as counting:
            assert run(case).exit_code == 0
        for place in one_in(20, range(len(counting.asked)), f"{name} and a round"):
            start.restore(found.hub)
            found.clock.time = hold
            with NthCall(place, "killed").at_work():
                _broken(case)
            named = {
                one["name"] for one in json.loads(found.hub.read("config/targets.yaml"))["targets"]
            }
            before = state()
            results = found.round()
            assert results.keys() == named, place
            assert set(results.values()) <= {"applied", "unchanged"}, place
            assert state() == before, place  # neither made anew nor taken away
            assert run(case).exit_code == 0, place
            assert found.round().keys() == ({"other", "first"} if name == "rename" else {"other"})
    assert BUCKET
