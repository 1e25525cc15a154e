"""`rulesync feeds`, and `rulesync fetch` where the bucket has a list of feeds."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from click.testing import CliRunner
from support.account import Account, account, call
from support.feeds import feed, rule

from rules_lib.bucket import FEEDS
from rules_lib.facts.feeds import known_feeds
from rulesync_cli import main

LIST = """\
version: 1
feeds:
  - {name: et/open}
  - {name: ours, url: FOLDER/own/web.rules, every: 2d, licence: ours alone}
"""


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Account]:
    """Give an account whose bucket lists two feeds, of which nothing is fetched yet."""
    with account(tmp_path) as aws:
        feed(tmp_path, {"emerging-malware": [rule(1), f"#{rule(2)}"]}, version="7")
        (tmp_path / "own").mkdir()
        (tmp_path / "own" / "web.rules").write_text(rule(10) + "\n")
        aws.put(FEEDS, LIST.replace("FOLDER", str(tmp_path)))
        yield aws


def in_use() -> dict[str, dict[str, Any]]:
    """The feeds in use, by name."""
    document = json.loads(call("feeds", "--json").stdout)
    return {one["name"]: one for one in document["in_use"]}


def test_known_feeds_are_listed_without_an_account() -> None:
    """With what there is to know of each, and what is gone."""
    nowhere = {"RULESYNC_BUCKET": None}
    answer = CliRunner().invoke(main, ["feeds"], env=nowhere)
    assert (answer.exit_code, answer.stderr) == (0, "")
    for known in known_feeds().values():
        assert f"{known.name} " in answer.stdout
    assert "gone: it no longer exists" in answer.stdout
    assert "use abuse.ch/sslbl-ja3" in answer.stdout
    document = json.loads(CliRunner().invoke(main, ["feeds", "--json"], env=nowhere).stdout)
    assert document["in_use"] is None
    by_name = {one["name"]: one for one in document["known"]}
    assert by_name["et/pro"]["contains"] == ["et/open"]
    assert by_name["et/open"]["code"] is None
    assert by_name["et/open"]["prefix"] == ""


def test_feeds_in_use_show_release_age_and_failure(running: Account, tmp_path: Path) -> None:
    """Before the first fetch, after it, and after one that failed."""
    assert {name: one["version"] for name, one in in_use().items()} == {
        "et/open": None,
        "ours": None,
    }
    assert "none yet" in call("feeds").stdout
    call("fetch", "--yes")
    found = in_use()["ours"]
    assert found["version"].startswith("sha256-")
    assert (found["prefix"], found["licence"], found["every_seconds"]) == (
        "ours", "ours alone", 172800.0
    )  # fmt: skip
    assert (found["failure"], found["overdue_hours"], found["enabled"]) == (None, 0.0, 1)
    (tmp_path / "own" / "web.rules").unlink()
    answer = call("fetch", "--yes", "--json")
    assert answer.exit_code == 1
    assert "1 of 2 feeds was not fetched: ours" in answer.stderr
    assert [one["status"] for one in json.loads(answer.stdout)["feeds"]] == ["unchanged", "failed"]
    after = in_use()["ours"]
    assert "no such file" in after["failure"]
    assert after["version"] == found["version"]
    assert after["failing_since"]
    assert "ours failed: " in call("feeds").stdout
    document = json.loads(call("status", "--json").stdout)
    [finding] = [one for one in document["findings"] if one["code"] == "feed-failed"]
    assert finding["words"].startswith("feed ours was not fetched since ")
    assert "rulesync fetch --feed ours" in finding["step"]
    assert running.has("state/feeds.json")


def test_without_a_list_et_open_is_in_use(running: Account) -> None:
    """By its release alone, as nothing else is noted."""
    running.s3.delete_object(Bucket="rulesync-test", Key=FEEDS)
    call("fetch", "--yes")
    assert list(in_use()) == ["et/open"]
    assert (in_use()["et/open"]["version"], in_use()["et/open"]["asked_at"]) == ("7", None)


def test_feed_is_fetched_by_its_name_alone(running: Account) -> None:
    """Whatever its own time says; nothing is asked of the others."""
    answer = call("fetch", "--feed", "ours", "--yes")
    assert answer.exit_code == 0, answer.output
    assert answer.stdout.startswith("ours: fetched feed sha256-")
    assert running.keys("raw/et/") == []


@pytest.mark.usefixtures("running")
def test_all_feeds_of_the_list_are_fetched() -> None:
    """Each with its name."""
    lines = call("fetch", "--yes").stdout.splitlines()
    assert [line.partition(" feed ")[0] for line in lines] == ["et/open: fetched", "ours: fetched"]
    lines = call("fetch", "--yes").stdout.splitlines()
    assert all(": unchanged: " in line for line in lines)


def test_address_is_that_of_et_open(running: Account, tmp_path: Path) -> None:
    """Where the list has it."""
    other = feed(tmp_path / "mirror", {"emerging-dns": [rule(3)]}, version="8")
    record = json.loads(call("fetch", "--feed", other, "--yes", "--json").stdout)
    assert (record["version"], running.has("raw/et/open/8/manifest.json")) == ("8", True)
    running.put(FEEDS, f"version: 1\nfeeds: [{{name: ours, url: {tmp_path}/own/web.rules}}]")
    answer = call("fetch", "--feed", other, "--yes")
    assert (answer.exit_code, "an address is for et/open" in answer.stderr) == (2, True)


def test_feed_that_the_list_lacks_is_wrong_usage(running: Account) -> None:
    """A known one is not taken for a path."""
    answer = call("fetch", "--feed", "abuse.ch/urlhaus", "--yes")
    assert answer.exit_code == 2
    assert "is not among the bucket's feeds: et/open, ours" in answer.stderr
    assert running.keys("raw/") == []


@pytest.mark.usefixtures("running")
def test_another_source_is_not_taken_unasked(monkeypatch: pytest.MonkeyPatch) -> None:
    """As without a list: people's mirror stays."""
    call("fetch", "--yes")
    monkeypatch.delenv("RULESYNC_FEED_URL")
    answer = call("fetch", "--yes")
    assert (answer.exit_code, "the bucket's feed came from" in answer.stderr) == (1, True)
    assert call("fetch", "--feed", "ours", "--yes").exit_code == 0


def test_secret_is_read_with_people_s_own_credentials(running: Account, tmp_path: Path) -> None:
    """From where the list says that it is kept."""
    boto3.client("ssm").put_parameter(Name="/code", Value="c0de", Type="SecureString")
    (tmp_path / "c0de.rules").write_text(rule(5) + "\n")
    place = f"{tmp_path}/%(secret-code)s.rules"
    running.put(FEEDS, f"version: 1\nfeeds: [{{name: pro, url: '{place}', secret: /code}}]")
    answer = call("fetch", "--yes")
    assert answer.exit_code == 0, answer.output
    assert answer.stdout.startswith("pro: fetched feed ")


def test_wrong_list_is_told_by_the_status(running: Account) -> None:
    """It stops every fetch and build, until somebody corrects it."""
    running.put(FEEDS, "version: 1\nfeeds: [{name: et/opne}]")
    assert call("feeds").exit_code == 1
    answer = call("status")
    assert answer.exit_code == 1
    assert "nearest: et/open" in answer.output
