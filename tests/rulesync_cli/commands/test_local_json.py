"""`rulesync local --json`; and the region of people's own accounts is none of its business."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from support.account import run
from support.feeds import allowlist, feed, rule


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """An allowlist that alerts on everything."""
    path = tmp_path / "categories.yaml"
    path.write_text(allowlist())
    return path


def test_every_summary_is_printed_once_and_nothing_else(config: Path, tmp_path: Path) -> None:
    """As their files have them, that of the failed sync too; the cause stays on stderr."""
    good = feed(tmp_path / "good", {"emerging-malware": [rule(1)]})
    bad = tmp_path / "bad.tar.gz"
    bad.write_bytes(b"no archive")
    out = tmp_path / "out"
    answer = run("local", "--feed", good, "--feed", bad, "--config", config, "--out", out, "--json")
    assert answer.exit_code == 1
    first, second = json.loads(answer.stdout)["syncs"]
    assert first == json.loads((out / "1" / "summary.json").read_bytes())
    assert "failed" in second
    assert str(bad) in answer.stderr


@pytest.mark.parametrize("name", ["AWS_DEFAULT_REGION", "AWS_REGION"])
def test_region_of_the_environment_does_not_matter(
    name: str, config: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The embedded account is in one of its own."""
    monkeypatch.delenv("AWS_DEFAULT_REGION", raising=False)
    monkeypatch.setenv(name, "eu-central-1")
    archive = feed(tmp_path / "feed", {"emerging-malware": [rule(1)]})
    answer = run("local", "--feed", archive, "--config", config, "--out", tmp_path / "out")
    assert answer.exit_code == 0, answer.stderr


def test_folder_of_own_rules_that_is_not_there_is_wrong_usage(config: Path, tmp_path: Path) -> None:
    """A typo must not leave people's own rules out in silence."""
    words = ("--feed", "x", "--config", config, "--out", tmp_path, "--local", tmp_path / "nope")
    answer = run("local", *words)
    assert (answer.exit_code, "nope" in answer.stderr) == (2, True)
