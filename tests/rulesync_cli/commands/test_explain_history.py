"""`rulesync explain CVE` and `--history`: since when people were protected."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from support.account import BUCKET, Account, call, next_second, run
from support.begun import begun
from support.clock import today
from support.feeds import feed, rule
from support.hits import day_hits, hits_of_day

from rules_lib.aws import clients
from rules_lib.aws.s3_store import S3Store
from rules_lib.hits.history import put_day
from rules_lib.state.fired import FiredRules

PALO = "reference:cve,2024-3400; metadata:created_at 2024_04_12, cve CVE_2024_3400; "
OFF: dict[str, Any] = {"staging": {"days": 0}}


@begun()
def running(aws: Account) -> None:
    """An account in which rules for a CVE came, turned, were left out, and were disabled."""
    aws.allow(**OFF)
    aws.sync(exploit=[rule(1)])
    next_second()
    aws.sync(exploit=[rule(1), rule(10, PALO), rule(11, f"iprep:src; {PALO}")])
    aws.allow(categories={"emerging-exploit": "drop", "emerging-info": "off"}, **OFF)
    off = rule(12, PALO)
    disabled = f"# {rule(13, PALO)}"
    next_second()
    aws.sync(
        exploit=[rule(1), rule(10, PALO), rule(11, f"iprep:src; {PALO}")],
        info=[off, disabled],
    )


def pasts(*words: object) -> dict[int, dict[str, Any]]:
    """What is told of each rule, as JSON."""
    answer = call("explain", *words, "--json")
    assert answer.exit_code == 0, answer.output
    return {one["sid"]: one for one in json.loads(answer.stdout)["rules"]}


def events(past: dict[str, Any]) -> list[tuple[str, str, str]]:
    """Day, what happened, and as what."""
    return [(one["at"][:10], one["what"], one["detail"]) for one in past["events"]]


@pytest.mark.parametrize("spelling", ["CVE-2024-3400", "cve_2024_3400", "2024-3400"])
def test_cve_tells_the_history_of_each_of_its_rules(running: Account, spelling: str) -> None:
    """However it is written."""
    assert running.builds
    found = pasts(spelling)
    assert {sid: one["state"] for sid, one in found.items()} == {
        10: "drop",
        11: "discarded: unsupported-keyword",
        12: "off",
        13: "disabled in the feed",
    }
    told = events(found[10])
    assert told[0] == ("2024-04-12", "written", "by its created_at")
    assert told[1][:2] == (today().isoformat(), "fetched")
    assert told[2:] == [
        (today().isoformat(), "in force", "as alert"),
        (today().isoformat(), "in force", "as drop"),
    ]
    alert, drop = (one["build"] for one in found[10]["events"] if one["what"] == "in force")
    assert running.builds.index(alert) < running.builds.index(drop)


def test_first_release_that_has_a_rule_is_named(running: Account) -> None:
    """Not the newest, nor the oldest."""
    [fetched] = [one for one in pasts("CVE-2024-3400")[10]["events"] if one["what"] == "fetched"]
    versions = [key.split("/")[3] for key in running.keys("raw/") if key.endswith("manifest.json")]
    assert len(versions) == 3
    assert fetched["detail"].removeprefix("release ") in versions
    assert not fetched["at_the_latest"]


def test_reason_comes_with_the_day_since_when_it_holds(running: Account) -> None:
    """By the copies of what builds discarded."""
    assert running.builds
    told = events(pasts("CVE-2024-3400")[11])
    assert (today().isoformat(), "left out", "discarded: unsupported-keyword") in told


def test_hits_are_part_of_the_history(running: Account) -> None:
    """The first that is known, and the newest."""
    assert running.builds
    store = S3Store(clients.s3(), BUCKET)
    day = today() - timedelta(days=3)
    hits = hits_of_day(day_hits(10, day, group="et-emerging-exploit", count=4), day=day)
    put_day(store, hits)
    store.put("state/fired.json", FiredRules({}).plus([hits]).to_json())
    told = events(pasts("CVE-2024-3400")[10])
    assert (day.isoformat(), "first hit known", "4 in the last days, first alert") in told
    assert (day.isoformat(), "last hit", "") in told


def test_rule_that_went_is_no_longer_in_force(running: Account) -> None:
    """Both builds are named."""
    running.allow(max_shrink=1, max_unblock=1, rules={"off": [10]}, **OFF)
    next_second()
    running.sync(exploit=[rule(1), rule(10, PALO)])
    found = pasts("CVE-2024-3400")[10]
    assert found["state"] == "off"
    assert events(found)[-1][1] == "no longer in force"


def test_staged_rule_says_until_when(running: Account) -> None:
    """As the allowlist has it."""
    days: dict[str, Any] = {"staging": {"days": 7}}
    running.allow(categories={"emerging-exploit": "drop"}, max_unblock=1, **days)
    fresh = rule(20, PALO)
    next_second()
    running.sync(exploit=[rule(1), rule(10, PALO), fresh])
    found = pasts("CVE-2024-3400")[20]
    until = (today() + timedelta(days=7)).isoformat()
    assert (found["state"], events(found)[-1][:2]) == ("alert", (until, "staged until"))


def test_sid_has_its_history_on_request(running: Account) -> None:
    """Below its story."""
    assert running.builds
    plain = json.loads(call("explain", 10, "--json").stdout)
    assert plain["history"] is None
    [past] = json.loads(call("explain", 10, "--history", "--json").stdout)["history"]
    assert past["sid"] == 10
    said = call("explain", 10, "--history").stdout
    assert "history   2024-04-12" in said
    assert "in force: as drop" in said


def test_cve_on_the_terminal_says_how_each_rule_is_now(running: Account) -> None:
    """Nothing in a message acts."""
    assert running.builds
    said = call("explain", "CVE-2024-3400").stdout
    assert said.startswith("CVE-2024-3400: 4 rules of s3://")
    assert "now       drop (emerging-exploit)" in said
    assert "now       disabled in the feed (emerging-info)" in said


def test_requests_are_bounded(running: Account) -> None:
    """However many builds and releases there are."""
    assert running.builds
    before = len(running.journal)
    assert call("explain", "CVE-2024-3400").exit_code == 0
    assert len(running.journal) - before < 60


def test_cve_that_no_rule_names_is_said(running: Account) -> None:
    """With exit code 1."""
    assert running.builds
    answer = call("explain", "CVE-1999-0001")
    assert (answer.exit_code, "no rule names CVE-1999-0001" in answer.stderr) == (1, True)


def test_feed_alone_tells_which_rules_name_a_cve(tmp_path: Path) -> None:
    """Without an account there is no history but the day on which they were written."""
    archive = feed(tmp_path, {"emerging-exploit": [rule(10, PALO), f"#{rule(13, PALO)}"]})
    answer = run("explain", "2024-3400", "--feed", archive, "--json")
    found = {one["sid"]: one for one in json.loads(answer.stdout)["rules"]}
    assert {sid: one["state"] for sid, one in found.items()} == {
        10: "enabled in the feed",
        13: "disabled in the feed",
    }
    assert events(found[10]) == [("2024-04-12", "written", "by its created_at")]
    wrong = run("explain", 10, "--feed", archive, "--history")
    assert (wrong.exit_code, "--feed" in wrong.stderr) == (2, True)


def test_what_is_neither_sid_nor_cve_is_wrong_usage() -> None:
    """Both are named."""
    answer = run("explain", "log4j", "--feed", "x")
    assert answer.exit_code == 2
    assert "or a CVE such as CVE-2024-3400" in answer.stderr
