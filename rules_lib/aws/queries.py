"""Queries over logs: started, waited for and read, on Athena and on CloudWatch Logs Insights.

Rows come as mappings, each column as text. A query that outlasts its time is stopped, so that
nobody pays for what nobody reads.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any, Final, Protocol, TypeAlias

from botocore.exceptions import BotoCoreError, ClientError

from rules_lib.aws.advice import explained
from rules_lib.errors import HitsError
from rules_lib.facts.logs import INSIGHTS_PAGE, INSIGHTS_RESULTS
from rules_lib.text import visible

QueryRow: TypeAlias = Mapping[str, str | None]

_PAUSES: Final = (0.5, 1.0, 2.0, 5.0)
"""Seconds between two looks at a query; the last one from then on."""

_RUNNING: Final = frozenset({"QUEUED", "RUNNING", "Scheduled", "Running", "Unknown"})
"""States of a query that has not ended, of either service."""

_WORDS: Final = 500
"""Characters of a service's words; they may repeat a part of the query."""


class OvertimeError(HitsError):
    """A query took longer than it may; over less time it may end."""


@dataclass(frozen=True, slots=True)
class QueryClock:
    """The time that queries have.

    Attributes:
        left: tells how many seconds are left in all.
        sleep: waits.
    """

    left: Callable[[], float]
    sleep: Callable[[float], object] = time.sleep

    def pauses(self, most: float) -> Iterator[None]:
        """Wait between looks, for at most so many seconds.

        Raises:
            HitsError: there is no time left at all.
        """
        until = self.left() - most
        for number in range(10**6):
            yield
            if self.left() <= 0:
                raise HitsError("there was no time left for a query to end")
            if self.left() <= until:
                return
            self.sleep(_PAUSES[min(number, len(_PAUSES) - 1)])


class AthenaClient(Protocol):
    """The calls to Athena that this project makes."""

    def start_query_execution(self, **asked: Any) -> Any:
        """Start a query."""

    def get_query_execution(self, **asked: Any) -> Any:
        """Tell how it stands."""

    def get_query_results(self, **asked: Any) -> Any:
        """Give a page of its rows."""

    def stop_query_execution(self, **asked: Any) -> Any:
        """End it."""


class CatalogClient(Protocol):
    """The one call to Glue that this project makes."""

    def get_table(self, *, DatabaseName: str, Name: str) -> Any:  # noqa: N803  # boto3's names
        """Describe a table."""


class InsightsClient(Protocol):
    """The calls to CloudWatch Logs that this project makes."""

    def start_query(self, **asked: Any) -> Any:
        """Start a query."""

    def get_query_results(self, **asked: Any) -> Any:
        """Tell how it stands, and give a page of its rows."""

    def stop_query(self, **asked: Any) -> Any:
        """End it."""


@dataclass(frozen=True, slots=True)
class Athena:
    """Queries in a workgroup, whose settings say where results go and how much may be read."""

    client: AthenaClient
    workgroup: str
    clock: QueryClock

    def rows(self, query: str, *, seconds: float) -> Iterator[QueryRow]:
        """Run a query to its end.

        Args:
            query: SQL.
            seconds: how long it may take.

        Raises:
            OvertimeError: it took longer; it was stopped.
            HitsError: Athena refused it, or it failed.
        """
        with _told("Athena"):
            started = self.client.start_query_execution(QueryString=query, WorkGroup=self.workgroup)
            execution = started["QueryExecutionId"]
            self._wait(execution, seconds)
            yield from self._pages(execution)

    def _wait(self, execution: str, seconds: float) -> None:
        def look() -> tuple[str, Any]:
            answer = self.client.get_query_execution(QueryExecutionId=execution)
            status = answer["QueryExecution"]["Status"]
            return status["State"], status.get("StateChangeReason", "no reason given")

        def stop() -> None:
            self.client.stop_query_execution(QueryExecutionId=execution)

        state, why = _ended(self.clock, seconds, look, stop)
        if not state:
            raise OvertimeError(
                f"Athena: the query took more than {seconds:.0f} s, and was stopped"
            )
        if state != "SUCCEEDED":
            raise HitsError(f"Athena: the query {state.lower()}: {visible(why)[:_WORDS]}")

    def _pages(self, execution: str) -> Iterator[QueryRow]:
        """The rows; the first one of all has the names of the columns."""
        asked: dict[str, Any] = {"QueryExecutionId": execution}
        names: list[str] = []
        while True:
            page = self.client.get_query_results(**asked)
            for row in page["ResultSet"]["Rows"]:
                values = [cell.get("VarCharValue") for cell in row["Data"]]
                if names:
                    yield dict(zip(names, values, strict=True))
                else:
                    names = [name or "" for name in values]
            if "NextToken" not in page:
                return
            asked["NextToken"] = page["NextToken"]


