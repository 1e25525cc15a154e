"""`--profile` and `--region`: whose credentials, and where, on every command that talks to AWS."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import boto3
import pytest
from click.testing import CliRunner, Result
from support.account import BUCKET, Account, account, call, run
from support.feeds import rule

from rules_lib.aws import clients
from rulesync_cli import main
from rulesync_cli.commands import SUMMARIES

WITHOUT_AWS = {"local", "init", "schema", "verify", "completion"}
CONFIG = """
[profile prod]
aws_access_key_id = AKIAPROD
aws_secret_access_key = of-prod
region = eu-central-1
[profile test]
aws_access_key_id = AKIATEST
aws_secret_access_key = of-test
"""


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Account]:
    """Give an account with a build in force, and two profiles on this machine."""
    with account(tmp_path / "feed") as aws:
        aws.allow()
        aws.publish(malware=[rule(1)])
        call("apply", "--yes")
        with pytest.MonkeyPatch.context() as patch:
            (tmp_path / "config").write_text(CONFIG)
            patch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
            patch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
            yield aws


@pytest.fixture
def used(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    """The access key and the region of each S3 client that is made."""
    made, make = list[tuple[str, str]](), clients.s3

    def noted() -> object:
        client, session = make(), boto3.DEFAULT_SESSION
        keys = session.get_credentials() if session else None
        assert keys is not None
        made.append((keys.access_key, client.meta.region_name))
        return client

    monkeypatch.setattr(clients, "s3", noted)
    return made


@pytest.mark.parametrize("name", sorted(SUMMARIES.keys() - WITHOUT_AWS))
def test_every_command_that_talks_to_aws_has_both(name: str) -> None:
    """No command that was added since is without."""
    known = {one for parameter in main.commands[name].params for one in parameter.opts}
    assert {"--profile", "--region"} <= known


def test_profile_is_used_for_the_command_alone(
    running: Account, used: list[tuple[str, str]]
) -> None:
    """It goes before keys in the environment; afterwards all is as it was."""
    before = boto3.DEFAULT_SESSION, dict(os.environ)
    assert running.latest()
    assert call("builds", "--profile", "prod").exit_code == 0
    assert (boto3.DEFAULT_SESSION, dict(os.environ)) == before
    call("builds")
    with_profile, without = used
    assert with_profile[0] == "AKIAPROD"
    assert without[0] != "AKIAPROD"


def test_region_goes_before_that_of_the_environment_and_of_the_profile(
    running: Account, used: list[tuple[str, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whichever variable names one."""
    monkeypatch.setenv("AWS_REGION", "us-west-1")
    call("builds", "--profile", "prod", "--region", "eu-west-1")
    monkeypatch.delenv("AWS_DEFAULT_REGION")
    call("builds", "--region", "eu-west-2")
    call("builds", "--profile", "prod")
    monkeypatch.delenv("AWS_REGION")
    call("builds", "--profile", "prod")
    assert running.latest()
    assert [region for _, region in used] == [
        "eu-west-1", "eu-west-2", "us-west-1", "eu-central-1",
    ]  # fmt: skip


def test_region_holds_for_the_firewall_too(running: Account) -> None:
    """Whoever names the wrong one sees that our rule groups are not there."""
    assert running.sids() == {1}
    assert "drift" not in call("status", "--json").stdout
    assert '"drift"' in call("status", "--json", "--region", "eu-west-1").stdout


def test_unknown_profile_says_which_there_are(running: Account) -> None:
    """And how one is made."""
    answer = call("status", "--profile", "prd")
    assert running.latest()
    assert answer.exit_code == 2
    assert "there is no profile 'prd'" in answer.stderr
    assert "they have prod, test" in answer.stderr
    assert "aws configure --profile NAME" in answer.stderr


@pytest.mark.parametrize(
    ("region", "words"),
    [
        ("eu-centrl-1", "did you mean eu-central-1?"),
        ("", "there are af-south-1, "),
        ("EU-WEST-1", "did you mean eu-west-1?"),
        ("nowhere", "pip install --upgrade boto3"),
    ],
)
def test_unknown_region_says_what_to_do(region: str, words: str) -> None:
    """Before anything is asked of AWS."""
    answer: Result = run("builds", "--bucket", BUCKET, "--region", region)
    assert answer.exit_code == 2
    assert words in " ".join(answer.stderr.split())


@pytest.mark.parametrize(
    ("words", "offered"),
    [
        ("rulesync status --profile p", {"prod"}),
        ("rulesync status --region eu-central-", {"eu-central-1", "eu-central-2"}),
    ],
)
def test_tab_offers_profiles_and_regions(running: Account, words: str, offered: set[str]) -> None:
    """Those that begin so."""
    assert {line.partition(",")[2] for line in _completed(words)} == offered
    assert running.latest()


def test_tab_for_a_build_uses_the_profile(running: Account, used: list[tuple[str, str]]) -> None:
    """What was typed before it holds for it."""
    build = running.latest()["build"]
    words = f"rulesync report --profile prod --region eu-west-1 --bucket {BUCKET} 2"
    assert _completed(words) == [f"plain,{build}"]
    assert used == [("AKIAPROD", "eu-west-1")]


def _completed(words: str) -> list[str]:
    env = {
        "_RULESYNC_COMPLETE": "bash_complete",
        "COMP_WORDS": words,
        "COMP_CWORD": str(len(words.split()) - 1),
    }
    answer = CliRunner().invoke(main, prog_name="rulesync", env=env, catch_exceptions=False)
    return answer.stdout.splitlines()
