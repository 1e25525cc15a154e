"""`rulesync plan --format markdown`: the comment of a pull request, with an account or without."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from support.account import run
from support.feeds import allowlist, feed, rule

HOSTILE = r"@octocat </details> `tick` | <img src=x> #1 [x](http://127.0.0.1) ::error::x"

FORM = ["--format", "json"]


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    """A feed with a rule whose msg wants to be more than text."""
    rules = [rule(1), rule(2), rule(3).replace("rule 3", HOSTILE)]
    return feed(tmp_path / "feed", {"emerging-malware": rules, "tor": [rule(9)]}, "7")


def config(folder: Path, name: str, **settings: object) -> Path:
    """An allowlist on disk."""
    path = folder / name
    path.write_text(allowlist(**settings))
    return path


@pytest.fixture
def before(tmp_path: Path) -> Path:
    """Two categories that alert."""
    return config(tmp_path, "before.yaml", categories={"emerging-malware": "alert"})


@pytest.fixture
def after(tmp_path: Path) -> Path:
    """One of them drops."""
    return config(tmp_path, "after.yaml", categories={"emerging-malware": "drop"})


def test_edit_is_told_without_an_account(archive: Path, before: Path, after: Path) -> None:
    """A category turns to drop: that stands first, every rule by name below."""
    done = run(
        *("plan", "--feed", archive, "--before", before, "--config", after),
        *("--format", "markdown"),
    )
    assert done.exit_code == 2, done.stderr
    assert done.stdout.startswith("### rulesync: 3 rules newly block\n")
    assert "| that drop or reject | 0 | 3 | +3 |" in done.stdout
    assert "- `emerging-malware`: 3 alert → drop" in done.stdout
    assert "- `1` alert → drop `rule 1`" in done.stdout
    assert "is **unknown**: no hits are known here" in done.stdout
    assert "| `et-emerging-malware` | update | 1000 | 0 | 0 | 3 |" in done.stdout
    assert "with feed `7`: 4 enabled rules." in done.stdout


def test_risks_stand_before_details(archive: Path, before: Path, after: Path) -> None:
    """Reviewers read the top."""
    words = ("plan", "--feed", archive, "--config", before, "--before", after)
    page = run(*words, "--format", "markdown", "--allow-shrink").stdout
    assert page.startswith("### rulesync: 3 rules no longer block\n")
    assert page.index("#### Risks") < page.index("3 rules no longer block:**")
    assert page.index("3 rules no longer block:**") < page.index("#### Details")


def test_refused_plan_says_why_at_the_top(archive: Path, before: Path, after: Path) -> None:
    """And on request the exit code says it too, so that a check fails."""
    words = ("plan", "--feed", archive, "--config", before, "--before", after)
    told = run(*words, "--format", "markdown")
    strict = run(*words, "--format", "markdown", "--fail-if-refused")
    assert told.exit_code == 2
    assert told.stdout == strict.stdout
    assert told.stdout.startswith("### rulesync: a sync would refuse this plan\n")
    assert "> [!CAUTION]" in told.stdout.split("#### Risks")[0]
    assert "> - `max_unblock: this would stop 3 of 3 blocking rules" in told.stdout
    assert strict.exit_code == 1
    assert "max_unblock" in strict.stderr


def test_msg_of_a_rule_stays_text(archive: Path, before: Path, after: Path) -> None:
    """It stands in code, whatever it holds; outside of code nothing of it is left."""
    words = ("plan", "--feed", archive, "--before", before, "--config", after)
    page = run(*words, "--format", "markdown").stdout
    [line] = [line for line in page.splitlines() if "octocat" in line]
    assert line == f"- `3` alert → drop ``{HOSTILE}``"
    assert page.count("<details>") == page.count("</details>") - 1


def test_nothing_to_do_says_so(archive: Path, before: Path) -> None:
    """And exits with 0, as a plan of a stack does."""
    words = ("plan", "--feed", archive, "--before", before, "--config", before)
    done = run(*words, "--format", "markdown")
    assert done.exit_code == 0
    assert done.stdout.startswith("### rulesync: nothing would change\n")
    assert "No rule begins or ceases to block" in done.stdout


def test_without_an_allowlist_in_force_everything_is_new(archive: Path, after: Path) -> None:
    """As for the first sync of a stack."""
    done = run("plan", "--feed", archive, "--config", after, "--json")
    found = json.loads(done.stdout)
    assert [step["change"] for step in found["steps"]] == ["create", "create"]
    assert found["compared_with"] is None


def test_text_and_json_come_without_an_account_too(
    archive: Path, before: Path, after: Path
) -> None:
    """The format has nothing to do with where the plan is from."""
    words = ("plan", "--feed", archive, "--before", before, "--config", after)
    assert "3 rules change their action" in run(*words).stdout
    short, long = (json.loads(run(*words, *form).stdout) for form in (["--json"], FORM))
    assert short["actions"] == long["actions"]
    assert len(long["actions"]) == 3


def test_policies_are_planned_without_an_account(archive: Path, after: Path) -> None:
    """By name or, as the stack has them, by ARN."""
    arn = "arn:aws:network-firewall:eu-west-1:111122223333:firewall-policy/prod"
    words = ("plan", "--feed", archive, "--config", after, "--policy", arn)
    page = run(*words, "--format", "markdown").stdout
    assert "- `prod`: create in one call; 2 added" in page


def test_own_rules_are_compared_with_those_in_force(
    archive: Path, before: Path, tmp_path: Path
) -> None:
    """Those of the edit unless others are named; a fault of one of them is told."""
    old, new = tmp_path / "old", tmp_path / "new"
    for folder, rules in ((old, [rule(100)]), (new, [rule(100, rev=2), "no rule at all"])):
        folder.mkdir()
        (folder / "ours.rules").write_text("\n".join(rules))
    words = ("plan", "--feed", archive, "--before", before, "--config", before, "--local", new)
    assert "nothing would change" in run(*words, "--format", "markdown").stdout
    page = run(*words, "--before-local", old, "--format", "markdown").stdout
    assert "| `local-ours` | 0 | 0 | 1 |" in page
    assert f"> - `{new}/ours.rules:2: unparseable: " in page


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--before", "B"), "--before and --before-local go with --feed"),
        (("--feed", "F", "--before-local", "."), "--before-local goes with --before"),
        (("--feed", "F", "--out", "p.json"), "leave --feed out"),
        ((), "give --bucket for a stack"),
    ],
)
def test_options_without_effect_are_wrong_usage(
    words: tuple[str, ...], told: str, archive: Path, before: Path
) -> None:
    """None is passed over in silence."""
    given = {"F": str(archive), "B": str(before)}
    done = run("plan", *(given.get(word, word) for word in words))
    assert done.exit_code == 2
    assert told in " ".join(done.stderr.split())


@pytest.mark.parametrize("rules", [40, 3_000])
def test_comment_fits_however_many_rules_turn(rules: int, tmp_path: Path) -> None:
    """What is not named is counted, and everything else is there."""
    msg = "ünïcode " * 12
    many = [rule(sid).replace("rule ", msg) for sid in range(1, rules + 1)]
    archive = feed(tmp_path / "feed", {"emerging-malware": many}, "7")
    old, new = config(tmp_path, "old.yaml"), config(tmp_path, "new.yaml", default="drop")
    words = ("plan", "--feed", archive, "--before", old, "--config", new, "--format", "markdown")
    page = run(*words).stdout
    named = len(re.findall(r"(?m)^- `\d+` alert → drop", page))
    more = re.search(r"and more: ([\d,]+) rules", page)
    assert len(page.encode()) <= 65_000
    assert named + (int(more[1].replace(",", "")) if more else 0) == rules
    assert "#### Details" in page
    assert named == rules or named >= 200
