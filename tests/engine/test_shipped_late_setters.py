"""Rules of Emerging Threats that can meet what sets their mark in one packet, each by a capture.

Each is run with what sets its mark and nothing else: whether Suricata judges rules on packets and
rules on what they carry together depends on which other rules check the same bit.
"""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Final

import pytest
from support.engine.proof import Outcome, differences, made, outcome, published, source
from support.engine.traffic import Tape, write
from support.releases import COMPOSITE, files_of

from rules_lib.reading.rule import sid_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from rules_lib.build import Built
    from rulesync_cli.verify.loadable import Loadable

pytestmark = [pytest.mark.engine, pytest.mark.feeds]

_RULE: Final = re.compile(rb"^alert .*[; ]sid:(\d+);.*$", re.MULTILINE)


def program(inside: bytes, at: int = 0x100) -> bytes:
    """What looks like a Windows program (PE format): MZ, and at 60 where its header begins."""
    header = 0xC0
    image = bytearray(0x200)
    image[:2], image[60:64] = b"MZ", struct.pack("<I", header)
    image[header : header + 4], image[at : at + len(inside)] = b"PE\0\0", inside
    return bytes(image)


def answer(body: bytes) -> bytes:
    """A web server's answer."""
    return b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body)


def download(inside: bytes) -> Tape:
    """A program that is fetched from a web site."""
    request = b"GET /file HTTP/1.1\r\nHost: site.example\r\n\r\n"
    return Tape().tcp(request, ("server", answer(program(inside))))


def transfer(inside: bytes, at: int = 0x100) -> Tape:
    """A program that is written to a share of ours."""
    tape = Tape(client="198.51.100.7", server="10.1.2.3")
    return tape.tcp(b"\0\0\0\0\xfeSMB" + program(inside, at), port=445)


def asked(agent: str) -> Tape:
    """A script that is asked for by an old browser, or what says so."""
    said = f"GET /a.sct HTTP/1.1\r\nHost: site.example\r\nUser-Agent: {agent}\r\n\r\n"
    return Tape().tcp(said.encode(), ("server", answer(b"ok")))


X86: Final = bytes.fromhex("89710489 308d04bd 8b4d 00 8b45f48975 00 890185ff74")
X64: Final = bytes.fromhex(
    "33ff 00 8937 00 8bf34585 00 74 4c8bdf49 c1e30448 8bcb4c03 d8".replace(" ", "")
)
SNAKE: Final = (
    b"\0\0\0\x08" + b"a" * 8,
    b"\0\0\0\x04" + b"a" * 4,
    ("server", b"\0\0\0\x08"),
    ("server", b"a" * 8),
    ("server", b"\0\0\0\x04"),
)


@dataclass(frozen=True, slots=True)
class Case:
    """A rule that asks for a bit, and the rules that set it.

    Attributes:
        setters: in the order in which they work.
        tape: has a packet with all that the last of them and the rule look for.
    """

    setters: tuple[int, ...]
    tape: Tape


HTTP: Final = (2018959, 2020973, 2026537)
CASES: Final = {
    2023741: Case(HTTP, download(b"YUIPWDFILE0YUIPKDFILE0YUICRYPTED0YUI")),
    2029334: Case(HTTP, download(X86)),
    2029335: Case(HTTP, download(X64)),
    2024550: Case((2023670,), asked("Mozilla/4.0 (compatible; MSIE 7.0; x)")),
    2027402: Case((2025699,), transfer(b"DICM", at=128)),
    2029330: Case((2025699,), transfer(X86)),
    2029331: Case((2025699,), transfer(X64)),
    2029332: Case(
        (2025699,),
        transfer(bytes.fromhex("a0000000 24020000 40000000 b8000000 6c020000 40000000")),
    ),
    2029333: Case(
        (2025699,),
        transfer(bytes.fromhex("88010000 3c040000 40000000 e8020000 f8020000 40000000")),
    ),
    2045643: Case((2045638, 2045639, 2045640, 2045641, 2045642), Tape().tcp(*SNAKE, port=4_444)),
}
"""By the sid of what asks."""


@pytest.fixture(scope="module")
def rules(releases: Path) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """The rules of the release that are looked at here, in its order: by category."""
    wanted = {*CASES, *(sid for case in CASES.values() for sid in case.setters)}
    files = files_of(releases / COMPOSITE)
    found = ((file.category, tuple(_rules_of(file.data, wanted))) for file in files)
    return tuple((category, texts) for category, texts in found if texts)


def _rules_of(data: bytes, wanted: set[int]) -> Iterator[str]:
    return (line[0].decode() for line in _RULE.finditer(data) if int(line[1]) in wanted)


@dataclass(frozen=True, slots=True)
class Ran:
    """What one of them does in its capture: as shipped, made for action order, and made for none.

    Attributes:
        adapted: the groups for a Next Generation policy, of which `before` is the source.
        unadapted: the groups for a classic policy, judged by action all the same.
    """

    built: Built
    before: Outcome
    adapted: Outcome
    unadapted: Outcome


@lru_cache(maxsize=len(CASES))
def ran(sid: int, folder: Path, rules: tuple[tuple[str, tuple[str, ...]], ...]) -> Ran:
    """Run one of them with what sets its mark, and nothing else."""
    wanted = {sid, *CASES[sid].setters}
    files = {
        category: tuple(text for text in texts if sid_of(text) in wanted)
        for category, texts in rules
    }
    capture = write(folder / str(sid), {"one": CASES[sid].tape})
    classic, made_anew = (built_for(target, files) for target in ("classic", "next-generation"))
    return Ran(
        built=made_anew,
        before=outcome([source(classic)], capture),
        adapted=outcome(by_action(made_anew), capture),
        unadapted=outcome(by_action(classic), capture),
    )


def built_for(target: str, files: dict[str, tuple[str, ...]]) -> Built:
    """What asks in drop mode, what sets brought in as needed, for a kind of policy."""
    modes = {"emerging-malware": "drop"}
    return made(files, default="off", categories=modes, firewall={"target": target})


def by_action(built: Built) -> list[Loadable]:
    """The groups in a policy that judges rules by their action."""
    return [replace(one, priority=0) for one in published(built)]


@pytest.fixture(params=CASES)
def case(
    request: pytest.FixtureRequest,
    rules: tuple[tuple[str, tuple[str, ...]], ...],
    tmp_path_factory: pytest.TempPathFactory,
) -> tuple[int, Ran]:
    """One of them, and what it does."""
    sid: int = request.param
    return sid, ran(sid, tmp_path_factory.getbasetemp(), rules)


def packets(outcome: Outcome, sid: int) -> list[int]:
    """The packets in which a rule is raised."""
    return [packet for seen in outcome.flows.values() for packet, one in seen.alerts if one == sid]


def test_it_stays_an_alert(case: tuple[int, Ran]) -> None:
    """And nothing else changes."""
    sid, found = case
    assert [one.sid for one in found.built.kept if one.cause.late] == [sid]


def test_alert_is_raised_with_the_packet_that_sets_the_bit(case: tuple[int, Ran]) -> None:
    """As the source rules raise it, to the packet."""
    sid, found = case
    [packet] = packets(found.before, sid)
    assert packets(found.adapted, sid) == [packet]
    assert differences(found.before, found.adapted, found.built) == ()


def test_drop_would_miss_that_packet(case: tuple[int, Ran]) -> None:
    """Nothing is raised with it, and nothing dropped."""
    sid, found = case
    assert not set(packets(found.before, sid)) & set(packets(found.unadapted, sid))
    assert not found.unadapted.dropped
