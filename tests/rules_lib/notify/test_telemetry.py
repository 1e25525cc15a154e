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
from support.hits import day_hits, hits_of_day
from support.report import summary as make_summary

from localaws import embedded_aws
from rules_lib.errors import AllowlistError, RefusedError, StoreError, SyncError
from rules_lib.hits.values import PacketAction
from rules_lib.notify.telemetry import Telemetry
from rules_lib.state.hold import Hold

NAMESPACE = "rulesync/test"
BUCKET = "the-bucket"


class People:
    """A topic, and what whoever subscribed to it has received."""

    def __init__(self) -> None:
        boto3.client("s3").create_bucket(Bucket=BUCKET)
        self.topic = boto3.client("sns").create_topic(Name="people")["TopicArn"]
        queues = boto3.client("sqs")
        self.queue = queues.create_queue(QueueName="people")["QueueUrl"]
        arn = "arn:aws:sqs:us-east-1:123456789012:people"
        boto3.client("sns").subscribe(TopicArn=self.topic, Protocol="sqs", Endpoint=arn)

    def received(self) -> list[dict[str, Any]]:
        """The notices since the last look."""
        queues = boto3.client("sqs")
        answer = queues.receive_message(QueueUrl=self.queue, MaxNumberOfMessages=10)
        messages = answer.get("Messages", ())
        for message in messages:
            queues.delete_message(QueueUrl=self.queue, ReceiptHandle=message["ReceiptHandle"])
        return [json.loads(message["Body"]) for message in messages]


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
        "RULESYNC_BUCKET": BUCKET,
        "AWS_REGION": "eu-central-1",
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
    assert notice["Subject"].startswith("rulesync: 2 rules added, 1 removed, 1 changed")
    assert f"s3://the-bucket/builds/{summary.build_id}/report.html" in notice["Message"]
    assert "https://eu-central-1.console.aws.amazon.com/s3/object/the-bucket" in notice["Message"]


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
    assert first["Subject"] == "rulesync: the build was refused: would remove 40%"
    assert "would remove 40%" in first["Message"]
    assert "builds/b2/summary.json" in second["Message"]


def test_fetch_confirms_the_feed(people: People, capsys: pytest.CaptureFixture[str]) -> None:
    """Whether it was new or not; its absence for a day is an alarm."""
    telemetry(people, "fetch").fetched()
    (record,) = sent(capsys)
    assert (record["service"], record["FeedConfirmed"]) == ("fetch", [1.0])
    assert people.received() == []


def test_hold_is_told_with_its_age(people: People, capsys: pytest.CaptureFixture[str]) -> None:
    """A held build ran well, so it is not missed; how long it holds is watched apart."""
    teller = telemetry(people)
    teller.held(Hold(build="b", since=(teller.began - timedelta(days=8)).isoformat()))
    written = capsys.readouterr().out
    assert '"BuildConfirmed":[1.0]' in written.replace(" ", "")
    assert '"HeldFor":[691200.0]' in written.replace(" ", "")


def test_nothing_is_told_where_nobody_asks(
    people: People, capsys: pytest.CaptureFixture[str]
) -> None:
    """As in `rulesync local`, whose stdout is for data."""
    quiet = telemetry(people, POWERTOOLS_METRICS_NAMESPACE="", RULESYNC_TOPIC="")
    quiet.built(make_summary(), datetime.now(UTC))
    quiet.failed(SyncError("b", "x"))
    assert capsys.readouterr().out == ""
    assert people.received() == []


def failing(people: People, cause: str, *, hours: float = 0, service: str = "build") -> None:
    """A run that fails, so many hours from now."""
    teller = telemetry(people, service)
    replace(teller, began=teller.began + timedelta(hours=hours)).failed(SyncError("b", cause))


def test_failure_that_lasts_is_told_once_a_day(people: People) -> None:
    """Lambda tries again, and the schedule runs every six hours; counts in it may differ."""
    for number, hours in enumerate((0, 0.02, 6, 12, 18)):
        failing(people, f"throttled after {number} attempts", hours=hours)
    assert len(people.received()) == 1
    failing(people, "throttled after 7 attempts", hours=24)
    assert len(people.received()) == 1


def test_another_cause_is_told_at_once(people: People) -> None:
    """And so is the first one, if it comes back."""
    for cause in ("throttled", "refused", "throttled"):
        failing(people, cause)
    assert len(people.received()) == 3


def test_failure_after_a_success_is_told(people: People) -> None:
    """What went away and comes back is news."""
    failing(people, "throttled")
    telemetry(people).built(replace(make_summary(), calls={}), datetime.now(UTC))
    failing(people, "throttled")
    failing(people, "away", service="fetch")
    telemetry(people, "fetch").fetched()
    failing(people, "away", service="fetch")
    assert len(people.received()) == 4


def test_error_in_another_line_of_the_allowlist_is_told(people: People) -> None:
    """Somebody edited the file, and waits for an answer."""
    for line in (4, 4, 5):
        telemetry(people).failed(AllowlistError("categories.yaml", (f"line {line}: no",)))
    assert len(people.received()) == 2


def test_people_are_told_where_the_bucket_is_the_trouble(people: People) -> None:
    """Twice rather than never."""
    for _ in range(2):
        telemetry(people, RULESYNC_BUCKET="gone").failed(StoreError("gone"))
    assert len(people.received()) == 2


def test_failure_that_could_not_be_told_stays_news(people: People) -> None:
    """The topic was not reached; the next attempt tells it."""
    telemetry(people, RULESYNC_TOPIC=f"{people.topic}-gone").failed(SyncError("b", "x"))
    failing(people, "x")
    assert len(people.received()) == 1


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
    assert "no notice was sent" in log.getvalue()


def test_count_of_hits_is_told_by_what_became_of_the_packets(
    people: People, capsys: pytest.CaptureFixture[str]
) -> None:
    """Of the newest whole day; where none was counted, that it counted is all there is."""
    hits = [day_hits(7, count=5), day_hits(8, count=2, action=PacketAction.REJECT)]
    telemetry(people, "hits").counted(hits_of_day(*hits))
    telemetry(people, "hits").counted(None)
    known, unknown = sent(capsys)
    assert (known["service"], known["HitsCounted"]) == ("hits", [1])
    assert (known["HitsBlocked"], known["HitsLetThrough"]) == ([2], [5])
    assert "HitsBlocked" not in unknown
