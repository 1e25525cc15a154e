"""Nothing is written unasked: questions, saved plans, and Ctrl-C."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from support.account import Account, call
from support.begun import begun
from support.feeds import rule

from rulesync_cli.show.progress import Waiting

ATTENDED = "rulesync_cli.consent.is_attended"


@begun()
def running(aws: Account) -> None:
    """An account with a build in force, and an allowlist that asks for another."""
    aws.allow()
    aws.publish(malware=[rule(1), rule(2)])
    assert call("apply", "--yes").exit_code == 0
    aws.allow(rules={"drop": [2]})


def words_of(command: str, running: Account) -> list[str]:
    """The command, and what it needs."""
    return [command, *(running.builds[:1] if command == "rollback" else [])]


@pytest.mark.parametrize("command", ["apply", "rollback"])
def test_without_a_terminal_nothing_is_written_unasked(running: Account, command: str) -> None:
    """It is no success, and says what to do; nothing is recorded either."""
    before = running.keys()
    answer = call(*words_of(command, running))
    assert answer.exit_code == 1
    assert "there is no terminal to ask on; give --yes" in answer.stderr
    assert running.keys() == before


@pytest.mark.parametrize("command", ["apply", "rollback"])
@pytest.mark.parametrize(("typed", "code"), [("y\n", 0), ("n\n", 1), ("", 130)])
def test_people_see_what_is_done_before_they_say_yes(
    running: Account, monkeypatch: pytest.MonkeyPatch, command: str, typed: str, code: int
) -> None:
    """Whoever does not say yes has written nothing, and no build is recorded."""
    if command == "rollback":
        call("apply", "--yes")
    words, before, keys = words_of(command, running), running.deployed(), running.keys()
    monkeypatch.setattr(ATTENDED, lambda: True)
    answer = call(*words, typed=typed)
    assert answer.exit_code == code
    assert "et-emerging-malware" in answer.output.split("[y/N]")[0]
    assert (running.deployed() != before) == (code == 0)
    assert (running.keys() != keys) == (code == 0)


@pytest.mark.parametrize(("words", "asked"), [((), True), (("--yes",), False)])
def test_a_warning_is_read_once(
    running: Account, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...], *, asked: bool
) -> None:
    """Before the question where there is one, else in the summary."""
    running.allow(rules={"drop": [2, 77]})
    monkeypatch.setattr(ATTENDED, lambda: True)
    answer = call("apply", *words, typed="y\n")
    assert answer.exit_code == 0
    warnings = [line for line in answer.output.splitlines() if line.startswith("warning: ")]
    assert len(warnings) == len(set(warnings)) > 0
    assert ("warning: " in answer.output.split("[y/N]")[0]) == ("warning: " in answer.output)
    assert ("[y/N]" in answer.output) == asked


def test_a_warning_that_came_up_after_the_question_is_read(
    running: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is known already is not repeated, and nothing else is held back."""
    running.allow(categories={"emerging-malware": "off"}, max_shrink=1.0, rules={"drop": [77]})
    running.create_policy("of-another-team", {"et-emerging-malware": 1})
    monkeypatch.setattr(ATTENDED, lambda: True)
    before, _, after = call("apply", typed="y\n").output.partition("[y/N]")
    known = "warning: rules: drop: 77 "
    assert (known in before, known in after) == (True, False)
    stays = "warning: rule group et-emerging-malware stays"
    assert (stays in before, stays in after) == (False, True)


