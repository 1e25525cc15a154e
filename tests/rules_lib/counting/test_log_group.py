"""Days that one query of Logs Insights cannot count: they are counted in parts."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

import pytest
from support.alert_logs import GROUP

from rules_lib.aws.queries import Insights, OvertimeError, QueryClock
from rules_lib.counting.log_group import GroupSource
from rules_lib.errors import HitsError
from rules_lib.hits.values import DayHits, PacketAction, Talker

LIMIT: Final = "rules_lib.aws.queries.INSIGHTS_RESULTS"
DAY: Final = date(2026, 11, 28)
NOW: Final = datetime(2026, 11, 29, 12, tzinfo=UTC)
ARN: Final = f"arn:aws:network-firewall:eu-west-1:111122223333:stateful-rulegroup/{GROUP}"


@dataclass(frozen=True, slots=True)
class Line:
    """An alert of sid 7, or of another."""

    hour: int
    source: str = "10.0.0.5"
    sid: int = 7

    @property
    def time(self) -> str:
        """As the event has it."""
        return f"{DAY}T{self.hour:02}:30:00.000000+0000"


@dataclass(slots=True)
class SlowLogs:
    """Logs Insights over some lines, for which a query over too many hours takes too long.

    Attributes:
        hours: that a query can count in time.
        spans: what was asked about: the first second and the last.
        asked: the queries.
        limits: how many rows each may have.
        stopped: queries that were stopped.
    """

    lines: list[Line]
    hours: int = 24
    spans: list[tuple[int, int]] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    limits: list[int] = field(default_factory=list)
    stopped: list[str] = field(default_factory=list)

    def start_query(self, **asked: Any) -> Any:
        """Start."""
        self.asked.append(asked["queryString"])
        self.limits.append(asked["limit"])
        self.spans.append((asked["startTime"], asked["endTime"]))
        return {"queryId": str(len(self.asked) - 1)}

    def get_query_results(self, **asked: Any) -> Any:
        """Rows, unless the query is about too many hours."""
        query = self.asked[int(asked["queryId"])]
        if _hours_of(query) > self.hours:
            return {"status": "Running", "results": []}
        rows = list(_answer(query, self.lines))[: self.limits[int(asked["queryId"])]]
        cells = [[{"field": name, "value": value} for name, value in row.items()] for row in rows]
        return {"status": "Complete", "results": cells}

    def stop_query(self, **asked: Any) -> Any:
        """Stop."""
        self.stopped.append(asked["queryId"])


def _hours_of(query: str) -> int:
    pattern = _moments_of(query)
    return sum(bool(re.match(pattern, Line(hour).time)) for hour in range(24))


def _moments_of(query: str) -> str:
    """The pattern that the query filters the time by."""
    (found,) = re.findall(r"event\.timestamp like /(.*)/", query)
    return str(found)


def _answer(query: str, lines: list[Line]) -> Iterator[Mapping[str, str]]:
    """What Logs Insights says of the lines that the query is about."""
    within = [line for line in lines if re.match(_moments_of(query), line.time)]
    if "as address" in query:
        talkers = Counter((line.sid, line.source) for line in within)
        for (sid, source), number in talkers.most_common():
            address = source if "src_ip as address" in query else "192.0.2.9"
            yield _key(sid) | {"number": str(number), "address": address}
        return
    for sid in sorted({line.sid for line in within}):
        alike = [line for line in within if line.sid == sid]
        yield _key(sid) | {
            "number": str(len(alike)),
            "flows": str(len(alike)),
            "sources": str(len({line.source for line in alike})),
            "destinations": "1",
            "earliest": min(line.time for line in alike),
            "latest": max(line.time for line in alike),
        }


def _key(sid: int) -> dict[str, str]:
    return {"day": str(DAY), "sid": str(sid), "word": "drop", "answer": "0", "arn": ARN}


def count(logs: SlowLogs, *, addresses: bool = True, left: float = 1e9) -> tuple[DayHits, ...]:
    """Count the day; time goes by only where somebody waits."""
    seconds = [left]

    def sleep(pause: float) -> None:
        seconds[0] -= pause

    clock = QueryClock(lambda: seconds[0], sleep)
    source = GroupSource(Insights(logs, "alerts", clock), addresses)
    found = source.count(DAY, DAY, NOW)
    (day,) = found.days
    assert day.lines == sum(hits.count for hits in day.hits)
    return day.hits


ALL_DAY: Final = [Line(hour) for hour in range(24)]


def test_day_that_is_quick_is_one_query() -> None:
    """The first and the last second lie an hour outside, for lines under another time."""
    logs = SlowLogs(ALL_DAY)
    (hits,) = count(logs, addresses=False)
    begin = int(datetime(2026, 11, 28, tzinfo=UTC).timestamp())
    assert logs.spans == [(begin - 3600, begin + 25 * 3600)]
    assert hits.count == 24


@pytest.mark.parametrize(("hours", "counted"), [(12, 2), (6, 4), (3, 8), (2, 16), (1, 24)])
def test_day_that_takes_too_long_is_counted_in_parts(hours: int, counted: int) -> None:
    """Each line once, whatever the parts; what took too long was stopped."""
    logs = SlowLogs(ALL_DAY, hours=hours)
    (hits,) = count(logs, addresses=False)
    assert (hits.count, hits.flows) == (24, 24)
    assert hits.first == datetime(2026, 11, 28, 0, 30, tzinfo=UTC)
    assert hits.last == datetime(2026, 11, 28, 23, 30, tzinfo=UTC)
    assert len(logs.spans) - len(logs.stopped) == counted
    ended = [query for query in logs.asked if _hours_of(query) <= hours]
    within = [hour for query in ended for hour in range(24) if _is_about(query, hour)]
    assert within == list(range(24))


def _is_about(query: str, hour: int) -> bool:
    return bool(re.match(_moments_of(query), Line(hour).time))


def test_parts_of_a_day_come_to_one_value() -> None:
    """Addresses are added up; of distinct ones as many are taken as are sure."""
    lines = [Line(1), Line(2), Line(13), Line(14, "10.0.0.6"), Line(15, "10.0.0.6", sid=8)]
    seven, eight = count(SlowLogs(lines, hours=12))
    assert (seven.sid, seven.action, seven.group) == (7, PacketAction.DROP, GROUP)
    assert (seven.count, seven.sources, seven.destinations) == (4, 2, 1)
    assert seven.top_sources == (Talker("10.0.0.5", 3), Talker("10.0.0.6", 1))
    assert seven.top_destinations == (Talker("192.0.2.9", 4),)
    assert (eight.sid, eight.count) == (8, 1)


def test_hour_that_takes_too_long_fails() -> None:
    """There is no smaller part; it says how long it took."""
    with pytest.raises(OvertimeError, match="more than 240 s, and was stopped"):
        count(SlowLogs(ALL_DAY, hours=0))


def test_parts_are_not_tried_once_no_time_is_left() -> None:
    """The function would be ended in the middle of it."""
    logs = SlowLogs(ALL_DAY, hours=12)
    with pytest.raises(HitsError, match="no time left") as raised:
        count(logs, left=100.0)
    assert not isinstance(raised.value, OvertimeError)
    assert (len(logs.asked), logs.stopped) == (1, ["0"])


def test_more_rules_than_an_answer_has_rows_for_are_counted_in_parts(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """An answer that is full may lack some of them."""
    monkeypatch.setattr(LIMIT, 24)
    lines = [Line(hour, sid=hour + 1) for hour in range(24)]
    logs = SlowLogs(lines)
    assert [hits.sid for hits in count(logs, addresses=False)] == list(range(1, 25))
    assert len(logs.asked) == 3


def test_more_addresses_than_an_answer_has_rows_for_are_examples_all_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Whoever makes up a million addresses stops no count; the busiest are there."""
    monkeypatch.setattr(LIMIT, 8)
    lines = [Line(1, f"10.0.1.{number}") for number in range(200)]
    logs = SlowLogs([*lines, *[Line(1)] * 5])
    (hits,) = count(logs)
    assert (hits.count, hits.sources) == (205, 201)
    assert hits.top_sources[0] == Talker("10.0.0.5", 5)
    assert len(logs.asked) == 3


def test_each_day_of_a_span_has_queries_of_its_own() -> None:
    """So that a slow day splits no other."""
    logs = SlowLogs(ALL_DAY)
    source = GroupSource(Insights(logs, "alerts", QueryClock(lambda: 1e9)), addresses=False)
    found = source.count(DAY - timedelta(days=1), DAY, NOW)
    assert len(logs.asked) == 2
    assert [day.day for day in found.days] == [DAY]
