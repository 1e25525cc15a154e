"""`rulesync hits`: what fired, from the bucket and from files."""

from __future__ import annotations

import csv
import io
import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from support.account import BUCKET, Account, call, run
from support.alert_logs import alert_record, write_log
from support.begun import begun
from support.clock import today
from support.feeds import allowlist, feed, rule
from support.hits import day_hits, hits_of_day
from support.results import synced

from rules_lib.aws import clients
from rules_lib.aws.s3_store import S3Store
from rules_lib.bucket import hits_key
from rules_lib.hits.history import put_day
from rules_lib.hits.values import DayHits, PacketAction, Talker

HOSTILE = rule(2).replace("rule 2", "=cmd|' /C calc'!A0 <b>\u202e")


@begun()
def running(aws: Account) -> None:
    """An account with a category that drops and one that alerts."""
    aws.allow(categories={"emerging-exploit": "drop"}, variables={"HOME_NET": "10.1.0.0/16"})
    aws.sync(exploit=[rule(1)], dns=[HOSTILE, rule(3)])


def fired(days_ago: int, *hits: DayHits) -> None:
    """Have the bucket know a day."""
    put_day(S3Store(clients.s3(), BUCKET), hits_of_day(*hits, day=today() - timedelta(days_ago)))


def of(sid: int, days_ago: int, **other: Any) -> DayHits:
    """Hits of a rule some days ago, on an own host."""
    usual: dict[str, Any] = {"group": "et-emerging-dns", "top_sources": (Talker("10.1.0.5", 1),)}
    return day_hits(sid, today() - timedelta(days_ago), **usual | other)


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
    assert "no hits proves nothing" in said


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
    days = [(today() - timedelta(ago)).isoformat() for ago in (3, 2, 1)]
    assert found == dict(zip(days, (0, None, 1), strict=True))


def test_today_is_shown_where_it_was_counted(running: Account) -> None:
    """As far as it has got."""
    assert running.builds
    fired(0, of(3, 0))
    assert [one["sid"] for one in records("--days", 1)] == [3]


def test_damaged_day_is_a_warning_and_unknown(running: Account) -> None:
    """The others count."""
    fired(1, of(3, 1))
    running.put(hits_key((today() - timedelta(2)).isoformat()), "no gzip")
    answer = call("hits", "--days", 2)
    assert "cannot be read" in answer.stderr
    assert "unknown: 1 day" in answer.stdout


def test_nothing_counted_is_said(running: Account) -> None:
    """With no table at all, be it of zeroes or of headings alone."""
    assert running.builds
    answer = call("hits", "--days", 2)
    assert answer.exit_code == 0
    assert "no day is counted" in answer.stdout
    assert "unknown: 2 days" in answer.stdout
    assert "own hosts" not in answer.stdout


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


GOOD = "metadata:signature_severity Minor, confidence High; "
LOUD = "metadata:signature_severity Major, confidence High; "


@begun()
def watched(aws: Account) -> None:
    """An account with rules in force for a month, of whose every day the hits are known."""
    text = "version: 1  # ours\ndefault: alert\nrules:\n  alert: [4]  # asked for\n"
    aws.allow(text)
    aws.sync(dns=[rule(sid, GOOD) for sid in (1, 2, 3, 4)], exploit=[rule(5, LOUD), rule(6)])
    newest = aws.builds[-1]
    long_ago = f"{today() - timedelta(days=40):%Y%m%d}T060000Z-00000000"
    added = {"steps": [{"added": [1, 2, 3, 4, 5, 6]}]}
    aws.put(f"builds/{long_ago}/plan.json", json.dumps(added))
    aws.put(f"builds/{newest}/plan.json", json.dumps({"steps": []}))
    for ago in range(2, 31):
        fired(ago)
    others = ((5, 1), (6, 100 * 31))
    fired(1, of(2, 1, count=40), *(of(sid, 1, count=number) for sid, number in others))


def test_rules_to_decide_on_are_listed_by_class(watched: Account) -> None:
    """Those without a hit too."""
    assert watched.builds
    ready = records("--class", "ready")
    assert [(one["sid"], one["watched_days"], one["hits"]) for one in ready] == [
        (1, 30, 0),
        (3, 30, 0),
    ]
    assert [one["sid"] for one in records("--class", "look-first")] == [5]
    assert [one["sid"] for one in records("--class", "noisy")] == [6]
    assert {one["sid"]: one["class"] for one in records()} == {
        2: None,
        5: "look-first",
        6: "noisy",
    }
    said = call("hits", "--class", "ready")
    assert "2 rules" in said.stdout
    assert "no hits proves nothing" in said.stdout


def test_rule_that_came_lately_is_not_ready(watched: Account) -> None:
    """Whatever is known of the days before."""
    added = {"steps": [{"added": [1]}, {"changed": [3]}]}
    watched.put(f"builds/{max(watched.builds)}/plan.json", json.dumps(added))
    assert records("--class", "ready") == []
    assert "no rule is in this class" in call("hits", "--class", "ready").stdout


def test_suggestion_is_a_diff_that_a_plan_takes(watched: Account, tmp_path: Path) -> None:
    """With the comments of the file."""
    assert watched.builds
    said = call("hits", "--suggest")
    assert said.exit_code == 0, said.output
    assert "+  drop: [1, 3]" in said.stdout.splitlines()
    assert "no hits proves nothing" in said.stderr
    out = tmp_path / "edited.yaml"
    assert call("hits", "--suggest", "--out", out).exit_code == 0
    assert out.read_text() == (
        "version: 1  # ours\ndefault: alert\nrules:\n  alert: [4]  # asked for\n  drop: [1, 3]\n"
    )
    plan = json.loads(call("plan", "--config", out, "--json").stdout)
    assert {one["sid"]: one["after"] for one in plan["actions"]} == {1: "drop", 3: "drop"}


def test_noisy_rules_can_be_switched_off(watched: Account) -> None:
    """With what it costs said."""
    assert watched.builds
    said = call("hits", "--suggest", "--class", "noisy")
    assert "+  off: [6]" in said.stdout.splitlines()
    assert "protect no longer" in said.stderr


def test_file_is_replaced_only_where_somebody_agrees(watched: Account, tmp_path: Path) -> None:
    """People's edits are in it."""
    assert watched.builds
    out = tmp_path / "edited.yaml"
    out.write_text("mine")
    refused = call("hits", "--suggest", "--out", out)
    assert (refused.exit_code, out.read_text()) == (1, "mine")
    assert "--yes" in refused.stderr
    answer = call("hits", "--suggest", "--out", out, "--yes", "--json")
    document = json.loads(answer.stdout)
    assert (document["drop"], document["written"]) == ([1, 3], str(out))
    assert out.read_text() != "mine"


def test_nothing_to_suggest_writes_nothing(running: Account, tmp_path: Path) -> None:
    """An edit that changes nothing is none."""
    assert running.builds
    fired(1, of(3, 1))
    out = tmp_path / "edited.yaml"
    said = call("hits", "--suggest", "--out", out)
    assert (said.exit_code, out.exists()) == (0, False)
    assert "nothing to suggest" in said.stderr


@pytest.mark.parametrize(
    "words",
    [
        ["--class", "ready", "--by", "day"],
        ["--suggest", "--csv"],
        ["--suggest", "--class", "look-first"],
        ["--out", "edited.yaml"],
    ],
)
def test_options_that_do_not_go_together_are_told(words: list[str]) -> None:
    """Before anything is read."""
    assert run("hits", "--logs", ".", *words).exit_code == 2
