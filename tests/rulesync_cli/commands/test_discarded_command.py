"""`rulesync discarded`: of a build, of a results folder, of an edit."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from support.account import BUCKET, Account, account
from support.begun import begun
from support.feeds import allowlist, feed, rule
from support.results import synced

from rulesync_cli import main

LUA = [rule(1), rule(2, "lua:x; "), rule(3, "dataset:set,x; ")]


@begun()
def running(aws: Account) -> None:
    """An account in which two builds discarded rules."""
    aws.allow()
    aws.sync(malware=LUA)
    aws.sync(malware=[*LUA, rule(4)], dns=[rule(5, "iprep:x; ")])


def call(*words: str) -> Result:
    """Run the command."""
    return CliRunner().invoke(main, ["discarded", *words])


def records(*words: str) -> list[dict[str, Any]]:
    """The discarded rules as JSON."""
    answer = call(*words, "--json")
    assert answer.exit_code == 0, answer.output
    return list(json.loads(answer.stdout)["discarded"])


def sids(*words: str) -> list[int]:
    """The discarded sids."""
    return [record["sid"] for record in records(*words)]


def test_build_in_force_is_read_unless_another_is_named(running: Account) -> None:
    """By its id."""
    stack = ("--bucket", BUCKET)
    assert sids(*stack) == [5, 2, 3]
    assert sids(*stack, "--build", running.builds[0]) == [2, 3]
    unknown = call(*stack, "--build", "nope")
    assert (unknown.exit_code, "the bucket has no build 'nope'" in unknown.stderr) == (1, True)


def test_category_with_a_typo_names_the_nearest(running: Account) -> None:
    """On stderr; one that merely has no discarded rule, and resembles none, is no mistake."""
    assert running.builds
    typo = call("--bucket", BUCKET, "--category", "emerging-malwar", "--json")
    assert (
        "emerging-malwar has no discarded rule; the nearest category that has one: emerging-"
        in typo.stderr
    )
    assert json.loads(typo.stdout)["discarded"] == []
    assert call("--bucket", BUCKET, "--category", "tor").stderr == ""


def test_edit_is_judged_before_it_is_uploaded(running: Account, tmp_path: Path) -> None:
    """What a sync with it would discard."""
    assert running.builds
    edited = tmp_path / "edited.yaml"
    edited.write_text(allowlist(rules={"off": [2, 3]}))
    assert sids("--bucket", BUCKET, "--config", str(edited)) == [5]


def test_bucket_without_a_build_says_so(tmp_path: Path) -> None:
    """And what can be asked all the same."""
    with account(tmp_path) as aws:
        aws.allow()
        answer = call("--bucket", BUCKET)
    assert (answer.exit_code, "no build has been applied yet" in answer.stderr) == (1, True)


@pytest.fixture
def results(tmp_path: Path) -> Path:
    """Run a local sync, and give its folder."""
    archive = feed(tmp_path, {"emerging-malware": [*LUA, rule(4, "flowbits:isset,a; ")]})
    config = tmp_path / "mine.yaml"
    config.write_text(allowlist())
    synced(tmp_path / "out", archive, config=config)
    return tmp_path / "out" / "1"


def test_results_folder_is_read_as_it_is(results: Path) -> None:
    """Its file and the command's JSON have the same records."""
    lines = (results / "discarded.jsonl").read_bytes().splitlines()
    assert records(str(results)) == [json.loads(line) for line in lines]


@pytest.mark.parametrize(
    ("words", "found"),
    [
        (["--reason", "flowbit-never-set"], [4]),
        (["--reason", "flowbit-never-set", "--reason", "unsupported-keyword"], [2, 3, 4]),
        (["--category", "emerging-dns"], []),
        (["--category", "emerging-malware", "--sid", "3"], [3]),
        (["--sid", "2", "--sid", "4"], [2, 4]),
        (["--contains", "RULE 2"], [2]),
        (["--contains", "dataset"], [3]),
    ],
)
def test_filters_narrow_down(results: Path, words: list[str], found: list[int]) -> None:
    """All of them must hold; of one that is repeated, any."""
    assert sids(str(results), *words) == found


def test_reasons_come_first_with_what_brings_rules_back(results: Path) -> None:
    """The most frequent first, then the rules."""
    said = call(str(results)).stdout
    assert "4 discarded rules" not in said
    assert said.index("unsupported-keyword: 2 rules") < said.index("flowbit-never-set: 1 rule")
    assert said.index("add it to `rules: on:`") < said.index("rule 4")


def test_long_lists_are_cut_and_say_so(results: Path) -> None:
    """On the terminal; 0 lists all."""
    assert "and 2 more: --limit 0 lists all" in call(str(results), "--limit", "1").stdout
    assert "more" not in call(str(results), "--limit", "0").stdout


def test_folder_above_the_results_names_the_one_that_is_meant(results: Path) -> None:
    """`out` in place of `out/1`."""
    answer = call(str(results.parent))
    assert answer.exit_code == 1
    assert f"did you mean {results}?" in answer.stderr


def test_broken_record_names_its_line(results: Path) -> None:
    """The file may have been edited by hand."""
    path = results / "discarded.jsonl"
    path.write_bytes(path.read_bytes() + b'{"sid": 1}\n')
    answer = call(str(results))
    assert (answer.exit_code, f"{path}, line 4" in answer.stderr) == (1, True)


def test_folder_and_build_do_not_go_together(results: Path) -> None:
    """One source at a time."""
    assert call(str(results), "--build", "x").exit_code == 2
