"""Every command that prints a table, on terminals of three widths, with long names."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import click
import pytest
from click.testing import CliRunner
from rich.cells import cell_len
from support.account import BUCKET, Account, account
from support.clock import today
from support.engine.traffic import Tape, write
from support.feeds import allowlist, feed, rule
from support.hits import day_hits, hits_of_day

from rules_lib.aws import clients
from rules_lib.aws.s3_store import S3Store
from rules_lib.hits.history import put_day
from rules_lib.hits.values import Talker
from rulesync_cli import main
from rulesync_cli.verify.suricata import installed

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
YESTERDAY = today() - timedelta(days=1)
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


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """A feed with long names and words, as `local` is given it; its results are in `out`."""
    folder = tmp_path_factory.mktemp("results")
    lines = [told(2_000_000_001), told(2_000_000_002), rule(3, "iprep:src; ")]
    archive = feed(folder / "feed", {f"emerging-{LONG}": lines, "emerging-b": [told(6)]})
    config = folder / "categories.yaml"
    config.write_text(allowlist(categories={f"emerging-{LONG}": "drop"}))
    words = ["local", "--feed", str(archive), "--config", str(config), "--out"]
    assert CliRunner().invoke(main, [*words, str(folder / "out")]).exit_code == 0
    return [*words, str(folder / "again")]


WRITERS = {
    "apply": 1,
    "rollback FIRST": 1,
    "push FILE": 1,
}
"""What shows its plan and asks -> its exit code where the answer is no."""


@pytest.mark.parametrize("words", [*WRITERS, "local", "verify", "verify --pcap", "probe"])
@pytest.mark.parametrize("width", [80, 120, 200])
def test_no_line_of_what_acts_is_wider_than_the_terminal(  # noqa: PLR0913 - fixtures
    *,
    words: str,
    width: int,
    running: Account,
    results: list[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Not a row of a table, nor a line of words; but for what is one word, such as a path."""
    asked = typed_words(words, running, results, tmp_path)
    monkeypatch.setattr("rich.console.Console.is_terminal", True)
    monkeypatch.setenv("COLUMNS", str(width))
    monkeypatch.setattr("rulesync_cli.consent.is_attended", lambda: True)
    done = CliRunner().invoke(main, asked, input="n\n", catch_exceptions=False)
    assert done.exit_code == WRITERS.get(words, 0), done.output
    lines = click.unstyle(done.stdout).splitlines()
    assert LONG[:20] in done.output or words == "probe"
    wide = [line for line in lines if cell_len(line) > width]
    assert [line for line in wide if len(line.split()) > 1] == []


def typed_words(words: str, running: Account, results: list[str], folder: Path) -> list[str]:
    """The words of a command, with what it needs."""
    if words == "local":
        return results
    if words.startswith("verify"):
        if not installed():
            pytest.skip("Suricata is not installed; `make engine` installs it")
        out = str(Path(results[-1]).with_name("out"))
        tape = Tape().udp(b"hello")
        captures = write(folder / "captures", {LONG * 3: tape, "b": tape})
        return ["verify", out, *(["--pcap", str(captures)] if "--pcap" in words else [])]
    if words == "probe":
        return ["probe", "--yes", "--pace", "0"]
    file = folder / "categories.yaml"
    assert CliRunner().invoke(main, ["pull", str(file), "--bucket", BUCKET]).exit_code == 0
    file.write_text(f"{file.read_text()}threshold: discard\n")
    asked = words.replace("FIRST", running.builds[0]).replace("FILE", str(file)).split()
    return [*asked, "--bucket", BUCKET]
