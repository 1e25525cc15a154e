"""Hits of one day as one, where they are of the same rule, action and group."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence

from rules_lib.hits.values import TOP, DayHits, Talker


def most_talkative(talkers: Iterable[Talker]) -> tuple[Talker, ...]:
    """Add up what is known of each address; those with the most lines come first."""
    lines: Counter[str] = Counter()
    for talker in talkers:
        lines[talker.address] += talker.count
    ranked = sorted(lines.items(), key=lambda item: (-item[1], item[0]))
    return tuple(Talker(address, count) for address, count in ranked[:TOP])


def one_of_each(hits: Iterable[DayHits]) -> tuple[DayHits, ...]:
    """Merge hits of one day that come to the same sid, action and group.

    A day may be counted in parts, and two accounts may have groups of the same name: flows are then
    added up, and of distinct addresses as many are taken as are sure.
    """
    alike: defaultdict[tuple[int, str, str], list[DayHits]] = defaultdict(list)
    for one in hits:
        alike[one.sid, one.action, one.group].append(one)
    return tuple(_sum(alike[key]) for key in sorted(alike))


def addresses_at_least(alike: Sequence[DayHits], side: str) -> int:
    """How many addresses are sure: the most of any, or as many as are named."""
    named = {talker.address for one in alike for talker in getattr(one, f"top_{side}")}
    numbers: Iterable[int] = (getattr(one, side) for one in alike)
    return max(len(named), *numbers)


def _sum(alike: Sequence[DayHits]) -> DayHits:
    first, *others = alike
    if not others:
        return first
    return DayHits(
        sid=first.sid,
        action=first.action,
        group=first.group,
        count=sum(one.count for one in alike),
        flows=sum(one.flows for one in alike),
        sources=addresses_at_least(alike, "sources"),
        destinations=addresses_at_least(alike, "destinations"),
        top_sources=_most_talkative(alike, "top_sources"),
        top_destinations=_most_talkative(alike, "top_destinations"),
        first=min(one.first for one in alike),
        last=max(one.last for one in alike),
    )


def _most_talkative(alike: Sequence[DayHits], side: str) -> tuple[Talker, ...]:
    return most_talkative(talker for one in alike for talker in getattr(one, side))
