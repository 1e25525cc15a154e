"""The code of a paid feed is nowhere, whatever its source and its keeper do."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

import boto3
import pytest
from support.account import Account, account, call
from support.feeds import allowlist
from support.feeds import feed as publish
from support.patience import PATIENCE
from support.samples import one_in
from support.web import Answer, WebServer, feed, packed, rule, serving

from functions.fetch import app
from rules_lib.bucket import FEEDS
from rules_lib.errors import FeedsError, RulesyncError

if TYPE_CHECKING:
    from collections.abc import Iterable

CODES: Final = ("1234567890123456", "Hunter-two", "p@ss/w:rd?x#y%41&z", "Zebrafinch")
"""A usual one, two that look like words, and one that must be escaped in an address."""
NAME: Final = "/rulesync/code"
EVENT: Final = {"source": "aws.scheduler"}
COMMANDS: Final = (
    ("feeds",),
    ("feeds", "--json"),
    ("status",),
    ("status", "--json"),
    ("fetch", "--yes"),
    ("fetch", "--yes", "--json"),
    ("fetch", "--feed", "pro", "--yes"),
)


@dataclass
class Paid:
    """An account with a paid feed, its code, and the server that it comes from."""

    running: Account
    server: WebServer
    code: str
    queue: str

    @property
    def path(self) -> str:
        """Of the archive, with the code in it."""
        return f"/{quote(self.code, safe='')}/pro.tar.gz"

    def leaks(self, words: str) -> bool:
        """Whether some words have the code, as it is or as it stands in an address."""
        return any(one in words for one in {self.code, quote(self.code, safe="")})

    def received(self) -> str:
        """All notices."""
        queues = boto3.client("sqs")
        answer = queues.receive_message(QueueUrl=self.queue, MaxNumberOfMessages=10)
        return json.dumps(answer.get("Messages", ()))

    def stored(self) -> str:
        """Everything in the bucket, names too."""
        keys = self.running.keys()
        return "".join(f"{key}\n{self.running.read(key).decode('latin-1')}" for key in keys)


def moved(location: str) -> Answer:
    """Redirect to somewhere."""
    return Answer(302, headers=(("Location", location),))


def answer_of(case: str, paid: Paid) -> Answer:
    """What the server says of the archive; it knows the code, and may say it."""
    path, code = paid.path, quote(paid.code, safe="")
    echo = f"<html>{paid.code} {code} http://x{path}".encode()
    return {
        "good": Answer(body=feed(5)),
        "wrong code": Answer(403, echo),
        "no such page": Answer(404, echo),
        "in trouble": Answer(500, echo),
        "odd status": Answer(418, echo),
        "page": Answer(body=echo),
        "no rules": Answer(body=packed(f"# {paid.code}\n")),
        "truncated": Answer(body=feed(5)[:-20]),
        "silent": Answer(silent=True),
        "stalls": Answer(stalls=True, body=b"", declared=9),
        "broken header": Answer(404, echo, headers=(("a header without", "its form"),)),
        "circle": moved(path),
        "to metadata": moved(f"http://169.254.169.254{path}"),
        "to another scheme": moved(f"ftp://{code}.example{path}"),
        "to no url": moved(f"http://[{code}"),
        "to a name of the code": moved(f"http://{code}.invalid{path}"),
        "to a file": moved(f"file:///{code}"),
    }[case]


CASES: Final = (
    *("good", "wrong code", "no such page", "in trouble", "odd status", "page", "no rules"),
    *("truncated", "silent", "stalls", "broken header", "circle", "to metadata"),
    *("to another scheme", "to no url", "to a name of the code", "to a file"),
)


PAIRS: Final = (
    *((CODES[2], case) for case in CASES),
    *((code, case) for code in CODES if code != CODES[2] for case in ("good", "wrong code")),
)
"""Each case with the code that must be escaped, and each code with two cases."""


@pytest.fixture
def paid(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Paid]:
    """Give an account whose list has a paid feed and et/open, and somebody who hears of it."""
    for name in ("CONNECT_TIMEOUT", "READ_TIMEOUT", "DOWNLOAD_TIMEOUT"):
        monkeypatch.setenv(f"RULESYNC_{name}", str(PATIENCE))
    monkeypatch.setenv("RULESYNC_ATTEMPTS", "1")
    with serving() as server, account(tmp_path) as running:
        monkeypatch.setenv("POWERTOOLS_METRICS_NAMESPACE", "rulesync/test")
        topic = boto3.client("sns").create_topic(Name="people")["TopicArn"]
        queue = boto3.client("sqs").create_queue(QueueName="people")["QueueUrl"]
        arn = "arn:aws:sqs:us-east-1:123456789012:people"
        boto3.client("sns").subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)
        monkeypatch.setenv("RULESYNC_TOPIC", topic)
        publish(tmp_path, {"emerging-test": [rule(1).strip()]}, version="7")
        boto3.client("ssm").put_parameter(Name=NAME, Value=request.param, Type="SecureString")
        found = Paid(running, server, request.param, queue)
        wanted = f"{{name: pro, url: '{server.url}/%(secret-code)s/pro.tar.gz', secret: {NAME}}}"
        running.put(FEEDS, f"version: 1\nfeeds:\n  - {{name: et/open}}\n  - {wanted}\n")
        running.put("config/categories.yaml", allowlist())
        yield found


def chain(error: BaseException | None) -> Iterator[BaseException]:
    """An error, what it carries, and all that it came of."""
    if error is None:
        return
    yield error
    if isinstance(error, FeedsError):
        for one in error.failures.values():
            yield from chain(one)
    yield from chain(error.__cause__)
    yield from chain(error.__context__)


def records_of(logged: Iterable[logging.LogRecord]) -> str:
    """All that was logged, by whomever, with what was to be filled in.

    But for `responses`, which stands between moto and the network here alone.
    """
    ours = (record for record in logged if record.name != "responses")
    return "".join(f"{record.getMessage()} {vars(record)}" for record in ours)


@pytest.mark.parametrize(("paid", "case"), PAIRS, indirect=["paid"])
def test_code_of_a_feed_is_in_no_output_whatever_the_source_does(
    paid: Paid,
    case: str,
    capfd: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Log, answer, error, metric, notice, state, manifest, build, and what commands print.

    With every logger at its most talkative, as where somebody looks for a fault. One in two
    commands is run; with THOROUGH=1 each.
    """
    if case == "stalls":  # that long it is waited for, four times
        monkeypatch.setenv("RULESYNC_READ_TIMEOUT", "4")
    paid.server.routes = {paid.path: [answer_of(case, paid)]}
    said, failed = "", list[BaseException]()
    with caplog.at_level(logging.DEBUG):
        try:
            said = json.dumps(app.handler(EVENT, None))
        except RulesyncError as error:
            failed.extend(chain(error))
            said = f"{error} {json.dumps(vars(error), default=repr)}"
    paid.running.build()
    asked = one_in(2, COMMANDS, f"{case} {paid.code}")
    printed = "".join(call(*words).output for words in asked)
    out, err = capfd.readouterr()
    assert said
    assert printed
    assert any(one.path == paid.path for one in paid.server.asked)
    assert (not failed) == (case == "good")
    everything: dict[str, str] = {
        "answer": said,
        "errors": " ".join(f"{one!r} {one.args} {vars(one)}" for one in failed),
        "log": records_of(caplog.records),
        "commands": printed,
        "streams": out + err,
        "notices": paid.received(),
        "bucket": paid.stored(),
    }
    assert [place for place, words in everything.items() if paid.leaks(words)] == []


