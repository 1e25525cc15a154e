"""`rulesync push --wait`: the build of the upload is followed to its end."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import Result
from support.account import Account, call
from support.feeds import allowlist, rule

from localaws import Fault
from rules_lib.bucket import TURN
from rules_lib.errors import RulesyncError

Meanwhile = Callable[..., list[float]]


@pytest.fixture
def meanwhile(monkeypatch: pytest.MonkeyPatch) -> Meanwhile:
    """Do one thing after another whenever the command pauses; gives the pauses so far."""

    def during(*steps: Callable[[], object]) -> list[float]:
        left, paused = list(steps), list[float]()

        def sleep(seconds: float) -> None:
            paused.append(seconds)
            if left:
                left.pop(0)()

        monkeypatch.setattr("rulesync_cli.history.awaited.sleep", sleep)
        monkeypatch.setattr("rulesync_cli.history.awaited.monotonic", lambda: sum(paused))
        return paused

    return during


def push(file: Path, *words: object) -> Result:
    """Push and wait."""
    return call("push", "--yes", file, "--wait", *words)


def nothing() -> None:
    """Let a pause pass."""


def test_applied_build_ends_the_wait(running: Account, file: Path, meanwhile: Meanwhile) -> None:
    """It is named, and what it was is said."""
    paused = meanwhile(nothing, running.build)
    answer = push(file)
    assert answer.exit_code == 0
    assert len(paused) == 2
    assert answer.stderr.endswith(f"build {running.builds[-1]} is in force\n")
    assert running.latest()["build"] == running.builds[-1]


def test_failed_build_is_exit_code_one(running: Account, file: Path, meanwhile: Meanwhile) -> None:
    """With the cause that its summary has."""

    def fail() -> None:
        running.aws.inject(Fault("UpdateRuleGroup", "AccessDeniedException", times=99))
        with suppress(RulesyncError):
            running.build()

    meanwhile(fail)
    answer = push(file)
    assert answer.exit_code == 1
    assert f"Error: build {running.builds[-1]} failed: " in answer.stderr
    assert "AccessDenied" in answer.stderr


def test_refused_build_is_exit_code_one(running: Account, file: Path, meanwhile: Meanwhile) -> None:
    """As where the feed has shrunk meanwhile."""

    def shrink() -> None:
        running.publish(malware=[rule(1)])
        with suppress(RulesyncError):
            running.build()

    file.write_text(allowlist(max_shrink=0.1))
    meanwhile(shrink)
    answer = push(file)
    assert answer.exit_code == 1
    assert f"build {running.builds[-1]} was refused: max_shrink" in answer.stderr


def test_hold_ends_the_wait(running: Account, file: Path, meanwhile: Meanwhile) -> None:
    """Whether it was there before or came meanwhile; something waits then."""
    build = running.latest()["build"]
    paused = meanwhile(lambda: call("rollback", "--yes", build))
    answer = push(file)
    assert (answer.exit_code, len(paused)) == (2, 1)
    assert f"held at build {build}" in answer.stderr
    file.write_text(allowlist(rules={"drop": [1]}))
    assert (push(file).exit_code, len(paused)) == (2, 1)


def test_build_of_somebody_elses_file_is_not_taken_for_ours(
    running: Account, file: Path, meanwhile: Meanwhile
) -> None:
    """Nor is one that ended before."""
    ours = file.read_text()

    def other() -> None:
        running.allow(rules={"alert": [1]})
        running.build()
        running.allow(ours)

    paused = meanwhile(other, running.build)
    answer = push(file)
    assert (answer.exit_code, len(paused)) == (0, 2)
    assert answer.stderr.endswith(f"build {running.builds[-1]} is in force\n")


def test_build_of_the_last_file_is_waited_for(
    running: Account, file: Path, tmp_path: Path, meanwhile: Meanwhile
) -> None:
    """One that was made before all own rules were there is none of ours."""
    file.write_bytes(running.read("config/categories.yaml"))
    own = tmp_path / "own"
    own.mkdir()
    for sid, name in enumerate(("a", "b"), start=50):
        (own / f"{name}.rules").write_text(rule(sid))

    def half() -> None:
        running.s3.delete_object(Bucket="rulesync-test", Key="local/b.rules")
        running.build("local/a.rules")
        running.put("local/b.rules", rule(51))

    paused = meanwhile(half, lambda: running.build("local/b.rules"))
    answer = push(file, "--local", own)
    assert (answer.exit_code, len(paused)) == (0, 2)
    assert running.sids() == {1, 2, 50, 51}


def test_build_that_runs_is_waited_for(running: Account, file: Path, meanwhile: Meanwhile) -> None:
    """It may take up what has arrived meanwhile, whatever it has written so far."""
    until = datetime.now(UTC) + timedelta(minutes=5)
    turn = json.dumps({"holder": "somebody", "until": until.isoformat()})

    def build() -> None:
        running.build()
        running.put(TURN, turn)

    paused = meanwhile(build, lambda: running.s3.delete_object(Bucket="rulesync-test", Key=TURN))
    assert (push(file).exit_code, len(paused)) == (0, 2)


@pytest.mark.parametrize(("words", "minutes"), [([], 20), (["--wait-minutes", 1], 1)])
def test_wait_has_a_limit(
    running: Account, file: Path, meanwhile: Meanwhile, words: list[object], minutes: int
) -> None:
    """After which nobody knows: it is no success."""
    paused = meanwhile()
    answer = push(file, *words)
    assert answer.exit_code == 1
    assert sum(paused) == minutes * 60
    assert f"has not ended within {minutes} minute" in answer.stderr
    assert running.read("config/categories.yaml") == file.read_bytes()


def test_interrupt_says_that_the_build_goes_on(
    running: Account, file: Path, meanwhile: Meanwhile
) -> None:
    """What was uploaded stays uploaded."""

    def interrupt() -> None:
        raise KeyboardInterrupt

    meanwhile(interrupt)
    answer = push(file)
    assert answer.exit_code == 130
    assert "the upload is done and its build continues" in answer.stderr
    assert running.read("config/categories.yaml") == file.read_bytes()


def test_json_says_how_it_ended(running: Account, file: Path, meanwhile: Meanwhile) -> None:
    """With the build as `builds` has it; the document is printed for a failure too."""
    meanwhile(running.build)
    waited = json.loads(push(file, "--json").stdout)["waited"]
    assert (waited["ended"], waited["build"]["build"]) == ("applied", running.builds[-1])
    file.write_text(allowlist(rules={"drop": [1, 2]}))
    meanwhile()
    answer = push(file, "--json")
    assert (answer.exit_code, json.loads(answer.stdout)["waited"]["ended"]) == (1, "unfinished")


def test_nothing_uploaded_is_nothing_to_wait_for(
    running: Account, file: Path, meanwhile: Meanwhile
) -> None:
    """No build was started."""
    meanwhile(running.build)
    push(file)
    paused = meanwhile()
    answer = push(file)
    assert (answer.exit_code, paused) == (0, [])
    assert answer.stderr.endswith("nothing was uploaded\n")
