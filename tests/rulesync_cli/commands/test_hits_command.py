"""`rulesync hits`: what fired, from the bucket and from files."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from support.account import BUCKET, Account, account, call, run
from support.alert_logs import alert_record, write_log
from support.feeds import allowlist, feed, rule
from support.hits import day_hits, hits_of_day
from support.results import synced

from rules_lib.aws import clients
from rules_lib.aws.s3_store import S3Store
from rules_lib.bucket import hits_key
from rules_lib.hits.history import put_day
from rules_lib.hits.values import DayHits, PacketAction, Talker

TODAY = datetime.now(UTC).date()
HOSTILE = rule(2).replace("rule 2", "=cmd|' /C calc'!A0 <b>\u202e")


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Account]:
    """Give an account with a category that drops and one that alerts."""
    with account(tmp_path) as aws:
        aws.allow(categories={"emerging-exploit": "drop"}, variables={"HOME_NET": "10.1.0.0/16"})
        aws.sync(exploit=[rule(1)], dns=[HOSTILE, rule(3)])
        yield aws


def fired(days_ago: int, *hits: DayHits) -> None:
    """Have the bucket know a day."""
    put_day(S3Store(clients.s3(), BUCKET), hits_of_day(*hits, day=TODAY - timedelta(days_ago)))


def of(sid: int, days_ago: int, **other: Any) -> DayHits:
    """Hits of a rule some days ago, on an own host."""
    usual: dict[str, Any] = {"group": "et-emerging-dns", "top_sources": (Talker("10.1.0.5", 1),)}
    return day_hits(sid, TODAY - timedelta(days_ago), **usual | other)


def records(*words: object) -> list[dict[str, Any]]:
    """The lines as JSON."""
    answer = call("hits", *words, "--json")
    assert answer.exit_code == 0, answer.output
    return list(json.loads(answer.stdout)["hits"])


def test_rules_come_with_the_action_that_is_in_force(running: Account) -> None:
    """And with what became of the packets."""
    assert running.builds
    fired(1, of(1, 1, group="et-emerging-exploit", action=PacketAction.DROP, count=4), of(3, 1))
    first, second = records()
    assert (first["sid"], first["mode"], first["blocked"]) == (1, "drop", 4)
    assert (second["sid"], second["mode"], second["blocked"]) == (3, "alert", 0)
    assert (second["category"], second["hosts"]) == ("emerging-dns", ["10.1.0.5"])
    said = call("hits").stdout
    assert "5 hits in 1 day" in said
    assert "no hits is no proof" in said


def test_home_net_of_the_allowlist_says_whose_a_host_is(running: Account, tmp_path: Path) -> None:
    """An edited one too."""
    assert running.builds
    fired(1, of(3, 1, top_sources=(Talker("10.9.0.1", 1),)))
    assert records("--by", "host") == []
    edited = tmp_path / "edited.yaml"
    edited.write_text(allowlist(variables={"HOME_NET": "10.9.0.0/16"}))
    [host] = records("--by", "host", "--config", edited)
    assert (host["host"], host["sids"]) == ("10.9.0.1", [3])


def test_days_without_a_count_are_named(running: Account) -> None:
    """They are never taken for quiet days; today is not missed."""
    assert running.builds
    fired(1, of(3, 1))
    fired(3)
    answer = call("hits", "--days", 3, "--by", "day")
    assert "unknown: 1 day not counted" in answer.stdout
    found = {one["day"]: one["hits"] for one in records("--days", 3, "--by", "day")}
    days = [(TODAY - timedelta(ago)).isoformat() for ago in (3, 2, 1)]
    assert found == dict(zip(days, (0, None, 1), strict=True))


def test_today_is_shown_where_it_was_counted(running: Account) -> None:
    """As far as it has got."""
    assert running.builds
    fired(0, of(3, 0))
    assert [one["sid"] for one in records("--days", 1)] == [3]


def test_damaged_day_is_a_warning_and_unknown(running: Account) -> None:
    """The others count."""
    fired(1, of(3, 1))
    running.put(hits_key((TODAY - timedelta(2)).isoformat()), "no gzip")
    answer = call("hits", "--days", 2)
    assert "cannot be read" in answer.stderr
    assert "unknown: 1 day" in answer.stdout


def test_nothing_counted_is_said(running: Account) -> None:
    """With an empty table, not with zeroes."""
    assert running.builds
    answer = call("hits", "--days", 2)
    assert answer.exit_code == 0
    assert "no day is counted" in answer.stdout
    assert "unknown: 2 days" in answer.stdout


def test_hostile_msg_acts_nowhere(running: Account) -> None:
    """Neither on the terminal nor in a spreadsheet."""
    assert running.builds
    fired(1, of(2, 1))
    table = call("hits").stdout
    assert "\u202e" not in table
    text = call("hits", "--csv").stdout.removeprefix("\ufeff")
    [row] = csv.DictReader(io.StringIO(text))
    assert row["msg"].startswith("'=")
    assert "\u202e" not in text


def test_csv_has_every_line_whatever_the_limit(running: Account) -> None:
    """A list stands in one cell."""
    assert running.builds
    fired(1, *(of(sid, 1) for sid in range(1, 8)))
    text = call("hits", "--csv", "--limit", 1).stdout.removeprefix("\ufeff")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert len(rows) == 7
    assert {row["hosts"] for row in rows} == {"10.1.0.5"}
    assert "and 6 more: --limit 0 lists all" in call("hits", "--limit", 1).stdout


def test_files_need_no_account(tmp_path: Path) -> None:
    """The rules in force are those of a results folder."""
    archive = feed(tmp_path / "feed", {"emerging-dns": [rule(7)]})
    file = tmp_path / "categories.yaml"
    file.write_text(allowlist(categories={"emerging-dns": "drop"}))
    out = synced(tmp_path / "out", archive, config=file).sync().folder
    logs = write_log(
        tmp_path / "logs/a.log.gz", [alert_record(7, group="et-emerging-dns", source="10.0.0.9")]
    )
    answer = run("hits", "--logs", logs.parent, "--results", out, "--config", file, "--json")
    assert answer.exit_code == 0, answer.output
    document = json.loads(answer.stdout)
    [row] = document["hits"]
    assert (row["sid"], row["mode"], row["category"]) == (7, "drop", "emerging-dns")
    assert document["own_hosts_assumed"]
    plain = run("hits", "--logs", logs.parent)
    assert "private addresses are taken for own hosts" in plain.stdout


def test_wrong_usage_is_told() -> None:
    """Nowhere to read from; two forms at once."""
    nowhere = run("hits")
    assert (nowhere.exit_code, "--bucket" in nowhere.stderr) == (2, True)
    both = run("hits", "--csv", "--json")
    assert (both.exit_code, "not both" in both.stderr) == (2, True)
