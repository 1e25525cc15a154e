"""Which addresses a feed's server may send us to: what a redirect leads to is its choice, not ours.

A function in a VPC, or a machine in a network, reaches what the feed's publisher does not: the
metadata of an instance, Lambda's own runtime at 127.0.0.1, an office's servers. So every address is
looked at when it is connected to, after its name was resolved, and that very address is used: a
name that resolves to another one a moment later leads nowhere else.
"""

from __future__ import annotations

import socket
from dataclasses import dataclass, field
from enum import StrEnum
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import TYPE_CHECKING, Final

from urllib3.util.connection import create_connection

if TYPE_CHECKING:
    from collections.abc import Sequence

    from urllib3.util.connection import _TYPE_SOCKET_OPTIONS

_NAT64: Final = IPv6Network("64:ff9b::/96")
"""An IPv4 address in IPv6, as networks without IPv4 give it; RFC 6052."""


class HostKind(StrEnum):
    """What an address belongs to, in the words of an error."""

    PUBLIC = "a public address"
    PRIVATE = "an address of a private network"
    LOOPBACK = "an address of this machine itself"
    LINK_LOCAL = "a link-local address, such as that of an instance's metadata"
    OTHER = "an address of no host"


@dataclass(frozen=True, slots=True)
class Origin:
    """A host and port as a URL names them."""

    host: str
    port: int


class BarredError(Exception):
    """A redirect leads to where it may not.

    Attributes:
        kind: of the address.
        address: as numbers.
    """

    def __init__(self, kind: HostKind, address: str) -> None:
        self.kind = kind
        self.address = address
        super().__init__(f"{address} is {kind}")


@dataclass(slots=True)
class Gate:
    """What may be connected to: whatever was configured, and what a redirect from there may reach.

    A redirect may lead to any public address; to one of a private network where the configured
    address is in one too; to anything else only at the very host and port that was configured.

    Attributes:
        asked: what was configured.
        redirected: whether a server has sent us on from there.
        homes: of what kind the address was that a configured host had; a connection may be kept.
    """

    asked: Origin | None = None
    redirected: bool = False
    homes: dict[Origin, HostKind] = field(default_factory=dict)

    def begin(self, asked: Origin) -> None:
        """Ask for what was configured."""
        self.asked, self.redirected = asked, False

    def follow(self) -> None:
        """Go where a server sends us."""
        self.redirected = True

    def open(
        self, host: str, port: int, timeout: float | None, options: _TYPE_SOCKET_OPTIONS | None
    ) -> socket.socket:
        """Connect to the first address of a host that answers, of those that may be connected to.

        Raises:
            BarredError: none of them may.
            OSError: the name is unknown, or none answers.
        """
        failure: OSError | None = None
        for address in self.addresses(host, port):
            try:
                made = create_connection((address, port), timeout, socket_options=options)
            except OSError as error:
                failure = error
            else:
                self._note(Origin(host, port), address)
                return made
        raise failure or OSError("the name has no address")

    def addresses(self, host: str, port: int) -> Sequence[str]:
        """Resolve a host's name; decimal, octal and short forms of numbers are names too.

        Raises:
            BarredError: none of its addresses may be connected to.
            OSError: the name is unknown.
        """
        found = socket.getaddrinfo(host.strip("[]"), port, type=socket.SOCK_STREAM)
        resolved = [str(address[0]) for *_, address in found]
        target = Origin(host, port)
        allowed = [address for address in resolved if self._lets(target, host_kind(address))]
        if resolved and not allowed:
            raise BarredError(host_kind(resolved[0]), resolved[0])
        return allowed

    def look(self, host: str, port: int) -> None:
        """Look at what a proxy is to connect to, as far as we can resolve it ourselves.

        Raises:
            BarredError: it may not be connected to.
        """
        try:
            addresses = self.addresses(host, port)
        except OSError:
            return  # only the proxy knows the name, and decides
        self._note(Origin(host, port), addresses[0])

    def _lets(self, target: Origin, kind: HostKind) -> bool:
        if not self.redirected or kind is HostKind.PUBLIC:
            return True
        home = self.homes.get(self.asked) if self.asked else None
        return kind is home and (kind is HostKind.PRIVATE or target == self.asked)

    def _note(self, target: Origin, address: str) -> None:
        if not self.redirected:
            self.homes[target] = host_kind(address)


def host_kind(address: str) -> HostKind:
    """Say what an address belongs to; an IPv4 address within an IPv6 address is what it is."""
    found = _unwrapped(ip_address(address.partition("%")[0]))
    if found.is_loopback:
        return HostKind.LOOPBACK
    if found.is_link_local:
        return HostKind.LINK_LOCAL
    if found.is_multicast or found.is_unspecified or found.is_reserved:
        return HostKind.OTHER
    site = isinstance(found, IPv6Address) and found.is_site_local
    return HostKind.PUBLIC if found.is_global and not site else HostKind.PRIVATE


def _unwrapped(address: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    if isinstance(address, IPv4Address):
        return address
    if address in _NAT64:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour or address
