"""What people hear of the two functions, run as AWS runs them, through a real topic and queue."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from support.account import BUCKET, Account, account
from support.feeds import rule

from functions.fetch import app as fetch_app
from rules_lib.errors import DownloadError, SyncError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@dataclass(frozen=True)
class Stack:
    """An account whose functions tell a topic, and the inbox of somebody who subscribed to it."""

    aws: Account
    inbox: str

    def heard(self) -> list[tuple[str, str]]:
        """Subject and text of each message since the last look."""
        queues: Any = boto3.client("sqs")
        answer = queues.receive_message(QueueUrl=self.inbox, MaxNumberOfMessages=10)
        found = answer.get("Messages", ())
        for message in found:
            queues.delete_message(QueueUrl=self.inbox, ReceiptHandle=message["ReceiptHandle"])
        bodies = [json.loads(message["Body"]) for message in found]
        return [(body["Subject"], body["Message"]) for body in bodies]


@pytest.fixture
def stack(tmp_path: Path) -> Iterator[Stack]:
    """As the template makes it, with an allowlist that drops malware."""
    with account(tmp_path) as aws, pytest.MonkeyPatch.context() as patch:
        topic = boto3.client("sns").create_topic(Name="people")["TopicArn"]
        inbox = boto3.client("sqs").create_queue(QueueName="inbox")["QueueUrl"]
        arn = "arn:aws:sqs:us-east-1:123456789012:inbox"
        boto3.client("sns").subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)
        patch.setenv("RULESYNC_TOPIC", topic)
        patch.setenv("AWS_REGION", "us-east-1")
        patch.setenv("AWS_LAMBDA_FUNCTION_NAME", "rulesync-build")
        aws.allow(categories={"emerging-malware": "drop"}, max_shrink=0.5)
        yield Stack(aws, inbox)


def attempts(stack: Stack, *, times: int) -> None:
    """Have a build fail as often as Lambda runs it for one event."""
    for _ in range(times):
        with pytest.raises(SyncError):
            stack.aws.build()


def test_changes_are_heard_and_what_changes_nothing_is_not(stack: Stack) -> None:
    """By category, with what newly drops and what is newly left out, since the last build."""
    stack.aws.sync(malware=[rule(1), rule(2)], info=[rule(3)])
    ((subject, _),) = stack.heard()
    assert subject == "rulesync: 3 rules added, 0 removed, 0 changed; 2 newly drop"
    stack.aws.build()
    assert stack.heard() == []
    stack.aws.sync(malware=[rule(2), rule(4), rule(5, "lua:x.lua; ")], info=[rule(3)])
    ((subject, text),) = stack.heard()
    assert subject == (
        "rulesync: 1 rule no longer blocks; 1 rule added, 1 removed, 0 changed; 1 newly drop"
    )
    assert "\n  emerging-malware: +1 -1\n" in text
    assert "\nNewly block: 1 rule\n  4: " in text
    assert "\n  unsupported-keyword: 1 (+1)\n" in text
    build = stack.aws.latest()["build"]
    assert f"\ns3://{BUCKET}/builds/{build}/report.html\n" in text


def test_refused_build_is_heard_once_with_the_command_that_allows_it(stack: Stack) -> None:
    """Whichever of Lambda's attempts it is; the event in the command does what it says."""
    stack.aws.sync(malware=[rule(number) for number in range(1, 9)])
    stack.heard()
    stack.aws.publish(malware=[rule(1)])
    attempts(stack, times=3)
    ((subject, text),) = stack.heard()
    assert subject.startswith("rulesync: the build was refused: max_shrink: this would remove 7")
    assert "What was in force stays in force: nothing was changed." in text
    event = text.partition("--payload '")[2].partition("'")[0]
    stack.aws.build(**json.loads(event))
    ((subject, _),) = stack.heard()
    assert subject.startswith("rulesync: 7 rules no longer block; 0 rules added, 7 removed")


def test_bad_allowlist_is_heard_once_until_it_is_another(stack: Stack) -> None:
    """Every error of it is in the text."""
    stack.aws.publish(malware=[rule(1)])
    stack.aws.allow("version: 1\ndefault: sometimes\n")
    attempts(stack, times=2)
    stack.aws.allow("version: 1\n\ndefault: sometimes\n")
    attempts(stack, times=2)
    messages = stack.heard()
    assert len(messages) == 2
    assert 'line 3: default: "sometimes"' in messages[1][1]
    assert f"rulesync push categories.yaml --bucket {BUCKET}" in messages[1][1]


def test_source_that_is_away_is_heard_once(stack: Stack, tmp_path: Path) -> None:
    """And again when it goes away once more."""
    stack.aws.publish(malware=[rule(1)])
    archive = tmp_path / "emerging.rules.tar.gz"
    for _ in range(2):
        data = archive.read_bytes()
        archive.unlink()
        for _ in range(3):
            with pytest.raises(DownloadError):
                fetch_app.handler({}, None)
        ((subject, text),) = stack.heard()
        assert subject.startswith("rulesync: the fetch failed: ")
        assert "The next fetch tries again." in text
        archive.write_bytes(data)
        fetch_app.handler({}, None)
        assert stack.heard() == []
