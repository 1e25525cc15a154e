"""What the service's engine, Suricata 7.0, knows: keywords, protocols, numbers.

All measured with `suricata -T` of 7.0.10.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Final

PROTOCOLS: Final = frozenset(
    {"ip", "ip4", "ip6", "ipv4", "ipv6", "icmp", "icmpv4", "icmpv6", "pkthdr"}
    | {"tcp", "tcp-pkt", "tcp-stream", "udp"}
    | {"http", "http1", "http2", "ftp", "tftp", "smtp", "imap", "tls", "ssh", "quic", "telnet"}
    | {"smb", "nfs", "dcerpc", "dns", "dhcp", "ntp", "snmp", "krb5", "rdp", "rfb", "sip", "mqtt"}
    | {"modbus", "dnp3", "bittorrent-dht"}
)
"""Protocols of a rule's header that Suricata 7.0.10 takes and the service does not rule out.

Left out as documented by the service: ftp-data, sctp, ike, enip, cip.
"""

NUMBER_MAX: Final = {"sid": 2**32 - 1, "rev": 2**32 - 1}
"""The largest values of the options that are numbers (8.0.8); the smallest is 1, a `+` may lead."""


@cache
def keywords() -> frozenset[str]:
    """Names of the rule keywords that Suricata 7.0.10 knows (scripts/suricata-keywords)."""
    lines = files("rules_lib").joinpath("data/suricata-keywords.txt").read_text().splitlines()
    return frozenset(line for line in lines if line and not line.startswith("#"))
