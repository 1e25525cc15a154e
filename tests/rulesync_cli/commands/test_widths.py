"""Every command that prints a table, on terminals of three widths, with long names."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import click
import pytest
from click.testing import CliRunner
from rich.cells import cell_len
from support.account import BUCKET, Account, account
from support.feeds import rule
from support.hits import day_hits, hits_of_day

from rules_lib.aws import clients
from rules_lib.aws.s3_store import S3Store
from rules_lib.hits.history import put_day
from rules_lib.hits.values import Talker
from rulesync_cli import main

LONG = "a-category-with-a-name-as-long-as-anybody-would-give-it"
TABLES = {
    "categories": ("category",),
    "rules": ("sid",),
    "builds": ("build",),
    "hits": ("sid",),
    "hits --by category": ("category",),
    "hits --by host": ("own host",),
    "hits --by day": ("day",),
    "diff FIRST latest": ("category", "change"),
    "discarded": ("sid",),
    "plan --full": ("priority",),
    "probe --list": ("id",),
}
"""What is typed -> how the heading of each of its tables begins."""
YESTERDAY = datetime.now(UTC).date() - timedelta(days=1)
FIRED = [
    day_hits(
        2_000_000_001 + number,
        YESTERDAY,
        group=f"et-emerging-{LONG}",
        count=1_234_567_890,
        top_sources=tuple(Talker(f"fd00:1234:5678:9abc:def0:1234:5678:{at}", 7) for at in "123"),
    )
    for number in range(3)
]


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Account]:
    """An account with two builds whose categories and msgs are long."""
    with account(tmp_path_factory.mktemp("account")) as aws:
        aws.allow(
            categories={f"emerging-{LONG}": "drop"},
            max_shrink=1,
            max_unblock=1,
        )
        other, scoring = rule(2_000_000_002), rule(3, "iprep:src; ")
        aws.sync(**{LONG: [told(2_000_000_001), other, scoring]})
        aws.sync(**{LONG: [told(2_000_000_001, rev=2), scoring, told(4), told(5)]})
        put_day(S3Store(clients.s3(), BUCKET), hits_of_day(*FIRED, day=YESTERDAY))
        aws.publish(**{LONG: [told(2_000_000_001, rev=3), scoring, told(5)], "other": [told(6)]})
        yield aws


def told(sid: int, rev: int = 1) -> str:
    """A rule with a long msg that has a number in it."""
    return rule(sid, rev=rev).replace(f"rule {sid}", "ET LONG words of 1,234,567 kinds " * 6)


def printed(words: str, running: Account, *more: str) -> list[str]:
    """Give the lines that a command prints."""
    asked = words.replace("FIRST", running.builds[0]).split()
    bucket = [] if words.startswith("probe") else ["--bucket", BUCKET]
    found = CliRunner().invoke(main, [*asked, *bucket, *more])
    assert found.exit_code in {0, 2}, found.output  # 2: a plan that has something to do
    return click.unstyle(found.stdout).splitlines()


def tables(lines: list[str], headings: tuple[str, ...]) -> Iterator[list[str]]:
    """From each line that begins with a heading to the next empty line."""
    for heading in headings:
        starts = [at for at, line in enumerate(lines) if line.lstrip().startswith(f"{heading} ")]
        assert starts, lines
        for start in starts:
            end = next((at for at in range(start, len(lines)) if not lines[at]), len(lines))
            yield lines[start:end]


@pytest.mark.parametrize("words", TABLES)
@pytest.mark.parametrize("width", [80, 120, 200])
def test_no_row_of_any_table_is_broken(
    words: str, width: int, running: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each row is one line that fits."""
    monkeypatch.setattr("rich.console.Console.is_terminal", True)
    monkeypatch.setenv("COLUMNS", str(width))
    for table in tables(printed(words, running), TABLES[words]):
        assert [line for line in table if cell_len(line) > width] == []


@pytest.mark.parametrize("words", TABLES)
def test_wide_has_all_that_a_file_has(
    words: str, running: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same rows, whole."""
    piped = printed(words, running)
    monkeypatch.setattr("rich.console.Console.is_terminal", True)
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "80")
    assert printed(words, running, "--wide") == piped


def test_what_says_that_wide_shows_all_has_the_option() -> None:
    """Whatever command prints tables."""
    others = ("apply", "rollback", "push", "local", "verify")
    for name in (*(words.split()[0] for words in TABLES), *others):
        assert "--wide" in {one for given in main.commands[name].params for one in given.opts}
