"""Athena and Logs Insights carry out what they are asked, and refuse what they do not know."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from localaws import embedded_aws
from localaws.log_queries.context import log_queries
from localaws.log_queries.language import MalformedQueryError, parse_query

EVENTS = [
    {"@timestamp": "1", "sid": "7", "day": "2026-11-28T10", "a.0": "x"},
    {"@timestamp": "3", "sid": "7", "day": "2026-11-28T11", "b": "y"},
    {"@timestamp": "2", "sid": "8", "day": "2026-11-29T00", "b": "y"},
]
TABLE: dict[str, Any] = {
    "Name": "t",
    "Parameters": {
        "projection.firewall.type": "injected",
        "storage.location.template": "s3://alert-logs/x/${firewall}/${hour}",
    },
    "PartitionKeys": [{"Name": "firewall"}, {"Name": "hour"}],
    "StorageDescriptor": {
        "Location": "s3://alert-logs/x/",
        "Columns": [{"Name": "line"}],
        "SerdeInfo": {"SerializationLibrary": "org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe"},
    },
}


@pytest.fixture
def athena() -> Iterator[Any]:
    """A table of two firewalls, and a place for answers."""
    client: Any = boto3.client
    with embedded_aws(), log_queries():
        s3, glue = client("s3"), client("glue")
        s3.create_bucket(Bucket="alert-logs")
        for key in (
            "x/one/2026/11/28/10/a.log",
            "x/one/2026/11/28/11/b.log",
            "x/two/2026/11/28/10/c",
        ):
            s3.put_object(Bucket="alert-logs", Key=key, Body=b'{"a": {"b": 5}}\nno JSON\n')
        glue.create_database(DatabaseInput={"Name": "d"})
        glue.create_table(DatabaseName="d", TableInput=TABLE)
        client("athena").create_work_group(
            Name="w",
            Configuration={"ResultConfiguration": {"OutputLocation": "s3://alert-logs/answers/"}},
        )
        yield client("athena")


def asked(athena: Any, query: str, workgroup: str = "w") -> tuple[dict[str, Any], list[list[Any]]]:
    """What became of a query, and its rows."""
    started = athena.start_query_execution(QueryString=query, WorkGroup=workgroup)
    found = athena.get_query_execution(QueryExecutionId=started["QueryExecutionId"])
    execution = dict(found["QueryExecution"])
    if execution["Status"]["State"] != "SUCCEEDED":
        return execution, []
    results = athena.get_query_results(QueryExecutionId=started["QueryExecutionId"])
    rows = results["ResultSet"]["Rows"]
    return execution, [[cell.get("VarCharValue") for cell in row["Data"]] for row in rows]


def test_athena_reads_only_the_folders_that_a_query_names(athena: Any) -> None:
    """And bills them alone."""
    execution, rows = asked(
        athena,
        "SELECT hour, count(*) AS number FROM d.t WHERE firewall IN ('one') "
        "AND hour BETWEEN '2026/11/28/10' AND '2026/11/28/10' GROUP BY hour",
    )
    assert rows == [["hour", "number"], ["2026/11/28/10", "2"]]
    assert execution["Statistics"]["DataScannedInBytes"] == 24


def test_athena_answers_null_to_what_is_no_json_or_no_single_value(athena: Any) -> None:
    """As Trino does."""
    _, rows = asked(
        athena,
        "SELECT json_extract_scalar(line, '$.a.b') AS one, "
        "json_extract_scalar(line, '$.a') AS many FROM d.t WHERE firewall = 'two' ORDER BY one",
    )
    assert rows[1:] == [["5", None], [None, None]]


@pytest.mark.parametrize(
    ("query", "why"),
    [
        ("SELECT 1 FROM d.t", "CONSTRAINT_VIOLATION"),
        ("SELECT 1 FROM d.other WHERE firewall = 'one'", "TABLE_NOT_FOUND"),
        ("SELECT nothing(line) FROM d.t WHERE firewall = 'one'", "SYNTAX_ERROR"),
    ],
)
def test_athena_fails_with_a_reason(athena: Any, query: str, why: str) -> None:
    """Which its status has."""
    execution, _ = asked(athena, query)
    assert execution["Status"]["State"] == "FAILED"
    assert why in execution["Status"]["StateChangeReason"]


def test_athena_needs_a_place_for_the_answer(athena: Any) -> None:
    """Of the workgroup, or of the query."""
    execution, _ = asked(athena, "SELECT 1 FROM d.t WHERE firewall = 'one'", "primary")
    assert "No output location" in execution["Status"]["StateChangeReason"]


@pytest.mark.parametrize(
    ("query", "rows"),
    [
        (
            "stats count(*) as n by sid | sort n desc",
            [{"sid": "7", "n": "2"}, {"sid": "8", "n": "1"}],
        ),
        ("filter ispresent(b) | stats count_distinct(b) as n", [{"n": "1"}]),
        (
            "stats earliest(day) as e, latest(day) as l by b | limit 1",
            [{"e": "2026-11-28T10", "l": "2026-11-28T10"}],
        ),
        (
            "fields coalesce(a.0, b) as c, substr(day, 8, 2) as d | filter day like /T1(0|1)/",
            [{**EVENTS[0], "c": "x", "d": "28"}, {**EVENTS[1], "c": "y", "d": "28"}],
        ),
    ],
)
def test_insights_query_is_carried_out(query: str, rows: list[dict[str, str]]) -> None:
    """Step by step; what has no value is not in a row."""
    assert parse_query(query).run([dict(event) for event in EVENTS]) == rows


@pytest.mark.parametrize(
    "query",
    [
        "parse @message 'x'",
        "filter a = 1",
        "stats pct(a, 5) as n",
        "fields strlen(a) as b",
        "limit x",
    ],
)
def test_insights_query_that_is_not_understood_is_refused(query: str) -> None:
    """No part of it is passed over."""
    with pytest.raises(MalformedQueryError):
        parse_query(query)


def test_insights_reads_the_events_of_a_time_in_pages() -> None:
    """The second that a range ends with is within it."""
    with embedded_aws(), log_queries():
        client: Any = boto3.client("logs")
        client.create_log_group(logGroupName="g")
        client.create_log_stream(logGroupName="g", logStreamName="s")
        events = [
            {"timestamp": 1_795_860_000_000 + 500 * n, "message": json.dumps({"a": {"b": [n]}})}
            for n in range(6)
        ]
        client.put_log_events(logGroupName="g", logStreamName="s", logEvents=events)
        started = client.start_query(
            logGroupIdentifiers=["arn:aws:logs:us-east-1:123456789012:log-group:g"],
            startTime=1_795_860_000,
            endTime=1_795_860_001,
            queryString="fields a.b.0 as n | stats count(*) as c by n",
        )
        first = client.get_query_results(queryId=started["queryId"], maxItems=3)
        second = client.get_query_results(
            queryId=started["queryId"], maxItems=3, nextToken=first["nextToken"]
        )
        assert [len(page["results"]) for page in (first, second)] == [3, 1]
        assert first["results"][0] == [{"field": "n", "value": "0"}, {"field": "c", "value": "1"}]
        with pytest.raises(ClientError, match="MalformedQueryException"):
            client.start_query(logGroupName="g", startTime=1, endTime=2, queryString="what")
        with pytest.raises(ClientError, match="ResourceNotFoundException"):
            client.start_query(logGroupName="x", startTime=1, endTime=2, queryString="limit 1")
