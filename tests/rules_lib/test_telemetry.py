"""What one invocation tells metrics and people."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest
from aws_lambda_powertools import Logger
from report_support import summary as make_summary

from localaws import embedded_aws
from rules_lib.errors import RefusedError, SyncError
from rules_lib.telemetry import Telemetry

NAMESPACE = "rulesync/test"


class People:
    """A topic, and what whoever subscribed to it has received."""

    def __init__(self) -> None:
        self.topic = boto3.client("sns").create_topic(Name="people")["TopicArn"]
        queues = boto3.client("sqs")
        self.queue = queues.create_queue(QueueName="people")["QueueUrl"]
        arn = "arn:aws:sqs:us-east-1:123456789012:people"
        boto3.client("sns").subscribe(TopicArn=self.topic, Protocol="sqs", Endpoint=arn)

    def received(self) -> list[dict[str, Any]]:
        """The notices so far."""
        answer = boto3.client("sqs").receive_message(QueueUrl=self.queue, MaxNumberOfMessages=10)
        return [json.loads(message["Body"]) for message in answer.get("Messages", ())]


@pytest.fixture
def people() -> Iterator[People]:
    """An account with a topic."""
    with embedded_aws():
        yield People()


def telemetry(people: People, service: str = "build", **changes: str) -> Telemetry:
    """As the stack sets it up."""
    environment = {
        "POWERTOOLS_METRICS_NAMESPACE": NAMESPACE,
        "RULESYNC_TOPIC": people.topic,
        "RULESYNC_BUCKET": "the-bucket",
        **changes,
    }
    return Telemetry.begin(service, Logger(service=service, stream=io.StringIO()), environment)


def sent(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    """The metrics on stdout, a record a line."""
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_build_is_told_in_metrics(people: People, capsys: pytest.CaptureFixture[str]) -> None:
    """One record for the whole, and one for each reason."""
    summary = make_summary()
    telemetry(people).built(summary, datetime.now(UTC) - timedelta(hours=2))
    whole, *reasons = sent(capsys)
    assert whole["_aws"]["CloudWatchMetrics"][0]["Namespace"] == NAMESPACE
    assert whole["service"] == "build"
    assert whole["RulesKept"] == [summary.rules.kept]
    assert whole["FeedAge"][0] == pytest.approx(7200, abs=60)
    assert whole["Seconds"][0] < 60
    assert {each["reason"]: each["RulesDiscarded"][0] for each in reasons} == {
        str(reason): number for reason, number in summary.discarded.items()
    }


def test_people_are_told_what_changed(people: People) -> None:
    """With the way to the whole report."""
    summary = make_summary()
    telemetry(people).built(summary, datetime.now(UTC))
    (notice,) = people.received()
    assert f"{summary.rules.kept:,} rules kept" in notice["Subject"]
    assert f"s3://the-bucket/builds/{summary.build_id}/report.html" in notice["Message"]


def test_build_that_changed_nothing_is_no_news(people: People) -> None:
    """Every six hours it would be."""
    telemetry(people).built(replace(make_summary(), calls={}), datetime.now(UTC))
    assert people.received() == []


def test_refusal_is_told_apart_from_failure(
    people: People, capsys: pytest.CaptureFixture[str]
) -> None:
    """It has an alarm of its own."""
    error = SyncError("b1", "would remove 40%")
    error.__cause__ = RefusedError("would remove 40%")
    telemetry(people).failed(error)
    telemetry(people).failed(SyncError("b2", "throttled"))
    refused, failed = sent(capsys)
    assert (refused["BuildFailed"], refused["BuildRefused"]) == ([1.0], [1.0])
    assert failed["BuildFailed"] == [1.0]
    assert "BuildRefused" not in failed
    first, second = people.received()
    assert first["Subject"] == "rulesync: the build was refused"
    assert "would remove 40%" in first["Message"]
    assert "builds/b2/summary.json" in second["Message"]


def test_fetch_confirms_the_feed(people: People, capsys: pytest.CaptureFixture[str]) -> None:
    """Whether it was new or not; its absence for a day is an alarm."""
    telemetry(people, "fetch").fetched()
    (record,) = sent(capsys)
    assert (record["service"], record["FeedConfirmed"]) == ("fetch", [1.0])
    assert people.received() == []


def test_nothing_is_told_where_nobody_asks(
    people: People, capsys: pytest.CaptureFixture[str]
) -> None:
    """As in `rulesync local`, whose stdout is for data."""
    quiet = telemetry(people, POWERTOOLS_METRICS_NAMESPACE="", RULESYNC_TOPIC="")
    quiet.built(make_summary(), datetime.now(UTC))
    quiet.failed(SyncError("b", "x"))
    assert capsys.readouterr().out == ""
    assert people.received() == []


def test_topic_that_is_gone_fails_nothing(people: People) -> None:
    """The rules are in force; that nobody was told is logged."""
    log = io.StringIO()
    teller = Telemetry(
        service="build",
        logger=Logger(service="telemetry", stream=log),
        began=datetime.now(UTC),
        topic=f"{people.topic}-gone",
    )
    teller.built(make_summary(), datetime.now(UTC))
    assert "nobody was told" in log.getvalue()
