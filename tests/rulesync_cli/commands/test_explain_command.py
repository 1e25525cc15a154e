"""`rulesync explain`: on a stack, and on a feed alone."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from support.account import BUCKET, Account
from support.begun import begun
from support.feeds import allowlist, feed, rule

from rulesync_cli import main


@begun()
def running(aws: Account) -> None:
    """An account in which one category was synced."""
    aws.allow()
    aws.sync(malware=[rule(1), rule(2, "classtype:x; ")])


@pytest.fixture
def alone(tmp_path: Path) -> list[str]:
    """Write a feed and an allowlist, and say where they are."""
    rules = [rule(1, "classtype:x; "), f"#{rule(2)}", rule(3, "lua:x; ")]
    archive = feed(tmp_path, {"emerging-malware": rules})
    config = tmp_path / "mine.yaml"
    config.write_text(allowlist(categories={"emerging-malware": "drop"}))
    return ["--feed", str(archive), "--config", str(config)]


def call(*words: str) -> Result:
    """Run the command."""
    return CliRunner().invoke(main, ["explain", *words])


def on_stack(*words: str) -> Result:
    """Run the command on the account's bucket."""
    return call(*words, "--bucket", BUCKET)


def test_feed_alone_needs_no_account(alone: list[str]) -> None:
    """The story goes from the line in the feed to the place in a group."""
    answer = call("1", *alone)
    assert answer.exit_code == 0, answer.output
    said = answer.stdout
    assert "emerging-malware.rules, line 1, rev 1, enabled" in said
    assert "drop: the category is `emerging-malware: drop` (" in said
    assert "mine.yaml, line 4)" in said
    assert "kept as drop" in said
    assert "et-emerging-malware, priority 1000: rule 1 of 1" in said
    assert "in force" not in said


def test_diff_is_marked_without_colours(alone: list[str]) -> None:
    """One line for both texts, as piped output has no colours."""
    lines = [line.strip() for line in call("1", *alone).stdout.splitlines()]
    [line] = [line for line in lines if line.startswith("~ ")]
    assert line.startswith("~ [-alert-]{+drop+} tcp")
    assert "[- classtype:x;-]" in line
    assert line.count("sid:1;") == 1


def test_left_out_rules_say_what_brings_them_back(alone: list[str]) -> None:
    """A disabled one, and a discarded one."""
    assert "`rules: on: [2]` enables it, in drop mode." in call("2", *alone).stdout
    discarded = call("3", *alone).stdout
    assert "discarded as unsupported-keyword: the service does not accept: lua" in discarded
    assert "way back" in discarded


def test_marks_are_told_by_their_kind(tmp_path: Path) -> None:
    """A number is lessened, not unset; where an xbit is kept stands behind its name."""
    rules = [
        rule(1, "flowint:tries,>,3; xbits:isset,seen,track ip_pair; "),
        rule(2, "flowint:tries,+,1; xbits:set,seen,track ip_pair; "),
        rule(3, "flowint:tries,-,1; "),
    ]
    archive = feed(tmp_path, {"emerging-malware": rules})
    config = tmp_path / "mine.yaml"
    config.write_text(allowlist(documented_unsupported="keep"))
    said = " ".join(call("1", "--feed", str(archive), "--config", str(config)).stdout.split())
    assert "flowint > tries set by 2 (" in said
    assert "lessened by 3 (" in said
    assert "xbit isset seen (pair xbit) set by 2 (" in said
    assert "cluster flowints and pair xbits tie it to 2 rules: 2, 3" in said


def test_file_as_written_is_what_ties_its_rules(tmp_path: Path) -> None:
    """No mark does."""
    archive = feed(tmp_path, {"emerging-malware": [rule(1)]})
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "mine.rules").write_text("\n".join((rule(2), rule(3))))
    config = tmp_path / "mine.yaml"
    config.write_text(allowlist(categories={"local-mine": "as-written"}))
    place = ("--feed", str(archive), "--config", str(config), "--local", str(tmp_path / "own"))
    said = " ".join(call("2", *place).stdout.split())
    assert "cluster its file, published as written, ties it to 1 rule: 3" in said


