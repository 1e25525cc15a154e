"""Answers of an engine, a mapping a row, as values; what stands in a log is believed only so far.

The log's writer is the firewall, but what it writes about is traffic: an address that is none, a
name of a group that cannot be one or a number out of range is left out, never passed on.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta
from ipaddress import ip_address
from typing import Final, TypeAlias

from rules_lib.errors import HitsError
from rules_lib.facts.logs import LATE, RESOURCE_NAME
from rules_lib.facts.suricata import SID_MAX
from rules_lib.hits.merge import one_of_each
from rules_lib.hits.query import COUNT_DIGITS
from rules_lib.hits.values import (
    TOP,
    CountedLines,
    DayHits,
    HitsOfDay,
    PacketAction,
    Talker,
)

Row: TypeAlias = Mapping[str, str | None]
"""A row of the query's answer: each column as text, as Athena gives it."""

MOST_ROWS: Final = 200_000
"""Rows of one answer: ET has 60,000 rules, of which in a day a few hundred fire."""

_WORDS: Final[Mapping[str, PacketAction]] = {
    **{action.value: action for action in PacketAction},
    "blocked": PacketAction.DROP,
    "allowed": PacketAction.ALERT,
}
"""Words of `verdict.action`, and of `alert.action` in records without a verdict."""


def counted_lines(rows: Iterable[Row], *, now: datetime, addresses: bool) -> CountedLines:
    """Read the answer of `count_query`.

    Args:
        rows: as they came.
        now: when the query began, UTC.
        addresses: whether it asked for addresses.

    Raises:
        HitsError: there are more rows than can be, or one is not of this form.
    """
    unread = 0
    lines: defaultdict[date, int] = defaultdict(int)
    hits: defaultdict[date, list[DayHits]] = defaultdict(list)
    for number, row in enumerate(rows, 1):
        if number > MOST_ROWS:
            raise HitsError(f"the answer has more than {MOST_ROWS:,} rows, and is not taken")
        count, day = _number(row, "number"), _day(row.get("day"))
        if day is None:
            unread += count
            continue
        lines[day] += count
        if row.get("sid") is not None:
            hits[day].append(_hits(row, addresses=addresses))
    days = (
        HitsOfDay(
            day=day,
            counted_at=now,
            closed=is_closed(day, now),
            lines=lines[day],
            addresses=addresses,
            hits=one_of_each(hits[day]),
        )
        for day in sorted(lines)
    )
    return CountedLines(days=tuple(days), unread=unread)


def is_closed(day: date, now: datetime) -> bool:
    """Whether a count at this time has all lines of a day, late ones too (`LATE`)."""
    return now >= datetime.combine(day + timedelta(days=1), time(tzinfo=UTC)) + LATE


def packet_action(word: str | None) -> PacketAction:
    """What became of a packet, by the record's word; one that nobody knows blocks nothing."""
    return _WORDS.get(word or "", PacketAction.ALERT)


def recorded_group(text: str | None) -> str:
    """A rule group's name; empty where the text cannot be one."""
    return text if text and re.fullmatch(RESOURCE_NAME, text) else ""


def _hits(row: Row, *, addresses: bool) -> DayHits:
    sid = _number(row, "sid")
    if not 1 <= sid <= SID_MAX:
        raise HitsError(f"the answer has a sid that is none: {sid}")
    return DayHits(
        sid=sid,
        action=packet_action(row.get("word")),
        group=recorded_group(row.get("rule_group")),
        count=_number(row, "number"),
        flows=_number(row, "flows"),
        sources=_number(row, "sources"),
        destinations=_number(row, "destinations"),
        top_sources=_talkers(row.get("top_sources")) if addresses else (),
        top_destinations=_talkers(row.get("top_destinations")) if addresses else (),
        first=_moment(row, "earliest"),
        last=_moment(row, "latest"),
    )


def _number(row: Row, column: str) -> int:
    text = row.get(column) or ""
    if not (text.isascii() and text.isdecimal() and len(text) <= COUNT_DIGITS):
        raise HitsError(f"the answer's column {column} has {text[:40]!r}, which is not a number")
    return int(text)


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:  # a line's own time, such as the 31st of November
        return None


def _moment(row: Row, column: str) -> datetime:
    text = row.get(column) or ""
    try:
        return datetime.fromisoformat(text).replace(tzinfo=UTC)
    except ValueError as error:
        raise HitsError(
            f"the answer's column {column} has {text[:40]!r}, which is not a time"
        ) from error


def _talkers(text: str | None) -> tuple[Talker, ...]:
    return tuple(_known(piece for piece in (text or "").split(",")[:TOP]))


def _known(pieces: Iterable[str]) -> Iterator[Talker]:
    for piece in pieces:
        number, address = piece[:COUNT_DIGITS], piece[COUNT_DIGITS:]
        if number.isascii() and number.isdecimal() and (plain := plain_address(address)):
            yield Talker(plain, int(number))


def plain_address(text: str) -> str:
    """An address in its usual spelling; empty where the text is none."""
    try:
        return str(ip_address(text))
    except ValueError:
        return ""
