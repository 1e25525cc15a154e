"""What fired, as values: the hits of a day, rule by rule."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Final

TOP: Final = 20
"""How many addresses of each side are kept of a rule's hits of a day: those with the most lines."""


class PacketAction(StrEnum):
    """What became of the packet, which is not always what the rule's own action says."""

    DROP = "drop"
    REJECT = "reject"
    ALERT = "alert"
    PASS = "pass"  # noqa: S105  # an action of the engine, no secret

    @property
    def blocks(self) -> bool:
        """Whether the packet did not get through."""
        return self in {PacketAction.DROP, PacketAction.REJECT}


@dataclass(frozen=True, slots=True)
class Talker:
    """An address, and in how many log lines it stood on that side."""

    address: str
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DayHits:
    """The hits of one rule on one day, as far as the same became of the packets.

    Attributes:
        sid: of the rule; 2, 4, 6 and 8 are default actions of the policy.
        action: what became of the packets.
        group: name of the rule group; empty where the record does not name one.
        count: log lines.
        flows: distinct flows; at most so many where the day was counted in parts.
        sources: distinct source addresses; at least so many where it was.
        destinations: distinct destination addresses; likewise.
        top_sources: the sources with the most lines, the most first; at most `TOP`, and none where
            addresses are not kept.
        top_destinations: likewise.
        first: time of the first line, UTC.
        last: time of the last one.
    """

    sid: int
    action: PacketAction
    group: str
    count: int
    flows: int
    sources: int
    destinations: int
    top_sources: tuple[Talker, ...] = ()
    top_destinations: tuple[Talker, ...] = ()
    first: datetime
    last: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class HitsOfDay:
    """All hits of one day, UTC.

    Attributes:
        day: whose.
        counted_at: when the lines were counted, UTC; later ones are not in.
        closed: whether it was counted so late that no further lines are waited for.
        lines: log lines of that day, those that are no alerts too.
        addresses: whether example addresses were asked for.
        hits: by sid, action and group, each of them once.
    """

    day: date
    counted_at: datetime
    closed: bool
    lines: int
    addresses: bool
    hits: tuple[DayHits, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CountedLines:
    """What one reading of alert logs came to.

    Attributes:
        days: each day that had a line, in order.
        unread: lines that are no JSON, as a half-written last one, or have no time in UTC.
    """

    days: tuple[HitsOfDay, ...]
    unread: int
