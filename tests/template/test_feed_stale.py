"""The alarm of a feed that is late goes off by what the fetch function really writes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeAlias

import boto3
import pytest
from support.account import BUCKET, Account, account
from support.alarms import contributors
from support.feeds import feed as publish
from support.template import Template
from support.web import Answer, WebServer, rule, serving

from functions.fetch import app
from rules_lib.aws.s3_store import S3Store
from rules_lib.bucket import FEEDS
from rules_lib.errors import FeedsError
from rules_lib.state.feeds import FeedStates

SCHEDULED = {"source": "aws.events"}
pytestmark = pytest.mark.sam

TEMPLATE = Template()

Late: TypeAlias = "Callable[[int], set[str]]"


@pytest.fixture
def server() -> Iterator[WebServer]:
    """Serve the feed that comes over the web."""
    with serving() as found:
        yield found


@pytest.fixture
def running(
    tmp_path: Path, server: WebServer, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Account]:
    """Give an account with two feeds that have arrived, one of them with a schedule of its own."""
    monkeypatch.setenv("RULESYNC_ATTEMPTS", "1")
    environment = TEMPLATE.resource("FetchFunction")["Environment"]["Variables"]
    name = "POWERTOOLS_METRICS_NAMESPACE"
    with account(tmp_path) as aws:
        monkeypatch.setenv(name, environment[name])
        publish(tmp_path, {"emerging-test": [rule(1).strip()]}, version="7")
        serve(server, Answer(body=rule(2).encode()))
        ours = f"{{name: ours, url: '{server.url}/ours.rules', checksum: false, every: 6h}}"
        aws.put(FEEDS, f"version: 1\nfeeds:\n  - {{name: et/open}}\n  - {ours}\n")
        app.handler(SCHEDULED, None)
        yield aws


def serve(server: WebServer, answer: Answer) -> None:
    """Let the web answer so."""
    server.routes["/ours.rules"] = [answer]


@pytest.fixture
def late(running: Account, capsys: pytest.CaptureFixture[str]) -> Late:
    """Give a function: for which feeds the alarm goes off, so many hours after one was confirmed.

    A fetch that fails raises, as it must: the alarm goes by what was written before.
    """
    assert running.s3
    store = S3Store(boto3.client("s3"), BUCKET)

    def after(hours: int) -> set[str]:
        states = FeedStates.find(store)
        assert states is not None
        before = (datetime.now(UTC) - timedelta(hours=hours)).isoformat()
        ours = states.feeds["ours"].model_copy(update={"confirmed_at": before})
        states.model_copy(update={"feeds": {**states.feeds, "ours": ours}}).put(store)
        capsys.readouterr()
        with suppress(FeedsError):
            app.handler(SCHEDULED, None)
        return contributors(TEMPLATE.resource("FeedStale"), capsys.readouterr().out)

    return after


@pytest.mark.parametrize(("hours", "stale"), [(29, set()), (31, {"ours"})])
def test_feed_is_stale_a_day_after_its_own_time(
    late: Late, server: WebServer, hours: int, stale: set[str]
) -> None:
    """Six hours of its schedule and the day; the alarm names this feed, and not the other."""
    serve(server, Answer(500))
    assert late(hours) == stale


def test_feed_that_comes_again_is_stale_no_more(late: Late, server: WebServer) -> None:
    """By the same metric, as soon as a fetch succeeds."""
    serve(server, Answer(500))
    assert late(100) == {"ours"}
    serve(server, Answer(body=rule(3).encode()))
    assert late(100) == set()