def test_json_has_every_warning(running: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever was shown before the question."""
    running.allow(rules={"drop": [2, 77]})
    monkeypatch.setattr(ATTENDED, lambda: True)
    answer = call("apply", "--json", typed="y\n")
    assert "warning: " in answer.stderr.split("[y/N]")[0]
    assert json.loads(answer.stdout)["warnings"] == running.summary()["warnings"] != []


@pytest.mark.parametrize("words", [(), ("--yes",)])
def test_what_a_rollback_does_is_read_once(
    running: Account, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...]
) -> None:
    """Before the question where there is one, else when it is done."""
    call("apply", "--yes")
    monkeypatch.setattr(ATTENDED, lambda: True)
    answer = call("rollback", *words, running.builds[0], typed="y\n")
    assert answer.exit_code == 0
    assert sum("~ " in line for line in answer.output.splitlines()) == 1, answer.output


@pytest.mark.usefixtures("running")
def test_nothing_to_do_is_not_asked_about(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody has to agree to nothing."""
    call("apply", "--yes")
    monkeypatch.setattr(ATTENDED, lambda: True)
    answer = call("apply")
    assert (answer.exit_code, "[y/N]" in answer.stderr) == (0, False)


def test_saved_plan_is_carried_out_without_a_question(running: Account, tmp_path: Path) -> None:
    """It is what people have agreed to."""
    file, before = tmp_path / "plan.json", running.deployed()
    planned = call("plan", "--out", file)
    assert planned.exit_code == 2
    assert f"rulesync apply --plan {file}" in planned.stderr
    assert json.loads(file.read_text())["steps"]
    assert call("apply", "--plan", file).exit_code == 0
    assert running.deployed() != before


def _feed(running: Account) -> None:
    running.publish(malware=[rule(1), rule(2), rule(3)])


def _edit(running: Account) -> None:
    running.allow(rules={"drop": [1, 2]})


@pytest.mark.parametrize("meanwhile", [_feed, _edit])
def test_saved_plan_is_not_carried_out_once_the_world_has_moved(
    running: Account, tmp_path: Path, meanwhile: Callable[[Account], None]
) -> None:
    """It says what differs; nothing is written, and no build recorded."""
    file = tmp_path / "plan.json"
    call("plan", "--out", file)
    meanwhile(running)
    before, builds = running.deployed(), running.keys("builds/")
    answer = call("apply", "--plan", file)
    assert answer.exit_code == 1
    assert "et-emerging-malware" in answer.stderr
    assert "Plan again" in answer.stderr
    assert (running.deployed(), running.keys("builds/")) == (before, builds)


@pytest.mark.usefixtures("running")
def test_plan_that_was_carried_out_already_is_another(tmp_path: Path) -> None:
    """What it would write over is no longer there."""
    file = tmp_path / "plan.json"
    call("plan", "--out", file)
    assert call("apply", "--plan", file).exit_code == 0
    assert call("apply", "--plan", file).exit_code == 1


def test_plan_that_a_sync_would_refuse_is_not_saved(running: Account, tmp_path: Path) -> None:
    """So nobody agrees to what cannot be."""
    file = tmp_path / "plan.json"
    running.put("config/categories.yaml", "version: 1\ndefault: off\n")
    answer = call("plan", "--out", file)
    assert answer.exit_code == 1
    assert "max_shrink" in answer.stderr
    assert not file.exists()


@pytest.mark.parametrize("text", ["", "[]", '{"version": 2}'])
def test_what_is_no_plan_is_told(running: Account, tmp_path: Path, text: str) -> None:
    """With its name, and how one is made."""
    file, before = tmp_path / "plan.json", running.deployed()
    file.write_text(text)
    answer = call("apply", "--plan", file)
    assert answer.exit_code == 1
    assert f"{file} is not a plan: " in answer.stderr
    assert "rulesync plan --out FILE" in answer.stderr
    assert running.deployed() == before


def test_plan_for_another_bucket_is_refused(running: Account, tmp_path: Path) -> None:
    """It names both."""
    file, before = tmp_path / "plan.json", running.deployed()
    call("plan", "--out", file)
    file.write_text(file.read_text().replace("rulesync-test", "another"))
    answer = call("apply", "--plan", file)
    assert "a plan for the bucket another, not for rulesync-test" in answer.stderr
    assert running.deployed() == before


@pytest.mark.parametrize("command", ["apply", "rollback"])
def test_ctrl_c_says_what_was_written(
    running: Account, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    """And what to do; run again, it is finished."""
    if command == "rollback":
        call("apply", "--yes")
    tell = Waiting.__call__

    def interrupted(waiting: Waiting, what: str) -> None:
        tell(waiting, what)
        if what.startswith("UpdateRuleGroup") and "dry run" not in what:
            raise KeyboardInterrupt

    words = words_of(command, running)
    with monkeypatch.context() as patched:
        patched.setattr(Waiting, "__call__", interrupted)
        answer = call(*words, "--yes")
    assert answer.exit_code == 130
    assert "written so far" in answer.stderr
    assert "  UpdateRuleGroup et-emerging-malware" in answer.stderr.splitlines()
    assert f"`rulesync {command}" in answer.stderr
    assert call(*words, "--yes").exit_code == 0


def test_ctrl_c_before_anything_was_written_says_so(
    running: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So people need not look."""

    def interrupted(_: Waiting, __: str) -> None:
        raise KeyboardInterrupt

    before = running.deployed()
    monkeypatch.setattr(Waiting, "__call__", interrupted)
    answer = call("apply", "--yes")
    assert (answer.exit_code, running.deployed()) == (130, before)
    assert "nothing was written" in answer.stderr
