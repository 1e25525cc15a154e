"""What the service's engine, Suricata 8.0.3, knows; and 7.0, in which `verify` can load rules too.

AWS upgraded the service from 7.0 to 8.0.3 in October 2026 [guide]. Measured with `suricata -T` of
7.0.10 and 8.0.8, and read in the source at the tag suricata-8.0.3 where 8.0.8 has more.
"""

from __future__ import annotations

import re
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

VERSION: Final = (8, 0, 3)
"""The release that the service runs [guide, November 2026]."""

NAME: Final = f"Suricata {'.'.join(map(str, VERSION))}"
"""The service's engine, as people are told."""

_OF_PACKETS: Final = frozenset(
    {"ip", "ip4", "ip6", "ipv4", "ipv6", "icmp", "icmpv4", "icmpv6", "pkthdr"}
    | {"tcp", "tcp-pkt", "tcp-stream", "udp"}
)
_PROTOCOLS_OF_7: Final = _OF_PACKETS | frozenset(
    {"http", "http1", "http2", "ftp", "tftp", "smtp", "imap", "tls", "ssh", "quic", "telnet"}
    | {"smb", "nfs", "dcerpc", "dns", "dhcp", "ntp", "snmp", "krb5", "rdp", "rfb", "sip", "mqtt"}
    | {"modbus", "dnp3", "bittorrent-dht", "pgsql"}
)
_PROTOCOLS_SINCE_8: Final = frozenset({"doh2", "ldap", "mdns", "pop3", "websocket"})

PROTOCOLS: Final = _PROTOCOLS_OF_7 | _PROTOCOLS_SINCE_8
"""Protocols of a rule's header that Suricata 8.0.3 takes and the service does not rule out.

Left out as documented by the service: ftp-data, sctp, ike, enip, cip. Whether the service has
switched on those that a plain Suricata leaves off (pgsql, modbus, dnp3 …) its dry run says.
"""

ACTION_FORM: Final = r"alert|drop|pass|reject(?:src|dst|both)?"
"""What a rule begins with, in any case, as a pattern [source]; `log` was one in old releases."""

DIRECTIONS: Final = frozenset({"->", "<>", "=>"})
"""What may stand between the ends of a header; `=>`, for both sides of a transaction, is of 8."""

SID_MAX: Final = 2**32 - 1
"""Suricata keeps a sid in 32 bits (8.0.8), and 0 is none."""

DEFAULT_ACTION_SIDS: Final = frozenset({2, 4, 6, 8})
"""What alert logs call the default actions of a firewall policy [AWS's best practices, 2026]."""

NUMBER_MAX: Final = {"sid": SID_MAX, "rev": 2**32 - 1}
"""The largest values of the options that are numbers (8.0.8); the smallest is 1, a `+` may lead."""

FEATURES: Final = frozenset({"ja3", "ja4"})
"""What `requires: feature` may ask for: of what 8.0 has a name for all but output::file-store.

A plain Suricata has both unless it is told otherwise [source]; nobody has asked the service.
"""

OBSOLETE: Final[Mapping[str, str]] = MappingProxyType(
    {
        "ssh.protoversion": "ssh.protoversion is obsolete, use now ssh.proto",
        "ssh.softwareversion": "ssh.softwareversion is obsolete, use now ssh.software",
    }
)
"""Keywords that Suricata 8 lists and refuses whatever their value is, and its words [source]."""

MD5_LIKE: Final = frozenset(
    {"ja3.hash", "ja3_hash", "ja3s.hash", "ssh.hassh", "ssh-hassh", "ssh.hassh.server"}
    | {"ssh-hassh-server", "quic.cyu.hash"}
)
"""Buffers in which Suricata 8 takes 32 hexadecimal digits as content and nothing else [source]."""

DESCRIPTIVE: Final = frozenset(
    {"msg", "sid", "rev", "gid", "metadata", "reference", "classtype", "priority", "target"}
)
"""Options that say what a rule is, and nothing of what it matches."""

NO_SPACE: Final = frozenset({"http.protocol", "http_protocol"})
"""Buffers in which Suricata 8 takes no content with a space [source]."""

MISUSES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "length": "Invalid length for md5-like keyword (should be 32 characters long)",
        "digits": "Invalid md5-like string (should be string of hexadecimal characters)",
        "space": "Invalid http.protocol string containing a space",
    }
)
"""What Suricata 8 says of such contents, which 7.0 took, at least in part."""

_MD5: Final = re.compile(rb"[0-9A-Fa-f]*")
_MD5_LENGTH: Final = 32


def misuse(buffer: str, contents: tuple[bytes, ...]) -> str:
    """Which of `MISUSES` the contents of a buffer are; empty where none."""
    if buffer in NO_SPACE:
        return "space" if any(b" " in content for content in contents) else ""
    if any(len(content) != _MD5_LENGTH for content in contents):
        return "length"
    return "" if all(map(_MD5.fullmatch, contents)) else "digits"


@cache
def keywords(major: int = VERSION[0]) -> frozenset[str]:
    """Names of the rule keywords that a Suricata of 7 or 8 knows (scripts/suricata-keywords).

    Of 8 those that the service's release knows: what came later is left out.
    """
    names = frozenset(_lines(f"suricata-{major}-keywords.txt"))
    return names - newer_keywords() if major == VERSION[0] else names


@cache
def newer_keywords() -> frozenset[str]:
    """Keywords of the list of 8 that came after the service's release."""
    entries = (line.split() for line in _lines("suricata-8-newer.txt"))
    return frozenset(name for name, since in entries if _release(since) > VERSION)


@cache
def aliases() -> frozenset[str]:
    """Keywords of the list of 8 that are other names of one that has a name of its own."""
    return frozenset(_lines("suricata-8-aliases.txt"))


def protocols(major: int = VERSION[0]) -> frozenset[str]:
    """Protocols of a rule's header that a Suricata of 7 or 8 takes and the service has."""
    return _PROTOCOLS_OF_7 if major < VERSION[0] else PROTOCOLS


def takes_protocol(name: str) -> bool:
    """Whether the service has the protocol of a rule's header, without its hook.

    The case is ignored in names of packets alone: `TCP` is taken, `HTTP` refused (7.0.10, 8.0.8).
    """
    return name in PROTOCOLS or name.lower() in _OF_PACKETS


def _release(text: str) -> tuple[int, ...]:
    return tuple(map(int, text.split(".")))


def _lines(name: str) -> tuple[str, ...]:
    from importlib.resources import files  # noqa: PLC0415 - most ask for a number or a name alone

    lines = files("rules_lib.facts").joinpath(f"data/{name}").read_text().splitlines()
    return tuple(line for line in lines if line and not line.startswith("#"))
