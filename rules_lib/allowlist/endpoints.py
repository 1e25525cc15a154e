"""The addresses, ports and reference sets that a declared variable may stand for."""

from __future__ import annotations

import re
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Final, Literal

from rules_lib.facts.limits import VARIABLE_NAME_PATTERN

EndpointKind = Literal["ip", "port"]

PORT_MAX: Final = 65_535

_PORTS: Final = re.compile(r"[0-9]{1,5}|[0-9]{1,5}:[0-9]{0,5}|:[0-9]{1,5}")
_SET: Final = re.compile("@" + VARIABLE_NAME_PATTERN.strip("^$"))
"""A reference set, which is a list of addresses."""
_NETWORK: Final = re.compile(
    r"[0-9A-Fa-f.:]+(/(0|[1-9][0-9]{0,2}))?"
)  # no netmask, no zone: CIDR only


def endpoint_kind(value: str) -> EndpointKind | None:
    """What the value is meant for, `!` in front or not; None where it is neither."""
    plain = value.removeprefix("!")
    if _PORTS.fullmatch(plain):
        return "port"
    if _SET.fullmatch(plain):
        return "ip"
    return "ip" if _network(plain) else None


def fault_of(value: str) -> str:
    """What is wrong with one value and what to do; empty where nothing is."""
    plain = value.removeprefix("!")
    if _PORTS.fullmatch(plain):
        return _port_fault(plain, negated=plain != value)
    network = _network(plain)
    if network:
        return _network_fault(plain, network, negated=plain != value)
    return "" if _SET.fullmatch(plain) else _oddity(value, plain)


def _oddity(value: str, plain: str) -> str:
    """What is wrong with a value that is neither address, nor port, nor reference set."""
    if "$" in value:
        return "mixes in a variable; use a single $NAME or !$NAME, not in a list"
    if plain == "any":
        return "must be alone: no list, no !"
    if set("[],") & set(value):
        return "is a list in quotes; write a list as [10.0.0.0/8, 192.168.0.0/16]"
    return "is neither an address such as 10.0.0.0/8 nor a port such as 80 or 1024:65535"


def negation_of(values: tuple[str, ...]) -> tuple[str, ...] | None:
    """The values for every address that these leave out; None where no list says that.

    `!` in a list takes away from what the others give, so only a list with `!` throughout or
    nowhere can be turned around, and the whole address space has no remainder.
    """
    every = any(value.endswith("/0") for value in values)
    mixed = len({value.startswith("!") for value in values}) > 1
    if every or mixed:
        return None
    return tuple(value[1:] if value.startswith("!") else f"!{value}" for value in values)


def _port_fault(text: str, *, negated: bool) -> str:
    low, colon, high = text.partition(":")
    first = int(low or 0)
    last = int(high or PORT_MAX) if colon else first
    if not first <= last <= PORT_MAX:
        return f"is not a range of ports; write the lower port first, at most {PORT_MAX}"
    if negated and (first, last) == (0, PORT_MAX):
        return "leaves no port"
    return ""


def _network(text: str) -> IPv4Network | IPv6Network | None:
    if not _NETWORK.fullmatch(text):
        return None
    try:
        return ip_network(text, strict=False)
    except ValueError:
        return None


def _network_fault(text: str, network: IPv4Network | IPv6Network, *, negated: bool) -> str:
    try:
        ip_network(text)
    except ValueError:
        return f"has bits set beyond its prefix; write {network}"
    return "leaves no address" if negated and not network.prefixlen else ""
