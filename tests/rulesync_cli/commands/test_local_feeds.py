"""`rulesync local --feeds`: a list of feeds through both functions, one of them failing."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import chdir
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from support.feeds import allowlist, feed, rule

from rulesync_cli import main


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """A folder with et/open, a file of one's own, an allowlist, and a list of the two feeds."""
    feed(tmp_path / "et", {"emerging-test": [rule(1), rule(2)]}, version="7")
    (tmp_path / "web.rules").write_text(rule(10) + "\n")
    (tmp_path / "categories.yaml").write_text(allowlist())
    with chdir(tmp_path):
        yield tmp_path


def run(*words: str) -> Result:
    """Run the command in the folder."""
    return CliRunner().invoke(main, ["local", "--config", "categories.yaml", *words])


def listed(folder: Path, *entries: str) -> str:
    """Write a list of feeds; give its name."""
    text = "\n".join(("version: 1", "feeds:", *(f"  - {{{entry}}}" for entry in entries)))
    (folder / "feeds.yaml").write_text(text)
    return "feeds.yaml"


def summary(number: int = 1) -> dict[str, Any]:
    """What a sync came to."""
    return dict(json.loads(Path("out", str(number), "summary.json").read_text("utf-8")))


def test_feeds_of_a_list_are_built_together(folder: Path) -> None:
    """Their urls may be paths, and et/open the one that is named beside the list."""
    feeds = listed(folder, "name: et/open", "name: ours, url: web.rules")
    done = run("--feeds", feeds, "--feed", "et/emerging.rules.tar.gz")
    assert done.exit_code == 0, done.output
    assert "fetch: et/open fetched, version 7" in done.stderr
    assert "sync 1 of 1: feeds.yaml with et/emerging.rules.tar.gz" in done.stderr
    groups = {name for one in summary()["rule_groups"] for name in one["categories"]}
    assert groups == {"emerging-test", "ours-web"}
    assert summary()["feed"]["version"] == "7"


def test_failing_second_feed_is_a_warning(folder: Path) -> None:
    """The first is built; once the second has had a release, that stays in force."""
    feeds = listed(folder, "name: et/open, url: et/emerging.rules.tar.gz", "name: b, url: b.rules")
    done = run("--feeds", feeds)
    assert done.exit_code == 0, done.output
    assert "warning: feed b was not fetched: b.rules: no such file" in done.stderr
    assert [one["categories"] for one in summary()["rule_groups"]] == [["emerging-test"]]


def test_successive_lists_are_successive_syncs(folder: Path) -> None:
    """On one account: what the second cannot fetch stays as the first had it."""
    first = listed(
        folder, "name: et/open, url: et/emerging.rules.tar.gz", "name: b, url: web.rules"
    )
    (folder / "first.yaml").write_text((folder / first).read_text())
    listed(folder, "name: et/open, url: et/emerging.rules.tar.gz", "name: b, url: none.rules")
    done = run("--feeds", "first.yaml", "--feeds", "feeds.yaml")
    assert done.exit_code == 0, done.output
    for number in (1, 2):
        names = {name for one in summary(number)["rule_groups"] for name in one["categories"]}
        assert names == {"emerging-test", "b-web"}


def test_where_no_feed_can_be_had_the_sync_fails(folder: Path) -> None:
    """There is nothing to build."""
    feeds = listed(folder, "name: a, url: a.rules", "name: b, url: b.rules")
    done = run("--feeds", feeds)
    assert done.exit_code == 1
    assert "2 of 2 feeds were not fetched: a, b" in done.stderr
    assert "2 of 2 feeds" in summary()["failed"]


def test_wrong_list_is_named_by_its_file(folder: Path) -> None:
    """And not by its name in the embedded bucket."""
    done = run("--feeds", listed(folder, "name: et/opne"))
    assert done.exit_code == 1
    assert "feeds.yaml: 1 error" in done.stderr
    assert "s3://" not in done.stderr


def test_a_feed_or_a_list_must_be_given() -> None:
    """Else there is nothing to fetch."""
    done = CliRunner().invoke(main, ["local"])
    assert (done.exit_code, "'--feed' or '--feeds'" in done.stderr) == (2, True)
