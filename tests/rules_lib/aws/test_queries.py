"""Queries over logs: waited for, paged through, stopped, and their failures told."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from rules_lib.aws.queries import Athena, Insights, OvertimeError, QueryClock
from rules_lib.errors import HitsError, Trouble


@dataclass(slots=True)
class Time:
    """Passes only while somebody sleeps."""

    left: float = 1_000.0

    def clock(self) -> QueryClock:
        """As a query sees it."""
        return QueryClock(lambda: self.left, self.sleep)

    def sleep(self, seconds: float) -> None:
        """Let time pass."""
        self.left -= seconds


@dataclass(slots=True)
class AthenaFake:
    """Answers with these states in turn, and these pages of rows."""

    states: Iterator[str]
    pages: list[list[list[str | None]]] = field(default_factory=list)
    why: str = ""
    stopped: list[str] = field(default_factory=list)
    asked: list[dict[str, Any]] = field(default_factory=list)

    def start_query_execution(self, **asked: Any) -> Any:
        """Start."""
        self.asked.append(asked)
        return {"QueryExecutionId": "q"}

    def get_query_execution(self, **_: Any) -> Any:
        """The next state."""
        status = {"State": next(self.states), "StateChangeReason": self.why}
        return {"QueryExecution": {"Status": status}}

    def get_query_results(self, **asked: Any) -> Any:
        """The page that the token names."""
        number = int(asked.get("NextToken", 0))
        rows = [
            {"Data": [{} if cell is None else {"VarCharValue": cell} for cell in row]}
            for row in self.pages[number]
        ]
        more = {"NextToken": str(number + 1)} if number + 1 < len(self.pages) else {}
        return {"ResultSet": {"Rows": rows}, **more}

    def stop_query_execution(self, **asked: Any) -> Any:
        """Stop."""
        self.stopped.append(asked["QueryExecutionId"])


def test_rows_of_all_pages_come_by_the_names_of_the_columns() -> None:
    """Only the first page has them; an empty cell is None."""
    client = AthenaFake(
        iter(["QUEUED", "RUNNING", "SUCCEEDED"]),
        [[["sid", "number"], ["7", "2"]], [["8", None]]],
    )
    rows = list(Athena(client, "hits", Time().clock()).rows("SELECT", seconds=60))
    assert rows == [{"sid": "7", "number": "2"}, {"sid": "8", "number": None}]
    assert client.asked == [{"QueryString": "SELECT", "WorkGroup": "hits"}]
    assert client.stopped == []


@pytest.mark.parametrize("state", ["FAILED", "CANCELLED"])
def test_failed_query_is_told_in_the_services_words(state: str) -> None:
    """Such as that more would be read than the workgroup allows; nothing in them acts."""
    client = AthenaFake(iter([state]), why="Bytes scanned limit was exceeded\x1b[2J")
    with pytest.raises(HitsError, match=rf"{state.lower()}: Bytes scanned .*\\x1b"):
        list(Athena(client, "hits", Time().clock()).rows("SELECT", seconds=60))


def test_query_that_takes_too_long_is_stopped() -> None:
    """Nobody pays for what nobody reads."""
    client = AthenaFake(iter(["RUNNING"] * 1_000))
    with pytest.raises(OvertimeError, match="more than 60 s, and was stopped"):
        list(Athena(client, "hits", Time().clock()).rows("SELECT", seconds=60))
    assert client.stopped == ["q"]


def test_query_is_stopped_where_the_function_ends() -> None:
    """There is no use in shorter ones then."""
    client = AthenaFake(iter(["RUNNING"] * 1_000))
    with pytest.raises(HitsError, match="no time left") as raised:
        list(Athena(client, "hits", Time(30).clock()).rows("SELECT", seconds=60))
    assert not isinstance(raised.value, OvertimeError)
    assert client.stopped == ["q"]


def denied(**_: Any) -> Any:
    """Refuse."""
    error = {"Code": "AccessDeniedException", "Message": "not you"}
    raise ClientError({"Error": error}, "StartQueryExecution")  # type: ignore[typeddict-item]


def unreachable(**_: Any) -> Any:
    """Do not answer."""
    raise EndpointConnectionError(endpoint_url="https://athena")


@pytest.mark.parametrize(
    ("call", "words", "troubles"),
    [
        (denied, "StartQueryExecution: AccessDeniedException: not you", {Trouble.DENIED}),
        (unreachable, "check the network", set()),
    ],
)
def test_refused_call_is_an_error_of_ours(call: Any, words: str, troubles: set[Trouble]) -> None:
    """With the service's code."""
    fake: Any = type("Refusing", (), {"start_query_execution": staticmethod(call)})()
    with pytest.raises(HitsError, match=words) as raised:
        list(Athena(fake, "hits", Time().clock()).rows("SELECT", seconds=60))
    assert raised.value.troubles == troubles


@dataclass(slots=True)
class InsightsFake:
    """Answers with these states in turn, then with pages of rows."""

    states: Iterator[str]
    pages: list[list[dict[str, str]]] = field(default_factory=list)
    stopped: list[str] = field(default_factory=list)
    asked: list[dict[str, Any]] = field(default_factory=list)

    def start_query(self, **asked: Any) -> Any:
        """Start."""
        self.asked.append(asked)
        return {"queryId": "q"}

    def get_query_results(self, **asked: Any) -> Any:
        """The page that the token names."""
        number = int(asked.get("nextToken", 0))
        status = next(self.states) if not number else "Complete"
        if status != "Complete":
            return {"status": status, "results": []}
        rows = [[{"field": f, "value": v} for f, v in row.items()] for row in self.pages[number]]
        more = {"nextToken": str(number + 1)} if number + 1 < len(self.pages) else {}
        return {"status": status, "results": rows, **more}

    def stop_query(self, **asked: Any) -> Any:
        """Stop."""
        self.stopped.append(asked["queryId"])


def test_insights_rows_of_all_pages_come() -> None:
    """Ten thousand a page, in the account."""
    client = InsightsFake(
        iter(["Scheduled", "Running", "Complete"]), [[{"sid": "7"}], [{"sid": "8"}]]
    )
    rows = list(Insights(client, "alerts", Time().clock()).rows("stats", 1, 2, seconds=60))
    assert rows == [{"sid": "7"}, {"sid": "8"}]
    (asked,) = client.asked
    assert (asked["logGroupIdentifiers"], asked["limit"]) == (["alerts"], 100_000)


@pytest.mark.parametrize(
    ("states", "kind", "stopped"),
    [
        (["Timeout"], OvertimeError, []),
        (["Running"] * 1_000, OvertimeError, ["q"]),
        (["Failed"], HitsError, []),
    ],
)
def test_insights_query_that_does_not_complete_is_told(
    states: list[str], kind: type[HitsError], stopped: list[str]
) -> None:
    """One that took too long can be asked for less."""
    client = InsightsFake(iter(states))
    with pytest.raises(kind, match="CloudWatch Logs"):
        list(Insights(client, "alerts", Time().clock()).rows("stats", 1, 2, seconds=60))
    assert client.stopped == stopped
