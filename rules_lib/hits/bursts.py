"""Bursts: rules that came or changed, and block on more own hosts than they ever fired on.

What so many hosts of one's own do is ordinary, and no attack. The look back is for rules that fired
before, as an alert or with another text: that was known to whoever let them drop.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeAlias

from rules_lib.hits.hosts import HURT_HOSTS, NOISY_HOSTS
from rules_lib.hits.ours import may_be_ours

if TYPE_CHECKING:
    from datetime import datetime

    from rules_lib.hits.hosts import OwnNetworks
    from rules_lib.hits.values import DayHits, HitsOfDay

BEFORE_DAYS: Final = 30
"""How far before a rule came or changed is looked back."""

_TIMES: Final = 2


@dataclass(frozen=True, slots=True)
class Burst:
    """A rule that blocks on many own hosts.

    Attributes:
        sid: of the rule.
        hosts: of one's own, on which it blocked since it came or changed; at least so many.
        before: on how many it fired in the days before.
    """

    sid: int
    hosts: int
    before: int


_Hosts: TypeAlias = tuple[set[str], int]
"""Names of own hosts, and how many there are at least where addresses are not kept."""


def bursts_of(
    came: Mapping[int, datetime], days: Iterable[HitsOfDay], own: OwnNetworks, prefix: str
) -> tuple[Burst, ...]:
    """Find the rules that burst, the one on most hosts first.

    A rule bursts if it blocked on at least `NOISY_HOSTS` own hosts, and on more than twice as many
    as it fired on before. Where few own hosts fire at all, half of them suffice, but at least
    `HURT_HOSTS`.

    Args:
        came: sid -> when the rule came or changed.
        days: of hits, `BEFORE_DAYS` before that too.
        own: which addresses are people's own.
        prefix: of our groups' names.
    """
    since, before = defaultdict[int, list[_Hosts]](list), defaultdict[int, list[_Hosts]](list)
    anybody: list[_Hosts] = []
    first = min(came.values(), default=None)
    for day in days:
        for hits in day.hits:
            hosts = _hosts(hits, day, own)
            if first and hits.last >= first:
                anybody.append(hosts)
            if hits.sid in came and may_be_ours(hits.group, prefix):
                is_new = hits.action.blocks and hits.last >= came[hits.sid]
                (since if is_new else before)[hits.sid].append(hosts)
    many = _many(_number(anybody))
    found = (Burst(sid, _number(hosts), _number(before[sid])) for sid, hosts in since.items())
    bursts = [one for one in found if one.hosts >= many and one.hosts > _TIMES * one.before]
    return tuple(sorted(bursts, key=lambda one: (-one.hosts, one.sid)))


def _hosts(hits: DayHits, day: HitsOfDay, own: OwnNetworks) -> _Hosts:
    """Own hosts of some hits; without addresses those of the larger side are taken for own."""
    if day.addresses:
        return {*own.own(hits)}, 0
    return set(), max(hits.sources, hits.destinations)


def _number(hosts: Iterable[_Hosts]) -> int:
    """How many hosts there are at least."""
    hosts = tuple(hosts)
    named = set[str]().union(*(names for names, _ in hosts))
    return max(len(named), *(number for _, number in hosts), 0)


def _many(anybody: int) -> int:
    """On how many hosts a rule has to block, where so many fire at all."""
    return max(HURT_HOSTS, min(NOISY_HOSTS, (anybody + 1) // 2))
