"""A host that is excepted from a rule, in the engine: others are not, and all is inspected on."""

from __future__ import annotations

from copy import deepcopy
from typing import TYPE_CHECKING, Any, Final

import pytest
from scapy.layers.inet import UDP
from scapy.layers.inet6 import IPv6
from scapy.layers.l2 import Ether
from scapy.packet import Raw
from support.engine.frames import Frame
from support.engine.proof import made, outcome, published
from support.engine.traffic import CLIENT, SERVER, Tape, write

from rules_lib.groups.rule_group import GroupVariables
from rules_lib.model import Change
from rulesync_cli.verify.loadable import Loadable

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from support.engine.proof import Outcome

    from rulesync_cli.verify.suricata import Suricata

pytestmark = pytest.mark.engine

OTHER: Final = "10.1.2.4"
BAD, WORSE = "/bad", "/worse"
FIRST: Final = 11
"""The sid of the first rule that an exception is for."""
NETS: Final = {"HOME_NET": ["10.0.0.0/8"]}

SOURCES: Final = (
    "any",
    "$HOME_NET",
    "!$EXTERNAL_NET",
    "[any,!192.0.2.9]",
    "!192.0.2.9",
    "![192.0.2.9,192.0.2.10]",
    "[10.0.0.0/8,!10.9.0.0/16]",
    "[10.1.2.3,10.1.2.4]",
    "[[10.0.0.0/8,!10.9.0.0/16],192.0.2.0/24]",
    "10.1.0.0/16",
    "$SERVERS",
    "[$SERVERS,!10.7.0.0/16]",
    "!$OUTSIDE",
    "[10.0.0.0/8,2001:db8::/32]",
)
"""Every form in which a header names addresses, all of which have both hosts."""


NARROWED: Final = {"excepted": [], "other": [1], "goes on": [2]}
"""What becomes of `tapes` where the client is taken out: 1 is the rule that it is taken out of."""


def rules(*headers: str) -> list[str]:
    """A rule for each header, which an exception is for, and one that goes on looking."""
    return [
        *(
            f'alert http {header} (msg:"bad"; http.uri; content:"{BAD}/{sid}/"; sid:{sid}; rev:1;)'
            for sid, header in enumerate(headers, FIRST)
        ),
        f'alert http any any -> any any (msg:"worse"; http.uri; content:"{WORSE}"; sid:2; rev:1;)',
    ]


def tapes(*sids: int) -> dict[str, Tape]:
    """What the excepted host and another one ask for, a connection for each of the rules."""
    tapes = {"excepted": Tape(), "other": Tape(client=OTHER), "goes on": Tape()}
    for name, tape in tapes.items():
        for sid in sids:
            tape.http(f"{BAD}/{sid}/", *[WORSE] * (name == "goes on"))
    return tapes


def raised(found: Outcome, name: str, sid: int) -> list[int]:
    """The sids of the alerts of a rule's connection."""
    port = Tape().port + 1 + sid - FIRST
    return [
        one
        for (capture, (_, ends)), seen in found.flows.items()
        if capture == f"{name}.pcap" and port in {port for _, port in ends}
        for _, one in sorted(seen.alerts.elements())
    ]


def replayed(
    folder: Path, engine: Suricata, headers: Sequence[str], exception: dict[str, Any]
) -> dict[str, dict[str, list[int]]]:
    """Which rules drop in each capture, by header, with an exception of the header's rule."""
    sids = range(FIRST, FIRST + len(headers))
    variables = {**NETS, "SERVERS": ["10.1.0.0/16", "10.2.0.0/16"], "OUTSIDE": ["192.0.2.0/24"]}
    built = made(
        {"emerging-a": rules(*headers)},
        default="drop",
        variables=variables,
        exceptions=[{"sid": sid, **deepcopy(exception)} for sid in sids],  # YAML would share lists
    )
    assert {rule.sid for rule in built.kept if Change.EXCEPTION in rule.changes} == {*sids}
    found = outcome(published(built), write(folder, tapes(*sids)), engine)
    assert len(found.captures) == len(tapes())
    return {
        header: {
            name: [1 if one == sid else one for one in raised(found, name, sid)] for name in tapes()
        }
        for sid, header in zip(sids, headers, strict=True)
    }


