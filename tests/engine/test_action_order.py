"""A Next Generation policy judges rules by their action: the alerts are the source's all the same.

The engine runs as the service does: Suricata 8 in firewall mode, with a firewall that lets all
traffic on to the rules, and the rules in its own plain order. Suricata 7, which has no firewall
mode, runs in the same order of actions.
"""

from __future__ import annotations

import subprocess
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING, Final

import pytest
from support.engine.kinds import CAPTURES, FEED, KINDS, LATE
from support.engine.proof import Outcome, differences, made, outcome, published, source
from support.engine.traffic import Tape, on, write

from rules_lib.groups.rule_group import GroupVariables
from rules_lib.model import Change
from rulesync_cli.verify.enginelog import read_log
from rulesync_cli.verify.events import read_events
from rulesync_cli.verify.suricata import ACCEPT, VERSIONS, find_engine, write_run_files

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from rules_lib.build import Built
    from rulesync_cli.verify.loadable import Loadable
    from rulesync_cli.verify.suricata import Suricata

pytestmark = pytest.mark.engine

NETWORKS: Final = GroupVariables({"HOME_NET": ("10.0.0.0/8",), "EXTERNAL_NET": ("!$HOME_NET",)})


@lru_cache
def built(target: str) -> Built:
    """All kinds in drop mode, for one kind of policy."""
    return made(
        FEED,
        default="drop",
        variables={"HOME_NET": ["10.0.0.0/8"]},
        firewall={"target": target, "rule_groups": len(FEED)},
    )


def by_action(groups: Iterable[Loadable]) -> list[Loadable]:
    """The groups as a policy that judges by action has them: without places."""
    return [replace(group, priority=0) for group in groups]


@pytest.fixture(scope="module")
def captures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write the captures once."""
    return write(tmp_path_factory.mktemp("captures"), CAPTURES)


@pytest.fixture(scope="module")
def before(captures: Path) -> Outcome:
    """What the source rules do."""
    return outcome([source(built("next-generation"))], captures)


@pytest.fixture(scope="module")
def after(captures: Path) -> Outcome:
    """What the groups do that are made for this kind of policy."""
    return outcome(by_action(published(built("next-generation"))), captures)


@pytest.fixture(scope="module")
def unadapted(captures: Path) -> Outcome:
    """What the groups would do that are made for a classic policy."""
    return outcome(by_action(published(built("classic"))), captures)


def wrong_in(before: Outcome, after: Outcome) -> list[str]:
    """Names of the captures on which rules that all drop do anything but what the source does."""
    found = differences(before, after, built("classic"))
    return sorted({words.partition(".pcap: ")[0] for words in found})


def test_rules_that_could_be_judged_too_early_alert_and_all_others_drop() -> None:
    """Said for each kind by hand."""
    rules = built("next-generation").kept
    assert {rule.sid for rule in rules if Change.LATE_SETTER in rule.changes} == LATE
    silent = {rule.sid for rule in rules if rule.rule.noalert}
    assert {rule.sid for rule in rules if rule.action == "alert"} == LATE | silent


def test_alerts_and_drops_are_those_of_the_source_rules(before: Outcome, after: Outcome) -> None:
    """Same capture, same flow, same packet, same sid; and no drop without a log."""
    assert differences(before, after, built("next-generation")) == ()
    assert len(after.captures) == len(CAPTURES)
    assert all(seen.logged for seen in after.dropped.values())
    assert after.dropped


def test_rules_that_all_drop_fail_the_same_comparison(before: Outcome, unadapted: Outcome) -> None:
    """Of each kind that has to alert: a packet is missed, or what passes is blocked."""
    wrong = {f"{name}, one" for name, kind in KINDS.items() if kind.late and kind.wrong != "same"}
    in_turn = {"both drop, in turn, one", "both drop, in turn, later"}
    assert set(wrong_in(before, unadapted)) == wrong | in_turn


@pytest.mark.parametrize("name", [name for name, kind in KINDS.items() if kind.late])
def test_what_would_be_wrong(before: Outcome, unadapted: Outcome, name: str) -> None:
    """Missed: the packet raises nothing and is let through; blocked: what the source lets pass."""
    kind, capture = KINDS[name], f"{name}, one.pcap"
    asked, seen = (alerts_of(one, capture, kind.late) for one in (before, unadapted))
    dropped = {one.dropped for key, one in unadapted.dropped.items() if key[0] == capture}
    packets = {packet for packet, _ in asked}
    match kind.wrong:
        case "missed":
            assert {sid for _, sid in asked} == kind.late
            assert not asked & seen
            assert not packets & dropped
        case "blocked":
            assert not asked
            assert {sid for _, sid in seen} == kind.late
            assert dropped == {packet for packet, _ in seen}
        case _:
            assert asked == seen
            assert dropped == packets


def alerts_of(outcome: Outcome, capture: str, sids: frozenset[int]) -> set[tuple[int, int]]:
    """Packet and sid of the alerts of some rules in a capture."""
    flows = (seen for key, seen in outcome.flows.items() if key[0] == capture)
    return {one for seen in flows for one in seen.alerts if one[1] in sids}


@pytest.mark.parametrize("engine", VERSIONS[1:], indirect=True)
def test_other_engine_does_the_same(engine: Suricata, captures: Path) -> None:
    """Suricata 7 has no firewall mode, and the same order of actions."""
    asked = built("next-generation")
    found = outcome(by_action(published(asked)), captures, engine)
    assert differences(outcome([source(asked)], captures, engine), found, asked) == ()


def test_firewall_stands_before_the_rules(tmp_path: Path) -> None:
    """Without the rules that accept HTTP it drops a request, which no other rule does."""
    service, folder = find_engine(), tmp_path
    capture = write(folder / "captures", {"one": Tape().http("/one")}) / "one.pcap"
    write_run_files(folder, [on(1, "/one")], NETWORKS)
    service.put_firewall(folder)
    accepting = (folder / ACCEPT).read_text().splitlines(keepends=True)
    assert len(accepting) > 100
    (folder / ACCEPT).write_text("".join(one for one in accepting if " http1:" not in one))
    subprocess.run(  # noqa: S603 - our own words, and no shell
        [*service.command(folder), "-r", str(capture)], cwd=folder, capture_output=True, check=True
    )
    found = read_events((folder / "eve.json").read_text().splitlines())
    assert not found.drops
    assert "firewall default app policy" in dict(found.others)


def test_every_state_that_the_engine_knows_is_accepted(tmp_path: Path) -> None:
    """One rule each, of which it refuses none, with protocols that a plain Suricata has off."""
    service, folder = find_engine(), tmp_path
    write_run_files(folder, [on(1, "/one")], NETWORKS)
    service.put_firewall(folder)
    accepted = (folder / ACCEPT).read_text()
    assert " modbus:request_started " in accepted
    code, said = service.test(folder)
    assert (code, read_log(said).refusals) == (0, ())
