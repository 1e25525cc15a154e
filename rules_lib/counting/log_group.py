"""Alert logs in CloudWatch Logs: Logs Insights counts them.

A query goes by the time at which a line says that it happened, so it does not matter when it came.
A day that takes too long, or has more rows than an answer may have, is counted in parts.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import chain
from typing import TYPE_CHECKING, Final, TypeAlias

from rules_lib.aws.queries import OvertimeError
from rules_lib.facts.logs import RECORDED_GROUP
from rules_lib.hits.query import COUNT_DIGITS
from rules_lib.hits.rows import Row, counted_lines
from rules_lib.hits.values import TOP, CountedLines

if TYPE_CHECKING:
    from rules_lib.aws.queries import Insights

_SECONDS: Final = 240.0
_SHORTEST: Final = timedelta(hours=1)
_MARGIN: Final = timedelta(hours=1)
"""A line may stand under a time that is not quite its own."""

_SID: Final = re.compile(r"[1-9][0-9]{0,8}|[1-3][0-9]{9}", re.ASCII)
"""Whatever else writes to the group may have a field of that name."""

_PRESENT: Final = frozenset({"1", "true"})
"""What `ispresent` says of a field that is there."""

_RECORD: Final = """\
fields substr(event.timestamp, 0, 10) as day, event.alert.signature_id as sid,
  coalesce(event.verdict.action, event.alert.action) as word,
  ispresent(event.verdict.reject.0) as answer, aws_metadata.resource_arn as arn
| filter event.timestamp like /^{moments}/"""
_KEY: Final = ("day", "sid", "word", "answer", "arn")
_BY: Final = ", ".join(_KEY)

COUNT_HITS: Final = f"""{_RECORD}
| stats count(*) as number, count_distinct(event.flow_id) as flows,
  count_distinct(event.src_ip) as sources, count_distinct(event.dest_ip) as destinations,
  earliest(event.timestamp) as earliest, latest(event.timestamp) as latest
  by {_BY}"""
"""How often each rule fired: a row a rule, and one for lines that are no alerts."""

COUNT_ADDRESSES: Final = f"""{_RECORD}
| filter ispresent(event.alert.signature_id)
| stats count(*) as number by {_BY}, event.{{side}} as address
| sort number desc"""
"""Which addresses stood on one side, those with the most lines first.

They are examples. Whoever makes up more addresses than an answer has rows for hides some of them,
and stops no count.
"""

_SIDES: Final = {"top_sources": "src_ip", "top_destinations": "dest_ip"}
_Key: TypeAlias = tuple[str | None, ...]


@dataclass(frozen=True, slots=True)
class GroupSource:
    """A log group that a firewall writes to.

    Attributes:
        insights: counts.
        addresses: whether example addresses are asked for.
    """

    insights: Insights
    addresses: bool = True

    @property
    def span(self) -> int:
        """A day: each has queries of its own."""
        return 1

    def count(self, first: date, last: date, now: datetime) -> CountedLines:
        """Count some days, each by queries of its own."""
        days = (first + timedelta(days=number) for number in range((last - first).days + 1))
        rows = chain.from_iterable(self._day(day) for day in days)
        return counted_lines(rows, now=now, addresses=self.addresses)

    def _day(self, day: date) -> Iterator[Row]:
        begin = datetime.combine(day, time(tzinfo=UTC))
        yield from self._span(begin, begin + timedelta(days=1))

    def _span(self, begin: datetime, end: datetime) -> Iterator[Row]:
        """The rows of a day or of a part of it; of halves where it takes too long as a whole."""
        try:
            rows = self._rows(begin, end)
        except OvertimeError:
            if end - begin <= _SHORTEST:
                raise
            middle = begin + (end - begin) / 2
            middle = middle.replace(minute=0, second=0)
            yield from self._span(begin, middle)
            yield from self._span(middle, end)
        else:
            yield from rows

    def _rows(self, begin: datetime, end: datetime) -> list[Row]:
        found = list(self._ask(COUNT_HITS, begin, end))
        talkers = {
            column: _talkers(
                self._ask(COUNT_ADDRESSES.replace("{side}", field), begin, end, whole=False)
            )
            for column, field in (_SIDES.items() if self.addresses else ())
        }
        return [
            _as_answered(row, {name: of.get(_key(row)) for name, of in talkers.items()})
            for row in found
        ]

    def _ask(
        self, query: str, begin: datetime, end: datetime, *, whole: bool = True
    ) -> Iterator[Row]:
        asked = query.replace("{moments}", _moments(begin, end))
        first, last = int((begin - _MARGIN).timestamp()), int((end + _MARGIN).timestamp())
        return self.insights.rows(asked, first, last, seconds=_SECONDS, whole=whole)


def _moments(begin: datetime, end: datetime) -> str:
    """A pattern for the times of a day, or of some of its hours."""
    day = f"{begin:%Y-%m-%d}T"
    hours = range(begin.hour, begin.hour + (end - begin) // _SHORTEST)
    return day if len(hours) == 24 else f"{day}({'|'.join(f'{hour:02}' for hour in hours)}):"  # noqa: PLR2004  # of a day


def _key(row: Row) -> _Key:
    return tuple(row.get(name) for name in _KEY)


def _talkers(rows: Iterable[Row]) -> dict[_Key, str]:
    """Addresses by what they are of, as the SQL gives them."""
    found: defaultdict[_Key, list[str]] = defaultdict(list)
    for row in rows:
        some, number, address = found[_key(row)], row.get("number") or "", row.get("address")
        if address and "," not in address and len(some) < TOP:
            some.append(f"{number.zfill(COUNT_DIGITS)}{address}")
    return {key: ",".join(some) for key, some in found.items()}


def _as_answered(row: Row, talkers: Row) -> Row:
    """A row as the SQL gives it."""
    match = re.fullmatch(RECORDED_GROUP, row.get("arn") or "")
    rejected = row.get("word") == "drop" and row.get("answer") in _PRESENT
    return {
        **row,
        **talkers,
        "sid": row.get("sid") if _SID.fullmatch(row.get("sid") or "") else None,
        "word": "reject" if rejected else row.get("word"),
        "rule_group": match[1] if match else None,
        "earliest": (row.get("earliest") or "")[:19],
        "latest": (row.get("latest") or "")[:19],
    }
