"""`rulesync fetch`: the feed now, from here."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.account import Account, account, call
from support.feeds import feed, rule


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Account]:
    """Give an account, and a feed that it does not have yet."""
    with account(tmp_path) as aws:
        feed(tmp_path, {"emerging-malware": [rule(1), f"#{rule(2)}"]}, version="7")
        yield aws


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have somebody there to be asked."""
    monkeypatch.setattr("rulesync_cli.consent.is_attended", lambda: True)


def test_feed_is_fetched_with_the_functions_own_answer(running: Account) -> None:
    """And then the bucket has it already."""
    first = call("fetch", "--yes", "--json")
    record = json.loads(first.stdout)
    assert (record["status"], record["version"], record["enabled"]) == ("fetched", "7", 1)
    assert "`rulesync status --watch`" in first.stderr
    assert running.has("raw/et/open/7/manifest.json")
    again = call("fetch", "--yes")
    assert again.stdout.startswith("unchanged: ")
    assert "1 rule enabled, 1 disabled" in again.stdout
    assert again.stderr == ""


def test_nobody_is_there_to_be_asked(running: Account) -> None:
    """So nothing is fetched, and the way on is named."""
    answer = call("fetch")
    assert (answer.exit_code, "--yes" in answer.stderr) == (1, True)
    assert running.keys("raw/") == []


@pytest.mark.usefixtures("terminal")
@pytest.mark.parametrize(("typed", "code", "fetched"), [("y\n", 0, True), ("n\n", 1, False)])
def test_somebody_is_asked_first(running: Account, typed: str, code: int, *, fetched: bool) -> None:
    """What is to be fetched, and where to."""
    answer = call("fetch", typed=typed)
    assert "emerging.rules.tar.gz into s3://rulesync-test?" in answer.stderr
    assert (answer.exit_code, running.has("raw/et/open/7/manifest.json")) == (code, fetched)


def test_feed_that_is_named_goes_before_the_environment(running: Account, tmp_path: Path) -> None:
    """As a mirror that is tried for once."""
    other = feed(tmp_path / "mirror", {"emerging-dns": [rule(3)]}, version="8")
    record = json.loads(call("fetch", "--feed", other, "--yes", "--json").stdout)
    assert (record["version"], record["source"]) == ("8", str(other))
    assert running.has("raw/et/open/8/manifest.json")


def test_older_feed_is_refused(running: Account, tmp_path: Path) -> None:
    """The bucket's stays."""
    call("fetch", "--yes")
    feed(tmp_path, {"emerging-malware": [rule(9)]}, version="6")
    answer = call("fetch", "--yes")
    assert (answer.exit_code, "version 6 is older than 7" in answer.stderr) == (1, True)
    assert not running.has("raw/et/open/6/manifest.json")


def test_usual_feed_does_not_take_the_place_of_another_unasked(
    running: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who runs a mirror and forgets to say so here keeps the mirror's feed."""
    call("fetch", "--yes")
    monkeypatch.delenv("RULESYNC_FEED_URL")
    answer = call("fetch", "--yes")
    assert answer.exit_code == 1
    assert "the bucket's feed came from" in answer.stderr
    assert "--feed" in answer.stderr
    assert len(running.keys("raw/")) == 2


def test_secret_of_an_address_is_shown_nowhere(
    running: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither in the question nor in an error."""
    monkeypatch.setenv("RULESYNC_ATTEMPTS", "1")
    address = "https://user:hunter2@127.0.0.1:9/emerging.rules.tar.gz?code=hunter2"
    assert running.keys("raw/") == []
    answer = call("fetch", "--feed", address, "--yes")
    assert answer.exit_code == 1
    assert "hunter2" not in answer.output


def test_wrong_setting_is_named(running: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    """The settings of the fetch function hold here too."""
    monkeypatch.setenv("RULESYNC_ATTEMPTS", "many")
    answer = call("fetch", "--yes")
    assert (answer.exit_code, "RULESYNC_ATTEMPTS" in answer.stderr) == (1, True)
    assert running.keys("raw/") == []
