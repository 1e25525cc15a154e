"""The text of a rule -> the packets in which it can match, as far as its text says so.

What is not known counts as possible: two rules are apart only where no packet can have both match.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Final, NamedTuple, TypeAlias

from rules_lib.facts import packets as facts
from rules_lib.model import Header
from rules_lib.reading.rule import base_of, cut, header_of

if TYPE_CHECKING:
    from collections.abc import Iterable

_PORT_MAX: Final = 65_535
_SIZE_MAX: Final = 65_535
_PORTS: Final = re.compile(r"([0-9]{0,5})(:?)([0-9]{0,5})", re.ASCII)
_SIZE: Final = re.compile(r"(<=?|>=?|=|)\s*([0-9]{1,5})(?:\s*(?:<>|-)\s*([0-9]{1,5}))?", re.ASCII)
_ONE_WAY: Final = "->"
_HOME_AND_REST: Final = frozenset({"$HOME_NET", "$EXTERNAL_NET"})


NumberSpan: TypeAlias = tuple[int, int]
"""The first and the last of some numbers."""


class Packets(NamedTuple):
    """The packets in which a rule can match.

    Attributes:
        directions: of the flow, `to_server` and `to_client`.
        transports: protocols below the header's, such as `tcp`.
        carried: protocols that they carry; empty where the rule is of no one.
        sizes: of their payload in bytes, the smallest and the largest.
        header: whose ends they have.
    """

    directions: frozenset[str]
    transports: frozenset[str]
    carried: frozenset[str]
    sizes: NumberSpan
    header: Header

    def meet(self, others: Packets, *, home_apart: bool = False) -> bool:
        """Whether one packet can be among both.

        Args:
            others: of another rule.
            home_apart: no address is in both HOME_NET and EXTERNAL_NET.
        """
        if self.directions.isdisjoint(others.directions):
            return False
        if self.transports.isdisjoint(others.transports):
            return False
        if self.carried and others.carried and self.carried.isdisjoint(others.carried):
            return False
        if not _overlap(self.sizes, others.sizes):
            return False
        return not _have_no_end_in_common(self.header, others.header, home_apart=home_apart)


def packets_of(text: str) -> Packets:
    """Read the header, `flow`, and the names of the buffers.

    Args:
        text: of a rule that was read without fault.
    """
    parts = cut(text)
    header, names = header_of(parts.header), [name.lower() for _, name, _ in parts.found]
    values = {name.lower(): value for _, name, value in parts.found if value}
    kind = _kind_of(base_of(header.protocol), tuple(names), values.get("flow", ""))
    return Packets(*kind, _sizes(values.get("dsize", "")), header)


@lru_cache(maxsize=4096)
def _kind_of(
    protocol: str, names: tuple[str, ...], flow: str
) -> tuple[frozenset[str], frozenset[str], frozenset[str]]:
    """Directions, transports and what is carried; many rules share them."""
    buffers = [found for name in names if (found := facts.buffers().get(name))]
    protocols = {buffer.protocol for buffer in buffers}
    if not facts.is_of_packets(protocol):
        protocols = {protocol}
    carried = frozenset[str]().union(*map(facts.carried_by, protocols))
    directions = _directions(flow) or _all_of(buffer.directions for buffer in buffers)
    return directions or facts.BOTH_WAYS, facts.transports_of(protocol), carried


def _directions(flow: str) -> frozenset[str]:
    words = re.split(r"[\s,]+", flow.lower())
    return frozenset(facts.FLOW_DIRECTIONS[word] for word in words if word in facts.FLOW_DIRECTIONS)


def _sizes(asked: str) -> NumberSpan:
    """The sizes that `dsize` asks for; all where it takes some out, or cannot be read."""
    found = _SIZE.fullmatch(asked.strip())
    if not found:
        return 0, _SIZE_MAX
    sign, size = found[1], int(found[2])
    match sign:
        case "<" | "<=":
            return 0, size - (sign == "<")
        case ">" | ">=":
            return size + (sign == ">"), _SIZE_MAX
    return size, int(found[3] or size)


def _overlap(one: NumberSpan, other: NumberSpan) -> bool:
    return one[0] <= other[1] and other[0] <= one[1]


def _all_of(directions: Iterable[frozenset[str]]) -> frozenset[str]:
    """The directions that all of some buffers have; a rule with `=>` may have buffers of either."""
    return facts.BOTH_WAYS.intersection(*directions)


def _have_no_end_in_common(one: Header, other: Header, *, home_apart: bool) -> bool:
    """Whether the addresses or the ports of one end differ for certain."""
    if one.direction != _ONE_WAY or other.direction != _ONE_WAY:
        return False
    addresses = zip(one.addresses, other.addresses, strict=True)
    ports = zip(one.ports, other.ports, strict=True)
    return any(_no_address_in_both(*both, home_apart=home_apart) for both in addresses) or any(
        _no_port_in_both(*both) for both in ports
    )


def _no_address_in_both(one: str, other: str, *, home_apart: bool) -> bool:
    if one in {f"!{other}", other.removeprefix("!")} and one != other:
        return True
    return home_apart and {one, other} == _HOME_AND_REST


def _no_port_in_both(one: str, other: str) -> bool:
    ours, theirs = _ports(one), _ports(other)
    if not ours or not theirs:
        return False
    return not any(_overlap(this, that) for this in ours for that in theirs)


@lru_cache(maxsize=4096)
def _ports(field: str) -> tuple[NumberSpan, ...]:
    """First and last port of each range that a field names; empty where it says more than that."""
    found = [_PORTS.fullmatch(part) for part in field.strip("[]").split(",")]
    if not all(one and one[0] not in {"", ":"} for one in found):
        return ()
    return tuple(
        (int(one[1] or 0), int(one[3] or (_PORT_MAX if one[2] else one[1]))) for one in found if one
    )
