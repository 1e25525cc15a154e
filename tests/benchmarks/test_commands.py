"""The table of the commands' times."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from support.engine.traffic import Tape, write
from support.example import FEED, ROOT

from benchmarks import commands
from benchmarks.commands import Desk, commands_table, renewed, rows, with_others
from benchmarks.costs import Cost, measured
from examples.feed import build_feed

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path


@pytest.mark.usefixtures("forks")
def test_every_command_runs_beside_what_it_is_compared_with(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On the example feed and a small capture; what several are compared with runs once."""
    costs = dict[str, Cost]()

    def once(command: Sequence[str], environment: Mapping[str, str] | None = None) -> Cost:
        key = str((command, sorted((environment or {}).items())))
        return costs.get(key) or costs.setdefault(key, measured(command, environment))

    monkeypatch.setattr(commands, "measured", once)
    captures = write(tmp_path / "captures", {"one": Tape().tcp(b"GET / HTTP/1.1\r\n\r\n")})
    monkeypatch.setattr(commands, "CAPTURES", captures)
    feed = build_feed([FEED], tmp_path, version="1")
    said = list[str]()
    lines = commands_table(feed, ROOT / "categories.yaml", 1, said.append)
    named = [line.split(" | ")[0].strip("| ") for line in lines[2:]]
    assert {"`--version`", "`plan`", "`explain`, kept", "`categories`"} <= set(named)
    assert all(float(line.split(" | ")[3]) > 0 for line in lines[2:])


def test_no_command_is_named_twice(tmp_path: Path) -> None:
    """Each row is one of its own."""
    desk = Desk({}, tmp_path / "feed", tmp_path / "config", tmp_path, {"kept": 1, "off": 2})
    names = [row.name for row in rows(desk)]
    assert len(names) == len(set(names)) > 10


def test_some_rows_are_renewed_alone() -> None:
    """In their place; what is not measured again stays."""
    page = "a\n<!-- commands -->\n\n| name | t |\n|---|---|\n| b | 1 |\n| c | 2 |\n\n"
    page += "<!-- /commands -->\nd\n"
    lines = with_others(page, ["| name | t |", "|---|---|", "| c | 3 |"])
    assert lines == ["| name | t |", "|---|---|", "| b | 1 |", "| c | 3 |"]
    assert with_others(renewed(page, lines), []) == lines


def test_table_is_renewed_between_its_marks() -> None:
    """And nothing else of the page."""
    page = "before\n<!-- commands -->\nold\n<!-- /commands -->\nafter\n"
    new = "before\n<!-- commands -->\n\n| a |\n| b |\n\n<!-- /commands -->\nafter\n"
    assert renewed(page, ["| a |", "| b |"]) == new
