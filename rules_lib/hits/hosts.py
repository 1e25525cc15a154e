"""Whose an address is: one of people's own hosts, or a foreign one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import TYPE_CHECKING, Final, Self

if TYPE_CHECKING:
    from rules_lib.allowlist import Allowlist
    from rules_lib.hits.values import DayHits

NOISY_HOSTS: Final = 10
"""What so many own hosts do is ordinary."""

HURT_HOSTS: Final = 3
"""Where a rule blocks so many own hosts, it may block something ordinary."""

_HOME: Final = "HOME_NET"
_PRIVATE: Final = tuple(
    map(ip_network, ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fc00::/7"))
)
"""RFC 1918, RFC 6598 and RFC 4193: what a VPC usually has."""


@dataclass(frozen=True, slots=True)
class OwnNetworks:
    """Which addresses are people's own.

    Attributes:
        inside: networks that are theirs.
        outside: parts of these that are not.
        assumed: the allowlist does not say it in addresses: private ones are taken for theirs.
    """

    inside: tuple[IPv4Network | IPv6Network, ...] = _PRIVATE
    outside: tuple[IPv4Network | IPv6Network, ...] = ()
    assumed: bool = True

    @classmethod
    def of(cls, allowlist: Allowlist) -> Self:
        """Go by HOME_NET of the allowlist; without one, or with a reference in it, by RFC 1918.

        A HOME_NET of negated networks alone stands for everything else.
        """
        values = allowlist.variables.declared.get(_HOME, ())
        if not values or any("@" in value for value in values):
            return cls()
        inside = tuple(ip_network(value, strict=False) for value in values if value[0] != "!")
        outside = tuple(ip_network(value[1:], strict=False) for value in values if value[0] == "!")
        everything = (ip_network("0.0.0.0/0"), ip_network("::/0"))
        return cls(inside or everything, outside, assumed=False)

    def __contains__(self, address: str) -> bool:
        """Whether an address is of people's own."""
        found = ip_address(address)
        return _in(found, self.inside) and not _in(found, self.outside)

    def own(self, *hits: DayHits) -> tuple[str, ...]:
        """Name the hosts of people's own among the examples of hits, on either side, in order."""
        named = {
            talker.address for one in hits for talker in (*one.top_sources, *one.top_destinations)
        }
        return tuple(sorted(address for address in named if address in self))


def _in(address: IPv4Address | IPv6Address, networks: Iterable[IPv4Network | IPv6Network]) -> bool:
    return any(address in network for network in networks)