KEPT: Final[dict[str, str]] = {
    "json of two": '{"a": "CODE", "b": "CODE"}',
    "broken json": '{"a": "CODE"',
    "with spaces": "CODE and more",
    "of two lines": "CODE\nCODE",
    "unprintable": "CODE\x07",
    "too long": "CODE" * 900,
}
"""What somebody may have stored in place of a code."""


@pytest.mark.parametrize(("paid", "kept"), [(CODES[1], kept) for kept in KEPT], indirect=["paid"])
def test_secret_that_is_no_code_is_told_without_what_it_is(
    paid: Paid,
    kept: str,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    """Its feed fails; nothing of it is asked for."""
    value = KEPT[kept].replace("CODE", paid.code)
    secret = boto3.client("secretsmanager").create_secret(Name="code", SecretString=value)["ARN"]
    place = f"{paid.server.url}/%(secret-code)s/pro.tar.gz"
    paid.running.put(
        FEEDS, f"version: 1\nfeeds: [{{name: pro, url: '{place}', secret: '{secret}'}}]"
    )
    with caplog.at_level(logging.DEBUG), pytest.raises(FeedsError) as caught:
        app.handler(EVENT, None)
    found = list(chain(caught.value))
    assert "Secret" in type(found[1]).__name__ or kept == "broken json"
    words = " ".join(f"{one!r} {vars(one)}" for one in found)
    streams = "".join(capfd.readouterr())
    stored = "".join(paid.running.read(key).decode() for key in paid.running.keys("state/"))
    everything: dict[str, Any] = {
        "errors": words,
        "log": records_of(caplog.records),
        "streams": streams,
        "notices": paid.received(),
        "state": stored,
    }
    assert [where for where, text in everything.items() if paid.leaks(text)] == []
