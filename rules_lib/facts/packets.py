"""In which packets a rule can match, by its protocol and its buffers, in Suricata 8.0.3.

Read in the source at the tag suricata-8.0.3 (AppProtoEquals in app-layer-protos.h, the parsers'
registrations), and asked of 8.0.8 (`scripts/buffers.py`).
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

TO_SERVER: Final = "to_server"
TO_CLIENT: Final = "to_client"
BOTH_WAYS: Final = frozenset({TO_SERVER, TO_CLIENT})

FLOW_DIRECTIONS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "to_server": TO_SERVER,
        "from_client": TO_SERVER,
        "to_client": TO_CLIENT,
        "from_server": TO_CLIENT,
    }
)
"""The words of `flow` that say which way a packet goes."""

_TCP: Final = frozenset({"tcp"})
_UDP: Final = frozenset({"udp"})
_ICMP: Final = frozenset({"icmp"})
EVERY_TRANSPORT: Final = _TCP | _UDP | _ICMP | {"other"}

_PACKETS: Final[Mapping[str, frozenset[str]]] = MappingProxyType(
    {
        **dict.fromkeys(("tcp", "tcp-pkt", "tcp-stream"), _TCP),
        "udp": _UDP,
        **dict.fromkeys(("icmp", "icmpv4", "icmpv6"), _ICMP),
        **dict.fromkeys(("ip", "ip4", "ip6", "ipv4", "ipv6", "pkthdr"), EVERY_TRANSPORT),
    }
)
"""Protocols of a header that say nothing of what a packet carries."""

_OVER_TCP: Final = frozenset(
    {"http", "http1", "http2", "doh2", "websocket", "ftp", "smtp", "imap", "pop3", "tls", "ssh"}
    | {"telnet", "smb", "rdp", "rfb", "mqtt", "modbus", "dnp3", "pgsql"}
)
_OVER_UDP: Final = frozenset(
    {"tftp", "quic", "dhcp", "ntp", "snmp", "mdns", "ike", "bittorrent-dht"}
)

_CARRIED: Final[Mapping[str, frozenset[str]]] = MappingProxyType(
    {
        "http": frozenset({"http1", "http2"}),
        "http1": frozenset({"http1", "http2"}),
        "http2": frozenset({"http1", "http2", "doh2"}),
        "doh2": frozenset({"http1", "http2", "doh2", "dns"}),
        "dns": frozenset({"dns", "doh2"}),
        "websocket": frozenset({"http1", "websocket"}),
        "dcerpc": frozenset({"dcerpc", "smb"}),
    }
)
"""What a packet may carry on which a rule of a protocol matches, where that is more than itself.

A connection that turns from HTTP/1 to HTTP/2 or WebSocket may carry both in one packet.
"""


class Buffer(NamedTuple):
    """What a keyword that looks into a protocol's fields says of the packets.

    Attributes:
        protocol: as in a header.
        directions: those in which the field is.
    """

    protocol: str
    directions: frozenset[str]


@cache
def buffers() -> Mapping[str, Buffer]:
    """By keyword; those that are in no list may be of any protocol and direction."""
    text = files("rules_lib.facts").joinpath("data/suricata-8-buffers.txt").read_text()
    rows = (line.split() for line in text.splitlines() if line and not line.startswith("#"))
    return MappingProxyType(
        {name: Buffer(protocol, frozenset(ways.split(","))) for name, protocol, ways in rows}
    )


def is_of_packets(protocol: str) -> bool:
    """Whether a header's protocol says nothing of what a packet carries."""
    return protocol in _PACKETS


def transports_of(protocol: str) -> frozenset[str]:
    """Below which protocols that of a header may be; of an unknown one tcp and udp."""
    if protocol in _PACKETS:
        return _PACKETS[protocol]
    if protocol in _OVER_TCP:
        return _TCP
    return _UDP if protocol in _OVER_UDP else _TCP | _UDP


def carried_by(protocol: str) -> frozenset[str]:
    """What a packet carries on which a rule of this protocol, none of packets, can match."""
    return _CARRIED.get(protocol, frozenset({protocol}))
