"""When the packets of a capture were seen, and how to move them to another time.

Read are pcap files (draft-ietf-opsawg-pcap) and pcapng files (draft-ietf-opsawg-pcapng), as far as
they are whole; what lies behind is left as it is.
"""

from __future__ import annotations

import mmap
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple

_PCAP: Final = {
    bytes.fromhex("d4c3b2a1"): "<",
    bytes.fromhex("4d3cb2a1"): "<",
    bytes.fromhex("a1b2c3d4"): ">",
    bytes.fromhex("a1b23c4d"): ">",
}
"""Magic number -> byte order."""
_PCAP_HEADER: Final = 24
_PCAP_RECORD: Final = 16

_SECTION: Final = 0x0A0D0D0A
_ORDERS: Final = {bytes.fromhex("4d3c2b1a"): "<", bytes.fromhex("1a2b3c4d"): ">"}
_INTERFACE: Final = 1
_WITH_TIME: Final = {6: "I", 2: "H"}
"""Enhanced packet, and the obsolete packet block -> how wide the number of the interface is."""
_SMALLEST: Final = 12
_RESOLUTION: Final = 9
"""Option of an interface: the unit of its times."""
_MICROSECONDS: Final = 1_000_000

LATEST_SECOND: Final = 2**32 - 1
"""The last second that a pcap file can tell."""


class CaptureSpan(NamedTuple):
    """The whole seconds since 1970 within which all packets were seen."""

    first: int
    last: int


class _Stamp(NamedTuple):
    """Where the time of a packet stands.

    Attributes:
        at: its first byte.
        order: of its bytes.
        unit: parts of a second that it counts, in two words, the higher first; 0: one word of whole
            seconds.
    """

    at: int
    order: str
    unit: int

    def seconds(self, data: mmap.mmap) -> int:
        """The time, without the rest of a second."""
        if not self.unit:
            return int(struct.unpack_from(f"{self.order}I", data, self.at)[0])
        high, low = struct.unpack_from(f"{self.order}II", data, self.at)
        return int((high << 32 | low) // self.unit)

    def move(self, data: mmap.mmap, seconds: int) -> None:
        """Set it later."""
        if not self.unit:
            struct.pack_into(f"{self.order}I", data, self.at, self.seconds(data) + seconds)
            return
        high, low = struct.unpack_from(f"{self.order}II", data, self.at)
        later = (high << 32 | low) + seconds * self.unit
        struct.pack_into(f"{self.order}II", data, self.at, later >> 32, later & 0xFFFFFFFF)


def span_of(path: Path) -> CaptureSpan | None:
    """Read when the packets were seen; None where there is none.

    Raises:
        OSError: the file cannot be read.
    """
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        seconds = [stamp.seconds(data) for stamp in _stamps(data)]
    return CaptureSpan(min(seconds), max(seconds)) if seconds else None


def move_later(path: Path, seconds: int) -> None:
    """Have the file tell later times of all packets.

    Raises:
        OSError: the file cannot be written.
    """
    with path.open("r+b") as file, mmap.mmap(file.fileno(), 0) as data:
        for stamp in _stamps(data):
            stamp.move(data, seconds)


def _stamps(data: mmap.mmap) -> Iterator[_Stamp]:
    order = _PCAP.get(data[:4])
    return _in_pcap(data, order) if order else _in_pcapng(data)


def _in_pcap(data: mmap.mmap, order: str) -> Iterator[_Stamp]:
    at = _PCAP_HEADER
    while at + _PCAP_RECORD <= len(data):
        yield _Stamp(at, order, 0)
        at += _PCAP_RECORD + int(struct.unpack_from(f"{order}I", data, at + 8)[0])


def _in_pcapng(data: mmap.mmap) -> Iterator[_Stamp]:
    at, order, units = 0, "<", list[int]()
    while at + _SMALLEST <= len(data):
        kind, size = struct.unpack_from(f"{order}II", data, at)
        if kind == _SECTION:  # its type reads alike in either order
            order, units = _ORDERS.get(data[at + 8 : at + 12], order), []
            size = struct.unpack_from(f"{order}I", data, at + 4)[0]
        if size < _SMALLEST or at + size > len(data):
            return
        if kind == _INTERFACE:
            units.append(_unit(data[at + 16 : at + size - 4], order))
        elif width := _WITH_TIME.get(kind):
            [number] = struct.unpack_from(f"{order}{width}", data, at + 8)
            if number < len(units):
                yield _Stamp(at + 12, order, units[number])
        at += size


def _unit(options: bytes, order: str) -> int:
    """What the times of an interface count: parts of a second."""
    at = 0
    while at + 4 <= len(options):
        code, size = struct.unpack_from(f"{order}HH", options, at)
        if code == _RESOLUTION and at + 4 < len(options):
            told = options[at + 4]
            return int(2 ** (told & 0x7F)) if told & 0x80 else int(10**told)
        at += 4 + -(-size // 4) * 4
    return _MICROSECONDS
