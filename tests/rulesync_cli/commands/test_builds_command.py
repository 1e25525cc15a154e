"""`rulesync builds`: what was built, and what became of it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from getpass import getuser
from pathlib import Path
from socket import gethostname
from typing import Any

import click
import pytest
from support.account import Account, account, call, next_second
from support.begun import begun
from support.feeds import rule

from functions.build import app as build_app
from rulesync_cli.history.builds import PastBuild
from rulesync_cli.history.outcome import Outcome


@begun()
def running(aws: Account) -> None:
    """An account in which one build was applied."""
    aws.allow(categories={"emerging-malware": "drop"})
    aws.sync(malware=[rule(1), rule(2)])


def listed(*words: str) -> list[dict[str, Any]]:
    """The builds as JSON."""
    return list(json.loads(call("builds", "--json", *words).stdout)["builds"])


def outcomes() -> list[str]:
    """What became of each, the newest first."""
    return [one["outcome"] for one in listed()]


def test_newest_build_is_first_with_its_numbers(running: Account) -> None:
    """Its rules, those that drop, and what it changed."""
    next_second()
    running.sync(malware=[rule(1, rev=2), rule(2), rule(3), rule(4, "lua:x; ")])
    newest, first = listed()
    assert [newest["build"], first["build"]] == running.builds[::-1]
    numbers = {key: newest[key] for key in ("rules", "drops", "discarded", "added", "changed")}
    assert numbers == {"rules": 3, "drops": 3, "discarded": 1, "added": 1, "changed": 1}
    assert (newest["outcome"], first["outcome"]) == ("in force", "applied")
    assert newest["at"].startswith("20")


def test_refused_and_failed_builds_say_why(running: Account) -> None:
    """One that would take too much away, and one that cannot read its allowlist."""
    next_second()
    running.allow(default="off")
    with pytest.raises(Exception, match="max_shrink"):
        running.build()
    next_second()
    running.allow("version: 1\ndefault: block\n")
    with pytest.raises(Exception, match="line 2"):
        running.build()
    failed, refused, applied = listed()
    assert [one["outcome"] for one in (failed, refused, applied)] == [
        "failed",
        "refused",
        "in force",
    ]
    assert "line 2" in failed["cause"]
    assert "max_shrink" in refused["cause"]
    assert f"{refused['build']}, refused: max_shrink" in call("builds").stdout
    assert applied["cause"] is None


def test_build_behind_a_rollback_is_told_as_rolled_back(running: Account) -> None:
    """Until a later one is applied."""
    next_second()
    running.sync(malware=[rule(1), rule(2), rule(3)])
    assert call("rollback", "--yes", running.builds[0]).exit_code == 0
    assert outcomes() == ["rolled back", "in force"]
    call("resume")
    next_second()
    running.build()
    assert outcomes() == ["in force", "applied", "applied"]


def test_build_says_which_allowlist_it_had_and_what_started_it(running: Account) -> None:
    """A file that arrived, the schedule, whoever asked the function, or whoever applies."""
    key = "local/ärger\n.rules"
    starts: dict[str, Callable[[], object]] = {
        "local/\\xe4rger\\n.rules": lambda: running.build(key),
        "schedule": running.tick,
        "invoked by hand": lambda: build_app.handler({}, None),
        f"{getuser()} at {gethostname()}": lambda: call("apply", "--yes", "--json"),
    }
    for expected, start in starts.items():
        next_second()
        running.allow(categories={"emerging-malware": "drop"}, rules={"off": [len(expected)]})
        start()
        newest = listed()[0]
        assert newest["started_by"] == expected
        text = running.read("config/categories.yaml")
        assert newest["allowlist"] == hashlib.sha256(text).hexdigest()
    said = call("builds").stdout
    assert newest["allowlist"][:8] in said
    assert "schedule" in said


def test_narrow_terminal_leaves_out_what_it_has_no_room_for(
    running: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What started a build stands where there are 120 columns."""
    assert running.builds
    monkeypatch.setattr("rich.console.Console.is_terminal", True)
    for columns, is_there in (("80", False), ("120", True)):
        monkeypatch.setenv("COLUMNS", columns)
        heading = click.unstyle(call("builds").stdout).splitlines()[0]
        assert ("started by" in heading) == is_there


def test_folder_without_a_summary_is_an_unfinished_build(running: Account) -> None:
    """It runs, or was ended; its numbers are not known."""
    running.put("builds/20990101T000000Z-00000000/plan.json", "{}")
    newest = listed()[0]
    assert (newest["outcome"], newest["rules"], newest["cause"]) == ("unfinished", None, None)
    assert "unfinished" in call("builds").stdout


def test_summary_that_cannot_be_read_is_named(running: Account) -> None:
    """The other builds are listed all the same."""
    running.put("builds/20990101T000000Z-00000000/summary.json", "{")
    newest, first = listed()
    assert "is no summary.json that this version reads" in newest["cause"]
    assert first["outcome"] == "in force"


def test_long_list_is_cut_and_says_so(running: Account) -> None:
    """0 lists all; older ones are not read."""
    next_second()
    running.sync(malware=[rule(1), rule(2), rule(3)])
    said = call("builds", "--limit", "1").stdout
    assert "and 1 older build: --limit 0 lists all" in said
    assert running.builds[0] not in said
    assert len(listed("--limit", "0")) == 2


def test_bucket_without_a_build_says_what_comes_next(tmp_path: Path) -> None:
    """It is no error."""
    with account(tmp_path):
        answer = call("builds")
    assert (answer.exit_code, "there is no build yet" in answer.stdout) == (0, True)


def test_folder_that_is_no_build_has_no_time() -> None:
    """Somebody may have put it there."""
    assert PastBuild("mine", Outcome.UNFINISHED).at == ""
    assert PastBuild("20261124T025039Z-3f082e8a", Outcome.APPLIED).at == "2026-11-24T02:50:39+00:00"
