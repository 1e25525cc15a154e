"""Status, rollback, resume and apply for other programs, and the ids of builds for the shell."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from support.account import BUCKET, Account, account, call
from support.feeds import rule

from rulesync_cli.commands.rollback import rollback
from rulesync_cli.completing import complete_build


@pytest.fixture
def applied(tmp_path: Path) -> Iterator[Account]:
    """Give an account with one build in force."""
    with account(tmp_path) as aws:
        aws.allow()
        aws.publish(malware=[rule(1)])
        aws.build()
        yield aws


def test_apply_prints_the_summary(applied: Account) -> None:
    """The same as its folder has."""
    applied.publish(malware=[rule(1), rule(2)])
    assert json.loads(call("apply", "--yes", "--json").stdout) == applied.summary()


def test_rollback_prints_its_steps(applied: Account) -> None:
    """And on stderr what holds from now on."""
    answer = call("rollback", "--yes", applied.builds[0], "--json")
    document = json.loads(answer.stdout)
    assert [step["change"] for step in document["steps"]] == ["keep"]
    assert "is in force and held" in answer.stderr


def test_resume_says_what_it_lifted(applied: Account) -> None:
    """None where there was nothing."""
    build = applied.builds[0]
    call("rollback", "--yes", build)
    assert json.loads(call("resume", "--json").stdout)["lifted"]["build"] == build
    again = call("resume", "--json")
    assert (json.loads(again.stdout), again.stderr) == ({"lifted": None}, "nothing is held\n")


def test_status_before_the_first_build_is_no_error(tmp_path: Path) -> None:
    """It says so."""
    with account(tmp_path):
        assert "no build has been applied yet" in call("status").stdout
        status = json.loads(call("status", "--json").stdout)
        assert (status["latest"], status["hold"]) == (None, None)


def test_ids_of_applied_builds_are_completed_newest_first(applied: Account) -> None:
    """From the bucket that the environment names, or the option."""
    (build,) = applied.builds
    earlier, refused = "20250101T000000Z-00000000", "20250102T000000Z-00000000"
    for name, cause in ((earlier, None), (refused, "too little")):
        summary = applied.summary() | {"build": name, "refused": cause}
        applied.put(f"builds/{name}/summary.json", json.dumps(summary))
    assert completed("2", None) == [build, earlier]
    assert completed("2025", BUCKET) == [earlier]


def test_completion_is_silent_where_the_bucket_cannot_be_read(applied: Account) -> None:
    """A word is being typed: that is no place for an error."""
    assert completed("", "no-such-bucket") == []
    applied.s3.put_object(Bucket=BUCKET, Key="builds/x", Body=b"")
    assert completed("x", None) == []


def test_completion_without_a_bucket_offers_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """And asks nobody."""
    monkeypatch.delenv("RULESYNC_BUCKET", raising=False)
    assert completed("", None) == []


def completed(begun: str, bucket: str | None) -> list[str]:
    """What the shell is offered."""
    ctx = click.Context(rollback)
    ctx.params["bucket"] = bucket
    return [item.value for item in complete_build(ctx, rollback.params[0], begun)]
