"""Hits added up, over any days and rules; what cannot be added has a bound."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from rules_lib.hits.merge import addresses_at_least

if TYPE_CHECKING:
    from rules_lib.hits.hosts import OwnNetworks
    from rules_lib.hits.values import DayHits


@dataclass(frozen=True, slots=True)
class HitTally:
    """Some hits together.

    Attributes:
        sids: how many rules fired.
        hits: log lines.
        blocked: of these, those whose packets were blocked.
        flows_at_most: a flow that lasts over midnight counts on both days.
        sources_at_least: distinct source addresses.
        hosts: own hosts among the example addresses, in order.
        days: how many days have a hit.
        first: time of the first line, UTC.
        last: time of the last one.
    """

    sids: int
    hits: int
    blocked: int
    flows_at_most: int
    sources_at_least: int
    hosts: tuple[str, ...]
    days: int
    first: datetime
    last: datetime


def tally_of(hits: Iterable[DayHits], own: OwnNetworks) -> HitTally:
    """Add hits up; there must be one."""
    hits = tuple(hits)
    return HitTally(
        sids=len({one.sid for one in hits}),
        hits=sum(one.count for one in hits),
        blocked=sum(one.count for one in hits if one.action.blocks),
        flows_at_most=sum(one.flows for one in hits),
        sources_at_least=addresses_at_least(hits, "sources"),
        hosts=own.own(*hits),
        days=len({one.first.date() for one in hits}),
        first=min(one.first for one in hits),
        last=max(one.last for one in hits),
    )


def lines_by_host(hits: DayHits, own: OwnNetworks) -> Iterator[tuple[str, int]]:
    """The own hosts among a rule's examples, and how many lines name each."""
    for talker in (*hits.top_sources, *hits.top_destinations):
        if talker.address in own:
            yield talker.address, talker.count