@pytest.mark.parametrize("host", [CLIENT, f"{CLIENT}/32", "10.1.2.2/31"])
def test_hosts_and_networks_are_taken_out(tmp_path: Path, engine: Suricata, host: str) -> None:
    """However they are written."""
    headers = [f"{source} any -> any any" for source in ("any", "$HOME_NET")]
    found = replayed(tmp_path, engine, headers, {"not_from": host})
    assert found == dict.fromkeys(headers, NARROWED)


def test_source_without_a_host(tmp_path: Path, engine: Suricata) -> None:
    """In every form of header; the rest of the host's traffic is looked at."""
    headers = [f"{source} any -> any any" for source in SOURCES]
    found = replayed(tmp_path, engine, headers, {"not_from": [CLIENT]})
    assert found == dict.fromkeys(headers, NARROWED)


def test_destination_without_a_host(tmp_path: Path, engine: Suricata) -> None:
    """A server that is excepted is so for all clients."""
    ends = ("any", "$EXTERNAL_NET", "!$HOME_NET", "198.51.100.0/24")
    headers = [f"any any -> {end} any" for end in ends]
    found = replayed(tmp_path, engine, headers, {"not_to": SERVER})
    assert found == {one: {"excepted": [], "other": [], "goes on": [2]} for one in headers}
    other = replayed(tmp_path, engine, headers, {"not_to": "198.51.100.8"})
    assert other == {one: {"excepted": [1], "other": [1], "goes on": [1]} for one in headers}


@pytest.mark.parametrize("end", ["not_from", "not_to"])
def test_both_directions_without_a_host(tmp_path: Path, engine: Suricata, end: str) -> None:
    """Each end is the client's in turn, so the host goes out of both."""
    headers = ["any any <> any any", "$EXTERNAL_NET any <> $HOME_NET any"]
    found = replayed(tmp_path, engine, headers, {end: CLIENT})
    assert found == dict.fromkeys(headers, NARROWED)


@pytest.mark.parametrize(
    ("source", "matches"),
    [("$HOME_NET", False), ("[$HOME_NET,!2001:db8::1]", True), ("$EXTERNAL_NET", False)],
)
def test_engine_widens_a_list_by_a_family_that_it_only_negates(
    tmp_path: Path, engine: Suricata, source: str, matches: bool
) -> None:
    """Why a host is taken out only where its family may match."""
    rule = f'alert udp {source} any -> any any (msg:"six"; content:"hello"; sid:1; rev:1;)'
    variables = GroupVariables({"HOME_NET": ("10.0.0.0/8",), "EXTERNAL_NET": ("!10.0.0.0/8",)})
    ends = Ether() / IPv6(src="2001:db8::2", dst="2001:db8:1::7")
    packet = ends / UDP(sport=4_000, dport=9_999) / Raw(b"hello")
    capture = write(tmp_path, {"six": Tape([Frame(0, bytes(packet))])})
    found = outcome([Loadable("et-a", 1, (rule,), variables)], capture, engine)
    assert found.sids("six") == [1] * matches


def test_host_of_another_family_changes_nothing(tmp_path: Path, engine: Suricata) -> None:
    """Taken out of a list without IPv6, the engine would take every other IPv6 address into it."""
    built = made(
        {"emerging-a": rules("$HOME_NET any -> any any")},
        default="drop",
        variables=NETS,
        exceptions=[{"sid": FIRST, "not_from": ["2001:db8::1"]}],
    )
    assert "2001" not in built.groups[0].text
    found = outcome(published(built), write(tmp_path, tapes(FIRST)), engine)
    assert found.sids("excepted") == [FIRST]