@dataclass(frozen=True, slots=True)
class Insights:
    """Queries over one log group.

    Attributes:
        group: its name or ARN.
    """

    client: InsightsClient
    group: str
    clock: QueryClock

    def rows(
        self, query: str, first: int, last: int, *, seconds: float, whole: bool = True
    ) -> Iterator[QueryRow]:
        """Run a query to its end.

        Args:
            query: in the language of Logs Insights, without `limit`.
            first: the first second, since 1970.
            last: the last one, which is within.
            seconds: how long it may take.
            whole: whether the first rows are of no use without those that there is no room for.

        Raises:
            OvertimeError: it took longer, and was stopped; or it has more rows than can be had,
                and the whole was asked for.
            HitsError: CloudWatch Logs refused it, or it failed.
        """
        with _told("CloudWatch Logs"):
            asked = self.client.start_query(
                logGroupIdentifiers=[self.group],
                startTime=first,
                endTime=last,
                queryString=query,
                limit=INSIGHTS_RESULTS,
            )
            page = self._wait(asked["queryId"], seconds)
            number = 0
            while True:
                for row in page["results"]:
                    number += 1
                    yield {cell["field"]: cell.get("value") for cell in row}
                if not (token := page.get("nextToken")):
                    break
                page = self.client.get_query_results(
                    queryId=asked["queryId"], nextToken=token, maxItems=INSIGHTS_PAGE
                )
            if whole and number >= INSIGHTS_RESULTS:
                raise OvertimeError(f"CloudWatch Logs: the answer has {number:,} rows or more")

    def _wait(self, query: str, seconds: float) -> Any:
        def look() -> tuple[str, Any]:
            answer = self.client.get_query_results(queryId=query, maxItems=INSIGHTS_PAGE)
            return answer["status"], answer

        def stop() -> None:
            self.client.stop_query(queryId=query)

        state, answer = _ended(self.clock, seconds, look, stop)
        if state in {"", "Timeout"}:
            raise OvertimeError(
                f"CloudWatch Logs: the query took more than {seconds:.0f} s, and was stopped"
            )
        if state != "Complete":
            raise HitsError(f"CloudWatch Logs: the query ended as {state}")
        return answer


def place_of_table(client: CatalogClient, table: str) -> str:
    """Where the objects of a table lie.

    Args:
        client: of the catalog.
        table: `database.table`.

    Raises:
        HitsError: there is no such table, or it may not be looked at.
    """
    database, _, name = table.partition(".")
    with _told("Glue"):
        found = client.get_table(DatabaseName=database, Name=name)["Table"]
    return str(found["StorageDescriptor"]["Location"])


def _ended(
    clock: QueryClock,
    seconds: float,
    look: Callable[[], tuple[str, Any]],
    stop: Callable[[], None],
) -> tuple[str, Any]:
    """Look at a query until it has ended; one that takes too long is stopped, and has no state.

    Raises:
        HitsError: there is no time left at all; it was stopped.
    """
    with ExitStack() as undo:
        undo.callback(stop)
        for _ in clock.pauses(seconds):
            state, what = look()
            if state not in _RUNNING:
                undo.pop_all()
                return state, what
    return "", None


@contextmanager
def _told(service: str) -> Iterator[None]:
    try:
        yield
    except ClientError as error:
        answer = error.response.get("Error", {})
        code, words = answer.get("Code", "Unknown"), visible(answer.get("Message", ""))[:_WORDS]
        raise HitsError(f"{service}: {error.operation_name}: {code}: {words}", code) from error
    except BotoCoreError as error:
        raise HitsError(f"{service}: {explained(error)}") from error
