"""`rulesync push`: checked, planned, asked for, uploaded; and what it says about what follows."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from support.account import ALLOWLIST, Account, call
from support.feeds import allowlist, rule

CONSENT = "rulesync_cli.consent.is_attended"
"""Whether somebody is at the terminal."""


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """A folder with two files of people's own rules."""
    folder = tmp_path / "own"
    folder.mkdir()
    (folder / "ours.rules").write_text(rule(50))
    (folder / "more.rules").write_text(rule(60))
    (folder / "README").write_text("no rules")
    return folder


def test_push_shows_the_plan_and_says_what_follows(running: Account, file: Path) -> None:
    """The plan is data, what follows is told."""
    answer = call("push", "--yes", file)
    assert answer.exit_code == 0
    assert "alert -> drop  2  rule 2" in answer.stdout
    assert "uploaded s3://rulesync-test/config/categories.yaml" in answer.stderr
    assert "the build function starts now" in answer.stderr
    assert running.read(ALLOWLIST) == file.read_bytes()


@pytest.mark.parametrize(("typed", "code"), [("y\n", 0), ("n\n", 1), ("", 130)])
def test_people_at_a_terminal_are_asked(
    running: Account, file: Path, monkeypatch: pytest.MonkeyPatch, typed: str, code: int
) -> None:
    """Whoever does not say yes has uploaded nothing; an end of input is like Ctrl-C."""
    monkeypatch.setattr(CONSENT, lambda: True)
    answer = call("push", file, typed=typed)
    assert answer.exit_code == code
    assert answer.stderr.endswith("Error: nothing was written\n") == (code == 1)
    assert "upload it to s3://rulesync-test? [y/N]" in answer.stderr
    assert (running.read(ALLOWLIST) == file.read_bytes()) == (code == 0)


def test_yes_is_not_asked_for_twice(
    running: Account, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With `--yes` nobody is asked."""
    monkeypatch.setattr(CONSENT, lambda: True)
    assert "[y/N]" not in call("push", file, "--yes").stderr
    assert running.read(ALLOWLIST) == file.read_bytes()


def test_refused_plan_is_shown_and_not_uploaded(running: Account, tmp_path: Path) -> None:
    """What would go is there to be read."""
    file = tmp_path / "shrunk.yaml"
    file.write_text("version: 1\ndefault: off\n")
    before = running.read(ALLOWLIST)
    answer = call("push", "--yes", file)
    assert answer.exit_code == 1
    assert "et-emerging-malware  delete" in answer.stdout
    assert "Error: max_shrink" in answer.stderr
    assert running.read(ALLOWLIST) == before


def test_json_has_the_plan_and_the_addresses(running: Account, file: Path) -> None:
    """One document on stdout, and words on stderr."""
    document = json.loads(call("push", "--yes", file, "--json").stdout)
    assert document["uploaded"] == [f"s3://rulesync-test/{ALLOWLIST}"]
    assert [one["sid"] for one in document["plan"]["actions"]] == [2]
    assert running.read(ALLOWLIST) == file.read_bytes()


def test_own_rules_become_those_of_the_folder(running: Account, file: Path, own: Path) -> None:
    """New and changed files are uploaded before the allowlist, unwanted ones deleted after it."""
    running.put("local/ours.rules", rule(50))
    running.put("local/old.rules", rule(70))
    running.put("local/notes.txt", "stays")
    call("pull", file.parent / "categories.yaml")
    running.forget()
    answer = call("push", "--yes", file, "--local", own)
    assert answer.exit_code == 0
    written = [one for one in running.writes() if not one[1].startswith("builds/")]
    assert written == [
        ("PutObject", "local/more.rules"),
        ("PutObject", ALLOWLIST),
        ("DeleteObject", "local/old.rules"),
    ]
    assert "et-local-more" in answer.stdout
    assert "deleted s3://rulesync-test/local/old.rules" in answer.stderr
    assert running.keys("local/") == ["local/more.rules", "local/notes.txt", "local/ours.rules"]


def test_folder_with_a_rule_that_would_be_discarded_is_not_uploaded(
    running: Account, file: Path, own: Path
) -> None:
    """It is named with file, line and reason."""
    (own / "ours.rules").write_text(f"{rule(50)}\n{rule(51, 'lua:x.lua; ')}\n")
    before = running.read(ALLOWLIST)
    answer = call("push", "--yes", file, "--local", own)
    assert answer.exit_code == 1
    assert "1 rule of your own would be discarded or refused; nothing was changed" in answer.stderr
    assert f"{own}/ours.rules:2: sid 51: unsupported-keyword" in answer.stderr
    assert (running.read(ALLOWLIST), running.keys("local/")) == (before, [])


def test_hold_is_told_after_the_upload(running: Account, file: Path) -> None:
    """The file is there, and takes effect later."""
    build = running.latest()["build"]
    call("rollback", "--yes", build)
    answer = call("push", "--yes", file)
    assert f"held at build {build}: it takes effect after `rulesync resume`" in answer.stderr


def test_many_rules_that_act_otherwise_are_named_by_another_command(
    running: Account, tmp_path: Path
) -> None:
    """`push` and `rollback` have no option for it; of a rollback no command has."""
    running.publish(malware=[rule(sid) for sid in range(1, 15)])
    call("apply", "--yes")
    build = running.latest()["build"]
    path = tmp_path / "dropping.yaml"
    path.write_text(allowlist(default="drop"))
    assert (
        "and 4 more; `rulesync plan --config FILE --full` names all"
        in call("push", "--yes", path).stdout
    )
    call("apply", "--yes")
    lines = call("rollback", "--yes", build).stdout.splitlines()
    assert "  and 4 more" in lines
    assert "    drop -> alert  4 in et-emerging-malware-b" in lines
