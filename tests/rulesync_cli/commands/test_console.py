"""Colours and progress are for terminals."""

from __future__ import annotations

import io
import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest
from rich.console import Console
from rich.text import Text

from rules_lib.watching import unwatched
from rulesync_cli.show.console import say, show, stdout
from rulesync_cli.show.progress import waiting


def test_colours_are_left_out_of_files(capsys: pytest.CaptureFixture[str]) -> None:
    """Whatever the style."""
    say(stdout(), "plain", "bold red")
    assert capsys.readouterr().out == "plain\n"


def test_no_color_is_respected(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where a terminal is there."""
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm")
    say(stdout(), "red", "red")
    assert "\x1b[31m" in capsys.readouterr().out
    monkeypatch.setenv("NO_COLOR", "1")
    say(stdout(), "red", "red")
    assert "\x1b[31m" not in capsys.readouterr().out


def test_columns_are_as_wide_as_their_widest_cell(capsys: pytest.CaptureFixture[str]) -> None:
    """Numbers to the right, wide characters counted as two, no space at a line's end."""
    show(stdout(), ("n", "name"), [("1", "a"), ("22", Text("規則")), ("3", "")], numbers=("n",))
    assert capsys.readouterr().out == " n  name\n 1  a\n22  規則\n 3\n"


def test_empty_headings_have_no_line(capsys: pytest.CaptureFixture[str]) -> None:
    """Nor have rows that are not there."""
    show(stdout(), ("", ""), [("a", "b")])
    show(stdout(), ("", ""), [])
    assert capsys.readouterr().out == "a  b\n"


def test_nobody_is_told_of_progress_without_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """Not even where colours are forced, as in a build's log."""
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setattr(sys, "stderr", io.StringIO())
    with waiting("reading") as watch:
        assert watch.tell is unwatched
        watch("building")


PROGRAM = """
from rulesync_cli.show.progress import waiting
import sys
with waiting("reading [bold]") as watch:
    sys.stdin.readline()
    watch("UpdateRuleGroup et-\\x1bone")
    sys.stdin.readline()
print("data")
"""


def test_progress_is_shown_on_a_terminal_and_wiped_away(tmp_path: Path) -> None:
    """On stderr; stdout has the data alone."""
    ours, theirs = pty.openpty()
    environment = {"PATH": os.environ["PATH"], "TERM": "xterm", "HOME": str(tmp_path)}
    told = ""
    with subprocess.Popen(  # noqa: S603 - ours
        [sys.executable, "-c", PROGRAM],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=theirs,
        env=environment,
        cwd=Path(__file__).parents[3],
    ) as running:
        os.close(theirs)
        assert running.stdin
        for words in ("reading [bold]", "UpdateRuleGroup et-\\x1bone"):
            while words not in told:
                told += os.read(ours, 100_000).decode(errors="replace")
            running.stdin.write(b"\n")
            running.stdin.flush()
        printed = running.communicate()[0]
    told += os.read(ours, 100_000).decode()
    os.close(ours)
    assert printed == b"data\n"
    assert told.endswith("\x1b[2K")


WIDE = [("1", "et-emerging-malware", "12", "no room"), ("2", "et-emerging-dns", "3", "")]


def drawn(width: int, *, terminal: bool = True) -> list[str]:
    """The lines of a table on a terminal of that width, or in a file."""
    console = Console(
        file=io.StringIO(), width=width, force_terminal=terminal, color_system=None, highlight=False
    )
    show(console, ("n", "rule group", "rules", ""), WIDE, numbers=("rules",))
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue().splitlines()


def test_narrow_terminal_cuts_at_words_and_says_so() -> None:
    """A row stays one line; numbers stay whole."""
    assert drawn(34) == [
        "n  rule group       rules",
        "1  et-emerging-…       12  no room",
        "2  et-emerging-dns      3",
        "cells are cut; --wide shows all",
    ]


def test_row_is_whole_where_there_is_room_and_in_a_file() -> None:
    """What reads a file reads by lines."""
    whole = [
        "n  rule group           rules",
        "1  et-emerging-malware     12  no room",
        "2  et-emerging-dns          3",
    ]
    assert drawn(80) == whole
    assert drawn(24, terminal=False) == whole


def test_least_important_column_leaves_first_and_is_named() -> None:
    """The others keep all that they have."""
    console = Console(file=io.StringIO(), width=20, force_terminal=True, color_system=None)
    rows = [("2000001", "high", "malware")]
    show(console, ("sid", "confidence", "category"), rows, ("sid",), leaving=("confidence",))
    assert isinstance(console.file, io.StringIO)
    heading, row, *told = console.file.getvalue().splitlines()
    assert (heading, row) == ("    sid  category", "2000001  malware")
    assert " ".join(map(str.strip, told)) == "hidden to fit: confidence; --wide shows all"


def test_long_msg_does_not_send_a_column_away() -> None:
    """It is cut, as long as 30 characters of it are left."""
    console = Console(file=io.StringIO(), width=50, force_terminal=True, color_system=None)
    show(console, ("", ""), [("2000001", "ET " + "LONG " * 20), ("2000002", "ET SHORT")])
    assert isinstance(console.file, io.StringIO)
    assert console.file.getvalue().splitlines() == [
        "2000001  ET LONG LONG LONG LONG LONG LONG LONG…",
        "2000002  ET SHORT",
        "cells are cut; --wide shows all",
    ]