@pytest.mark.parametrize("word", ["abc", "0", "-- -1", "4294967296", "1" * 5000, "\u0661"])
def test_what_is_no_sid_is_wrong_usage(alone: list[str], word: str) -> None:
    """In words; a sid has 32 bits."""
    answer = CliRunner().invoke(main, ["explain", *alone, *word.split()])
    assert answer.exit_code == 2
    assert "is not a sid: give a whole number from 1 to 4294967295" in answer.stderr


def test_unknown_sid_ends_with_1_and_names_the_feed(alone: list[str]) -> None:
    """And sids that are one slip away."""
    answer = call("11", *alone)
    assert answer.exit_code == 1
    assert alone[1] in answer.stderr
    assert "similar sids: 1" in answer.stderr
    assert json.loads(call("11", *alone, "--json").stdout)["stories"] == []


def test_json_has_the_whole_story(alone: list[str]) -> None:
    """Of a feed alone nothing is in force."""
    told = json.loads(call("1", *alone, "--json").stdout)
    assert told["in_force"] is None
    (story,) = told["stories"]
    assert story["published"]["action"] == "drop"
    assert [e["change"] for e in story["published"]["edits"]] == [
        "alert-to-drop",
        "classtype-removed",
    ]


def test_rules_of_peoples_own_are_explained(alone: list[str], tmp_path: Path) -> None:
    """From a folder, as they would be uploaded."""
    own = tmp_path / "own"
    own.mkdir()
    (own / "ours.rules").write_text(rule(1000) + "\n")
    answer = call("1000", *alone, "--local", str(own))
    assert "local/ours.rules, line 1" in answer.stdout
    assert "et-local-ours" in answer.stdout


def test_escapes_of_a_rule_are_shown_and_not_executed(tmp_path: Path) -> None:
    """A terminal must not obey what a feed says."""
    bad = rule(1).replace("rule 1", "\x1b[31mred")
    archive = feed(tmp_path, {"emerging-malware": [bad]})
    config = tmp_path / "mine.yaml"
    config.write_text(allowlist())
    answer = call("1", "--feed", str(archive), "--config", str(config))
    assert "\x1b" not in answer.output
    assert "\\x1b[31mred" in answer.output


def test_stack_tells_what_is_in_force(running: Account) -> None:
    """With the build that is."""
    said = on_stack("2").stdout
    assert f"in et-emerging-malware (build {running.builds[-1]})" in said
    assert "does not change it" in said


def test_stack_tells_what_the_next_sync_does(running: Account, tmp_path: Path) -> None:
    """By an edit that is not uploaded, and by a release that is not built."""
    edited = tmp_path / "edited.yaml"
    edited.write_text(allowlist(rules={"drop": [1]}))
    said = on_stack("1", "--config", str(edited)).stdout
    assert "the next sync changes its text" in said
    assert "its sid is under `rules: drop:`" in said
    running.publish(malware=[rule(1)])
    gone = on_stack("2")
    assert (gone.exit_code, "the next sync removes it" in gone.stdout) == (0, True)


def test_a_hold_and_a_refusal_are_told(running: Account) -> None:
    """What the next sync would do, it does not do then."""
    CliRunner().invoke(main, ["rollback", "--yes", running.builds[0], "--bucket", BUCKET])
    assert "`rulesync resume` lifts it" in on_stack("1").stdout
    running.publish(malware=[rule(9)])
    told = json.loads(on_stack("1", "--json").stdout)
    assert "max_shrink" in told["refused"]


def test_feed_without_an_allowlist_is_judged_by_the_shipped_one(
    alone: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is packaged, so that it counts in every folder."""
    monkeypatch.chdir(tmp_path)
    assert call("1", *alone[:2]).exit_code == 0


def test_neither_bucket_nor_feed_is_wrong_usage(monkeypatch: pytest.MonkeyPatch) -> None:
    """The message names both."""
    monkeypatch.delenv("RULESYNC_BUCKET", raising=False)
    answer = call("1")
    assert (answer.exit_code, "--feed" in answer.stderr) == (2, True)
