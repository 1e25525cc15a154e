"""Days of hits, made up."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from typing import Any, Final

from rules_lib.hits.values import DayHits, HitsOfDay, PacketAction, Talker

DAY: Final = date(2026, 11, 28)


def day_hits(sid: int = 7, day: date = DAY, **other: Any) -> DayHits:
    """Hits of a rule: one line of one flow, where nothing else is said."""
    moment = datetime.combine(day, time(10), UTC)
    usual: dict[str, Any] = {
        "action": PacketAction.ALERT,
        "group": "et-emerging-malware",
        "count": 1,
        "flows": 1,
        "sources": 1,
        "destinations": 1,
        "top_sources": (Talker("10.0.0.5", 1),),
        "top_destinations": (Talker("192.0.2.9", 1),),
        "first": moment,
        "last": moment,
    }
    return DayHits(sid=sid, **usual | other)


def hits_of_day(*hits: DayHits, day: date = DAY, **other: Any) -> HitsOfDay:
    """A day, counted at its end."""
    usual: dict[str, Any] = {
        "counted_at": datetime.combine(day, time(23), UTC),
        "closed": False,
        "lines": sum(one.count for one in hits),
        "addresses": True,
    }
    return HitsOfDay(day=day, hits=hits, **usual | other)


def talkers(*addresses: str) -> tuple[Talker, ...]:
    """Each with one line."""
    return tuple(Talker(address, 1) for address in addresses)
