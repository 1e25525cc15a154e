"""Colours and progress are for terminals."""

from __future__ import annotations

import io
import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest
from rich.text import Text

from rules_lib.cli.console import say, show, stdout
from rules_lib.cli.progress import waiting
from rules_lib.world import unwatched


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
        assert watch is unwatched
        watch("building")


PROGRAM = """
from rules_lib.cli.progress import waiting
import time
with waiting("reading [bold]") as watch:
    time.sleep(0.3)
    watch("UpdateRuleGroup et-\\x1bone")
    time.sleep(0.3)
print("data")
"""


def test_progress_is_shown_on_a_terminal_and_wiped_away(tmp_path: Path) -> None:
    """On stderr; stdout has the data alone."""
    ours, theirs = pty.openpty()
    environment = {"PATH": os.environ["PATH"], "TERM": "xterm", "HOME": str(tmp_path)}
    with subprocess.Popen(  # noqa: S603 - ours
        [sys.executable, "-c", PROGRAM],
        stdout=subprocess.PIPE,
        stderr=theirs,
        env=environment,
        cwd=Path(__file__).parents[3],
    ) as running:
        printed = running.communicate(timeout=30)[0]
    os.close(theirs)
    told = os.read(ours, 100_000).decode()
    os.close(ours)
    assert printed == b"data\n"
    assert "reading [bold]" in told
    assert "UpdateRuleGroup et-\\x1bone" in told
    assert told.endswith("\x1b[2K")
