"""`rulesync plan` and a build's files: what an edit would have blocked, and let through."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from support.account import BUCKET, Account, call
from support.begun import begun
from support.clock import today
from support.feeds import allowlist, rule
from support.hits import day_hits, hits_of_day

from rules_lib.aws import clients
from rules_lib.aws.s3_store import S3Store
from rules_lib.hits.history import put_day
from rules_lib.hits.values import DayHits, PacketAction, Talker

STAGING_OFF: dict[str, Any] = {"staging": {"days": 0}}


@begun()
def running(aws: Account) -> None:
    """An account with rules in force for a month, some of which block."""
    aws.allow(categories={"emerging-malware": "drop"}, **STAGING_OFF)
    aws.sync(exploit=[rule(1), rule(2), rule(3)], malware=[rule(4)])
    long_ago = f"{today() - timedelta(days=40):%Y%m%d}T060000Z-00000000"
    newest = max(aws.builds)
    aws.put(f"builds/{long_ago}/plan.json", json.dumps({"steps": [{"added": [1, 2, 4]}]}))
    aws.put(f"builds/{newest}/plan.json", json.dumps({"steps": [{"added": [3]}]}))


@pytest.fixture
def edited(tmp_path: Path) -> Path:
    """An edit: exploits drop, malware alerts."""
    path = tmp_path / "edited.yaml"
    categories = {"emerging-exploit": "drop", "emerging-malware": "alert"}
    path.write_text(allowlist(categories=categories, max_unblock=1, **STAGING_OFF))
    return path


def fired(*hits: DayHits) -> None:
    """Have the bucket know what fired yesterday."""
    store = S3Store(clients.s3(), BUCKET)
    put_day(store, hits_of_day(*hits, day=today() - timedelta(days=1)))


def of(sid: int, **other: Any) -> DayHits:
    """Hits of a rule, on two own hosts."""
    hosts = (Talker("10.0.0.5", 1), Talker("10.0.0.6", 1))
    group = "et-emerging-exploit"
    usual: dict[str, Any] = {"group": group, "count": 41, "flows": 3, "top_sources": hosts}
    return day_hits(sid, today() - timedelta(days=1), **usual | other)


BLOCKED = {"group": "et-emerging-malware", "count": 7, "action": PacketAction.DROP}


def test_comment_says_the_same_and_only_counts_hosts(running: Account, edited: Path) -> None:
    """A pull request is read by more people than hits are."""
    assert running.builds
    fired(of(1), of(4, **BLOCKED))
    page = call("plan", "--config", edited, "--format", "markdown").stdout
    assert (
        "- `emerging-exploit`: of 3 rules that newly block, 1 fired; would have blocked "
        "**41 hits** of at least 2 own hosts; 1 did not fire; 1 unknown"
    ) in page
    assert "- `emerging-malware`: of 1 rule that no longer blocks, 1 fired" in page
    assert "- `1` 41 hits, 2 own hosts: `rule 1`" in page
    assert "29 days not counted: unknown" in page
    assert "10.0.0.5" not in page


def test_plan_says_what_an_edit_would_have_blocked_and_let_through(
    running: Account, edited: Path
) -> None:
    """By category, with the rules that fired; what was not in force is unknown."""
    assert running.builds
    fired(of(1), of(4, **BLOCKED))
    said = call("plan", "--config", edited).stdout
    assert (
        "emerging-exploit: 3 rules newly block; 1 would have blocked 41 hits, at most 3 flows, of "
        "at least 2 own hosts; 1 did not fire; 1 unknown"
    ) in said
    assert "emerging-malware: 1 rule no longer blocks; 1 would have let through 7 hits" in said
    assert "29 days not counted: unknown" in said
    lines = [line.split()[:4] for line in said.splitlines() if "10.0.0.5, 10.0.0.6" in line]
    assert lines == [["1", "41", "3", "1"], ["4", "7", "3", "1"]]


def test_json_of_a_plan_has_the_hosts_and_no_zero_for_what_is_unknown(
    running: Account, edited: Path
) -> None:
    """Sid 3 came today."""
    assert running.builds
    fired(of(1))
    found = json.loads(call("plan", "--config", edited, "--json").stdout)["impact"]
    assert (found["days"], len(found["unknown_days"])) == (1, 29)
    blocked = next(one for one in found["categories"] if one["category"] == "emerging-exploit")
    assert (blocked["what"], blocked["rules"]) == ("would have blocked", 3)
    assert (blocked["quiet"], blocked["unknown"]) == (1, 1)
    [rule_] = blocked["fired"]
    assert (rule_["sid"], rule_["hits"]) == (1, 41)
    assert rule_["hosts"] == ["10.0.0.5", "10.0.0.6"]


def test_without_any_hits_it_is_unknown(running: Account, edited: Path) -> None:
    """And said so, once."""
    assert running.builds
    said = call("plan", "--config", edited)
    assert "what this would have blocked is unknown: the bucket has no hits" in said.stdout
    assert json.loads(call("plan", "--config", edited, "--json").stdout)["impact"] is None


def test_plan_that_turns_no_rule_says_nothing_of_hits(running: Account) -> None:
    """There is nothing to ask."""
    assert running.builds
    fired(of(1))
    assert "hits" not in call("plan").stdout


def test_files_of_a_build_count_hosts_and_name_none(running: Account, edited: Path) -> None:
    """They may be there when the hits have expired."""
    fired(of(1))
    running.allow(edited.read_text())
    running.build()
    newest = running.builds[-1]
    plan = json.loads(running.read(f"builds/{newest}/plan.json"))
    [found] = [one for one in plan["impact"]["categories"] if one["hits"]]
    assert (found["hits"], found["hosts_at_least"]) == (41, 2)
    page = running.read(f"builds/{newest}/report.html").decode()
    assert "would have blocked" in page
    assert "41 hits" in page
    for text in (page, json.dumps(plan)):
        assert "10.0.0.5" not in text


def test_hits_that_cannot_be_read_stop_no_build(running: Account, edited: Path) -> None:
    """The page says so."""
    running.put(f"hits/{today() - timedelta(days=1)}.jsonl.gz", "no gzip")
    running.allow(edited.read_text())
    running.build()
    newest = running.builds[-1]
    assert running.latest()["build"] == newest
    assert json.loads(running.read(f"builds/{newest}/plan.json"))["impact"] is None
    page = running.read(f"builds/{newest}/report.html").decode()
    [warning] = [one for one in running.summary()["warnings"] if "what fired" in one]
    for told in (page, warning):
        assert "cannot be read" in told
