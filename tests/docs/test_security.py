"""The security page: every line of its tables has a test, and every test that it names is there."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path
from typing import Final

import pytest

ROOT: Final = Path(__file__).parents[2]
PAGE: Final = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
_NAMED: Final = re.compile(r"`([^`]+\.py)::(\w+)`")
_RULE: Final = re.compile(r"\|(?:-+\|)+")


def tables(page: str) -> tuple[tuple[tuple[str, ...], ...], ...]:
    """Each table of a page: its rows as cells, the first row its headings."""
    blocks = re.findall(r"(?m)(?:^\|.*\|\n)+", page)
    return tuple(
        tuple(
            tuple(cell.strip() for cell in line.strip("|").split("|"))
            for line in block.splitlines()
            if not _RULE.fullmatch(line)
        )
        for block in blocks
    )


def lines(page: str) -> list[tuple[str, ...]]:
    """Every line of every table but the headings."""
    return [row for table in tables(page) for row in table[1:]]


@cache
def defined_in(path: str) -> frozenset[str]:
    """The tests that a file defines, read and not run; none where there is no such file."""
    file = ROOT / path
    if not file.is_file():
        return frozenset()
    defined = ast.parse(file.read_text(encoding="utf-8")).body
    functions = (node.name for node in defined if isinstance(node, ast.FunctionDef))
    return frozenset(name for name in functions if name.startswith("test_"))


def missing(page: str) -> list[str]:
    """What is wrong with the tables' tests, a line each."""
    without = [row[0] for row in lines(page) if not _NAMED.search(row[-1])]
    unknown = [
        f"{path}::{name}" for path, name in _NAMED.findall(page) if name not in defined_in(path)
    ]
    left = [row[-1] for row in lines(page) if _NAMED.sub("", row[-1]).strip()]
    return [*without, *unknown, *left]


def test_every_line_has_a_test_that_exists() -> None:
    """And nothing but tests stands in its last cell."""
    assert missing(PAGE) == []


def test_every_table_says_where_its_tests_are() -> None:
    """So that no table goes without, and no line lacks a cell."""
    found = tables(PAGE)
    assert len(found) > 5
    for table in found:
        assert table[0][-1] == "test"
        assert {len(row) for row in table} == {len(table[0])}


def test_every_hostile_test_is_told_somewhere() -> None:
    """The files of `tests/hostile` are what the page stands on: each is named."""
    named = {path for path, _ in _NAMED.findall(PAGE)}
    files = (ROOT / "tests" / "hostile").glob("test_*.py")
    assert {str(file.relative_to(ROOT)) for file in files} <= named


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("| a | b | |", "a"),
        ("| a | b | by inspection |", "a"),
        ("| a | b | `tests/docs/test_security.py::test_nothing` |", "::test_nothing"),
        ("| a | b | `tests/docs/gone.py::test_x` |", "gone.py::test_x"),
        ("| a | b | `tests/docs/test_security.py::missing` |", "::missing"),
    ],
)
def test_line_without_a_test_is_found(line: str, words: str) -> None:
    """So that the first test here means something."""
    found = missing(f"| what | how | test |\n|---|---|---|\n{line}\n")
    assert any(one.endswith(words) for one in found)
