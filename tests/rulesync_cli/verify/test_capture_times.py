"""When packets were seen, read from capture files of every kind, and moved."""

from __future__ import annotations

import struct
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest
from scapy.layers.inet import IP, UDP
from scapy.utils import PcapNgReader, PcapReader, wrpcap, wrpcapng

from rulesync_cli.verify.apart import Apart
from rulesync_cli.verify.capture_times import LATEST_SECOND, CaptureSpan, move_later, span_of

if TYPE_CHECKING:
    from collections.abc import Callable

TIMES: Final = (1_700_000_000.25, 1_700_000_009.75, 1_700_000_004.5)
SPAN: Final = CaptureSpan(1_700_000_000, 1_700_000_009)


def packets() -> list[Any]:
    """Three, the second of which is the latest."""
    made = []
    for seconds in TIMES:
        packet = IP(dst="10.0.0.1") / UDP(dport=9) / b"x"
        packet.time = seconds
        made.append(packet)
    return made


def pcapng(path: Path, resolution: int, order: str = "<") -> None:
    """Two packets on an interface that counts so many parts of a second."""
    unit = 2 ** (resolution & 0x7F) if resolution & 0x80 else 10**resolution
    option = struct.pack(f"{order}HHB3xHH", 9, 1, resolution, 0, 0)
    blocks = [
        (0x0A0D0D0A, struct.pack(f"{order}IHHq", 0x1A2B3C4D, 1, 0, -1)),
        (1, struct.pack(f"{order}HHI", 1, 0, 65_535) + option),
        (5, bytes(12)),
    ]
    for seconds in TIMES[:2]:
        time = int(seconds * unit)
        head = struct.pack(f"{order}IIIII", 0, time >> 32, time & 0xFFFFFFFF, 4, 4)
        blocks.append((6, head + b"data"))
    with path.open("wb") as file:
        for kind, body in blocks:
            size = struct.pack(f"{order}I", len(body) + 12)
            file.write(struct.pack(f"{order}I", kind) + size + body + size)


KINDS: Final[dict[str, Callable[[Path], object]]] = {
    "pcap": lambda path: wrpcap(str(path), packets()),
    "pcap, nanoseconds": lambda path: wrpcap(str(path), packets(), nano=True),
    "pcap, the other byte order": lambda path: wrpcap(str(path), packets(), endianness=">"),
    "pcapng": lambda path: wrpcapng(str(path), packets()),
    "pcapng, nanoseconds": lambda path: pcapng(path, 9),
    "pcapng, powers of two": lambda path: pcapng(path, 0x80 | 20),
    "pcapng, the other byte order": lambda path: pcapng(path, 6, ">"),
}


@pytest.mark.parametrize("kind", KINDS)
def test_every_packet_is_moved_by_the_same(kind: str, tmp_path: Path) -> None:
    """And nothing else of the file is another."""
    path = tmp_path / "capture"
    KINDS[kind](path)
    before, size = times(path), path.stat().st_size
    assert span_of(path) == SPAN
    move_later(path, 100_000)
    assert times(path) == pytest.approx([seconds + 100_000 for seconds in before])
    assert span_of(path) == CaptureSpan(SPAN.first + 100_000, SPAN.last + 100_000)
    assert path.stat().st_size == size


def times(path: Path) -> list[float]:
    """What scapy reads."""
    reader = PcapNgReader if path.read_bytes()[:4] == b"\n\r\r\n" else PcapReader
    with reader(str(path)) as found:
        return [float(packet.time) for packet in found]


def test_torn_capture_is_moved_as_far_as_it_is_whole(tmp_path: Path) -> None:
    """The rest of it stays, for the engine to say that it is torn."""
    for kind in ("pcap", "pcapng"):
        path = tmp_path / kind
        KINDS[kind](path)
        path.write_bytes(path.read_bytes()[:-7])
        size = path.stat().st_size
        move_later(path, 10)
        assert path.stat().st_size == size
        assert (span_of(path) or CaptureSpan(0, 0)).first == SPAN.first + 10


@pytest.mark.parametrize("data", [bytes.fromhex("d4c3b2a1") + bytes(20), b"\n\r\r\n" + bytes(24)])
def test_capture_without_a_packet_has_no_time(data: bytes, tmp_path: Path) -> None:
    """Nor has what only looks like one."""
    path = tmp_path / "capture"
    path.write_bytes(data)
    assert span_of(path) is None


LIMIT: Final = "threshold:type limit, track by_src, count 1, seconds 60; "
DATED: Final = "tls_cert_expired; "


def test_captures_are_moved_apart_by_what_rules_remember() -> None:
    """The one behind begins after the longest time that any of them asks for."""
    longer = "detection_filter:track by_dst, count 5, seconds 600;"
    apart = Apart.of([f"alert (a; {LIMIT})", f"alert ({longer})"])
    assert apart.later(CaptureSpan(1_000, 1_010)) == 0
    assert apart.later(CaptureSpan(1_000, 1_020)) == 611
    assert apart.later(CaptureSpan(5_000, 5_001)) == 0
    assert apart.later(None) == 0
    assert apart.later(CaptureSpan(4_000, 4_001)) == 1_602


def test_rules_that_remember_nothing_move_no_capture() -> None:
    """A msg that speaks of a threshold is none."""
    apart = Apart.of(['alert (msg:"threshold, seconds 9"; content:"seconds 9";)'])
    assert [apart.later(CaptureSpan(5, 6)), apart.later(CaptureSpan(5, 6))] == [0, 0]


@pytest.mark.parametrize(
    ("rule", "span"),
    [
        (f"alert ({LIMIT}{DATED})", CaptureSpan(5, 6)),
        (f"alert ({LIMIT})", CaptureSpan(5, LATEST_SECOND)),
    ],
    ids=["a rule asks for the time", "there is no later time"],
)
def test_capture_that_cannot_be_moved_is_not_for_this_engine(rule: str, span: CaptureSpan) -> None:
    """Once it was restarted it is."""
    apart = Apart.of([rule])
    assert apart.later(CaptureSpan(5, 6)) == 0
    assert apart.later(span) is None
    apart.restarted()
    assert apart.later(span) == 0
