"""Hosts taken out of a rule's header, so that the rule does not count for them.

The engine keeps IPv4 and IPv6 apart: of a list that has no address of a family, and takes one out,
it makes every other address of that family (`DetectAddressMergeNot`, detect-engine-address.c,
7.0.10 and 8.0.3). So a host is taken out only where its family may match at all.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, collapse_addresses, ip_network
from typing import TYPE_CHECKING, Final, TypeAlias

if TYPE_CHECKING:
    from rules_lib.why import Without

Network: TypeAlias = IPv4Network | IPv6Network

_FIELD: Final = re.compile(r"[^ \t]+")
_SOURCE, _DIRECTION, _DESTINATION = 2, 4, 5
_BOTH: Final = "<>"
_ANY: Final = "any"
_FAMILIES: Final = (4, 6)


@dataclass(frozen=True, slots=True)
class Narrowed:
    """A header without some hosts.

    Attributes:
        text: the header; as it was where no host was to be taken out.
        empty: the ends at which nothing is left that could match: source, destination.
        passed_over: hosts that were left in, as it is not known whether their family can match.
    """

    text: str
    empty: tuple[str, ...] = ()
    passed_over: tuple[str, ...] = ()


def narrow(
    header: str, exceptions: Iterable[Without], declared: Mapping[str, tuple[str, ...]]
) -> Narrowed:
    """Take the hosts of some exceptions out of a header.

    In a header with `<>` each end is source and destination in turn, so all go out of both.

    Args:
        header: of seven fields, with the variables that are written in it.
        exceptions: of the rule.
        declared: name without `$` -> the addresses that it stands for.
    """
    exceptions = tuple(exceptions)
    fields = list(_FIELD.finditer(header))
    away = _hosts(one.not_from for one in exceptions), _hosts(one.not_to for one in exceptions)
    if fields[_DIRECTION][0] == _BOTH:
        away = (_hosts(away),) * 2
    ends = {
        name: (fields[place], _end_without(fields[place][0], hosts, declared))
        for name, place, hosts in zip(
            ("source", "destination"), (_SOURCE, _DESTINATION), away, strict=True
        )
    }
    text = header
    for field, end in reversed(ends.values()):
        text = text[: field.start()] + end.text + text[field.end() :]
    return Narrowed(
        text=text,
        empty=tuple(name for name, (_, end) in ends.items() if end.empty),
        passed_over=_hosts(end.passed_over for _, end in ends.values()),
    )


def _hosts(lists: Iterable[Sequence[str] | None]) -> tuple[str, ...]:
    """All hosts of some lists, each once."""
    return tuple(dict.fromkeys(host for hosts in lists for host in hosts or ()))


@dataclass(frozen=True, slots=True)
class _End:
    text: str
    empty: bool = False
    passed_over: tuple[str, ...] = ()


def _end_without(field: str, hosts: Sequence[str], declared: Mapping[str, tuple[str, ...]]) -> _End:
    matched = _Matched.of(field, declared)
    out = tuple(host for host in hosts if matched.may_match(ip_network(host)))
    passed_over = tuple(host for host in hosts if host not in out and matched.is_unknown)
    if not out:
        return _End(field, passed_over=passed_over)
    return _End(_list(field, out), matched.is_covered_by(map(ip_network, out)), passed_over)


def _list(field: str, hosts: Sequence[str]) -> str:
    """The field without the hosts, as a list that the engine reads."""
    kept = [] if field.lower() == _ANY else [field[1:-1] if field.startswith("[") else field]
    written = ",".join((*kept, *(f"!{host}" for host in hosts)))
    return f"[{written}]" if "," in written else written


@dataclass(frozen=True, slots=True)
class _Matched:
    """What a header's field names, lists in lists and declared variables taken apart.

    Attributes:
        wanted: networks that it names.
        negated: networks that it takes out.
        is_any: it names every address.
        is_unknown: it names what only the service knows: a variable of the policy, a reference set.
    """

    wanted: tuple[Network, ...]
    negated: tuple[Network, ...]
    is_any: bool
    is_unknown: bool

    @classmethod
    def of(cls, field: str, declared: Mapping[str, tuple[str, ...]]) -> _Matched:
        found = list(_entries(field, declared, negated=False))
        networks = [(ip_network(text), negated) for text, negated in found if _is_network(text)]
        return cls(
            wanted=tuple(network for network, negated in networks if not negated),
            negated=tuple(network for network, negated in networks if negated),
            is_any=any(text.lower() == _ANY for text, _ in found),
            is_unknown=any(not _is_network(text) and text.lower() != _ANY for text, _ in found),
        )

    def may_match(self, host: Network) -> bool:
        """Whether an address of the host can match; what is unknown is taken to have IPv4 alone."""
        if self.is_any or (self.is_unknown and host.version == _FAMILIES[0]):
            return True
        return self._is_all_but(host.version) or any(map(host.overlaps, self._of(host.version)))

    def _of(self, family: int) -> Iterator[Network]:
        return (one for one in self.wanted if one.version == family)

    def is_covered_by(self, hosts: Iterable[Network]) -> bool:
        """Whether nothing that it names is left without the hosts, as far as is known."""
        if self.is_any or self.is_unknown or not self.wanted:
            return False
        gone = (*self.negated, *hosts)
        return all(_is_covered(one, gone) for one in self.wanted) and not any(
            self._is_all_but(family) for family in _FAMILIES
        )

    def _is_all_but(self, family: int) -> bool:
        """Whether it names a family by what it takes out alone."""
        negated = any(one.version == family for one in self.negated)
        return negated and not any(self._of(family))


def _is_covered(network: Network, by: Iterable[Network]) -> bool:
    alike = [one for one in by if one.version == network.version]
    return any(network.subnet_of(one) for one in collapse_addresses(alike))  # type: ignore[type-var, arg-type]


def _entries(
    field: str, declared: Mapping[str, tuple[str, ...]], *, negated: bool
) -> Iterator[tuple[str, bool]]:
    """Each address, and each name without a value, and whether it is negated."""
    for part in _parts(field):
        plain = part.lstrip("!")
        turned = negated ^ bool((len(part) - len(plain)) % 2)
        name = plain.removeprefix("$")
        if plain.startswith("["):
            yield from _entries(plain[1:-1], declared, negated=turned)
        elif name != plain and name in declared:
            for value in declared[name]:
                yield from _entries(value, declared, negated=turned)
        elif plain:
            yield plain, turned


def _parts(field: str) -> Iterator[str]:
    """The entries of a list without its brackets; what is in brackets stays together."""
    depth, begun = 0, 0
    for at, sign in enumerate(field):
        depth += (sign == "[") - (sign == "]")
        if sign == "," and not depth:
            yield field[begun:at]
            begun = at + 1
    yield field[begun:]


def _is_network(text: str) -> bool:
    try:
        ip_network(text, strict=False)
    except ValueError:
        return False
    return True
