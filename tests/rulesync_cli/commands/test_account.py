"""The commands that work on an account: plan, apply, status, push, rollback and resume."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from support.account import BUCKET, Account, account
from support.feeds import rule

from rulesync_cli import main
from rulesync_cli.common import moment


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Account]:
    """Give an account with a feed of one category, all of it wanted."""
    with account(tmp_path) as aws:
        aws.allow()
        aws.publish(malware=[rule(1), rule(2)])
        call("pull", str(tmp_path / "categories.yaml"))
        yield aws


def call(*words: str) -> Result:
    """Run a command on the account's bucket."""
    return CliRunner().invoke(main, [*words, "--bucket", BUCKET])


def test_plan_exits_with_2_until_it_is_applied(running: Account) -> None:
    """And it changes nothing itself."""
    assert call("plan").exit_code == 2
    assert running.deployed() == {}
    assert call("apply", "--yes").exit_code == 0
    assert running.sids() == {1, 2}
    assert call("plan").exit_code == 0


def test_rollback_holds_until_it_is_resumed(running: Account) -> None:
    """The status shows the hold, and a sync is told of it."""
    call("apply", "--yes")
    first = json.loads(call("status", "--json").stdout)["latest"]["build"]
    before = running.deployed()
    running.publish(malware=[rule(1), rule(2), rule(3)])
    call("apply", "--yes")
    assert call("rollback", "--yes", first).exit_code == 0
    assert running.deployed() == before
    assert f"held at build {first}" in call("status").stdout
    held = call("apply", "--yes")
    assert (held.exit_code, "rulesync resume" in held.stderr) == (1, True)
    assert call("resume").exit_code == 0
    assert call("apply", "--yes").exit_code == 0
    assert running.sids() == {1, 2, 3}


def test_unknown_build_is_an_error_that_names_the_known(running: Account) -> None:
    """Nothing is held then."""
    call("apply", "--yes")
    answer = call("rollback", "--yes", "nope")
    assert (answer.exit_code, running.builds[0] in answer.stderr) == (1, True)
    assert json.loads(call("status", "--json").stdout)["hold"] is None


def test_bad_allowlist_is_not_pushed(running: Account, tmp_path: Path) -> None:
    """The one in the bucket stays as it is."""
    before = running.read("config/categories.yaml")
    edited = tmp_path / "edited.yaml"
    edited.write_text("version: 1\ndefault: block\n")
    answer = call("push", "--yes", str(edited))
    assert (answer.exit_code, "line 2" in answer.stderr) == (1, True)
    assert running.read("config/categories.yaml") == before


def test_leave_to_shrink_goes_with_the_push_that_gives_it(running: Account, tmp_path: Path) -> None:
    """Without it the push is refused; with it the build of this file may shrink."""
    call("apply", "--yes")
    edited = tmp_path / "edited.yaml"
    edited.write_text("version: 1\ndefault: off\nrules: {alert: [1]}\n")
    assert "max_shrink" in call("push", "--yes", str(edited)).stderr
    assert call("push", "--yes", str(edited), "--allow-shrink").exit_code == 0
    running.build()
    assert running.sids() == {1}


def test_status_says_when_and_what_was_left_out(running: Account) -> None:
    """To the second, which is as much as people read."""
    running.publish(malware=[rule(1), rule(2, "lua:x; ")])
    call("apply", "--yes")
    said = call("status").stdout
    assert re.search(r", applied [0-9-]{10} [0-9:]{8} UTC\n", said)
    assert "discarded: 1 unsupported-keyword" in said


def test_time_that_is_none_is_shown_as_it_stands() -> None:
    """A file that somebody wrote by hand may have one."""
    assert moment("2026-11-26T10:49:11.979081+00:00") == "2026-11-26 10:49:11 UTC"
    assert moment("yesterday") == "yesterday"
