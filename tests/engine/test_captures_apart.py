"""One engine that inspects all captures finds what an engine of its own for each finds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest
from support.engine.proof import HOME_NET, Loaded, Outcome, only, running, sampled
from support.engine.traffic import Tape, write
from support.releases import as_fed
from support.samples import one_in

from rules_lib.groups.rule_group import GroupVariables
from rulesync_cli.verify.captures import Capture, captures_in
from rulesync_cli.verify.loadable import Loadable
from rulesync_cli.verify.suricata import Suricata
from rulesync_cli.verify.traffic import Replay, replayer

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.engine

ANY: Final = "any any -> any any"
LIMITS: Final = (
    "threshold:type limit, track by_rule, count 1, seconds 3600;",
    "threshold:type limit, track by_src, count 1, seconds 3600;",
    "threshold:type threshold, track by_rule, count 2, seconds 3600;",
    "threshold:type both, track by_both, count 2, seconds 60;",
    "detection_filter:track by_dst, count 1, seconds 3600;",
    "xbits:set,seen,track ip_src,expire 3600;",
    "flowbits:set,seen;",
)
RULES: Final = (
    *(
        f'alert udp {ANY} (msg:"rule {sid}"; content:"hello"; {limit} sid:{sid}; rev:1;)'
        for sid, limit in enumerate(LIMITS, start=1)
    ),
    f'alert udp {ANY} (msg:"rule 21"; content:"again"; xbits:isset,seen,track ip_src; sid:21;)',
    f'alert udp {ANY} (msg:"rule 22"; content:"again"; flowbits:isset,seen; sid:22;)',
)
EXPIRED: Final = f'alert tls {ANY} (msg:"rule 31"; tls_cert_expired; sid:31;)'


def at_once(engine: Suricata, group: Loadable, captures: Sequence[Capture]) -> list[Replay]:
    """One engine for all of them."""
    with replayer(engine, [group], HOME_NET, captures) as loaded:
        return list(loaded.replay(captures))


def one_by_one(engine: Suricata, group: Loadable, captures: Sequence[Capture]) -> Iterator[Replay]:
    """An engine for each."""
    for capture in captures:
        yield from at_once(engine, group, [capture])


@pytest.fixture(scope="module")
def captures(tmp_path_factory: pytest.TempPathFactory) -> tuple[Capture, ...]:
    """The same ports and addresses at the same time, and time that goes back between two."""
    tapes = {
        "a": Tape().udp(b"hello"),
        "b": Tape().udp(b"hello", b"hello"),
        "c": Tape().udp(b"again"),
        "d": earlier(Tape().udp(b"hello"), 1_000),
        "e": earlier(Tape().udp(b"again", b"hello"), 1_000_000),
    }
    return captures_in(write(tmp_path_factory.mktemp("apart"), tapes))


@pytest.fixture(scope="module")
def alone(engine: Suricata, captures: tuple[Capture, ...]) -> list[Replay]:
    """What an engine for each finds, of all rules."""
    return list(one_by_one(engine, group_of(*RULES, EXPIRED), captures))


@pytest.mark.parametrize("rules", [RULES, (*RULES, EXPIRED)], ids=["moved", "restarted"])
def test_no_capture_touches_another(
    rules: tuple[str, ...],
    captures: tuple[Capture, ...],
    alone: list[Replay],
    engine: Suricata,
) -> None:
    """Whether a capture is moved in time or, as a rule asks for the time, the engine restarted."""
    found = at_once(engine, group_of(*rules), captures)
    assert found == alone
    sids = [sorted(alert.origin.sid for alert in one.alerts) for one in found]
    assert sids == [[1, 2, 6, 7], [1, 2, 3, 4, 5, 6, 6, 7, 7], [], [1, 2, 6, 7], [1, 2, 6, 7]]


def group_of(*rules: str) -> Loadable:
    """Rules as one group."""
    return Loadable("et-tested", 1, rules, GroupVariables())


def earlier(tape: Tape, seconds: int) -> Tape:
    """The same some time before."""
    return Tape([one._replace(time=one.time - seconds * 1_000_000) for one in tape.packets])


@pytest.mark.feeds
def test_real_captures_are_told_as_by_an_engine_for_each(releases: Path, fed: Loaded) -> None:
    """By a whole release: every alert with its packet, and what the engine said.

    An engine for one capture loads the rules that act and those that work with others, and one in
    ten of the rest; with THOROUGH=1 all of them.
    """
    folder = releases.parent / "pcaps"
    if not folder.is_dir():
        pytest.skip(f"the real captures are not in {folder}")
    captures = captures_in(folder)
    found = {one.name: one for one in fed.replays(folder)}
    assert sum(len(one.alerts) for one in found.values()) > 50
    sids = sampled(fed.built, Outcome.of([*found.values()]), "rules apart")
    groups = only(sids, as_fed(fed.built))
    for capture in one_in(17, captures, "captures apart"):
        with running(groups) as engine:
            [alone] = engine.replay([capture])
        assert unnumbered(found[capture.name]) == unnumbered(replace(alone, name=capture.name))


def unnumbered(found: Replay) -> Replay:
    """A replay without the places that rules have among those that were loaded."""
    alerts = (replace(one, alert=replace(one.alert, number=0)) for one in found.alerts)
    return replace(found, alerts=tuple(alerts))
