"""The discarded rules for a spreadsheet: nothing in them acts."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from support.report import DISCARDED, GOLDEN, hostile, rule

from rules_lib.model import Reason
from rules_lib.outcome import Discarded
from rules_lib.report.records import DISCARDED_FIELDS, discarded_csv
from rules_lib.report.sheet import CELL_CHARACTERS, csv_lines, inert
from rules_lib.text import visible

STARTS_A_FORMULA = tuple("=+-@\t\r\uff1d\uff0b\uff0d\uff20")


def read(*discarded: Discarded) -> list[list[str]]:
    """The cells as a spreadsheet gets them, without the line of names."""
    text = b"".join(discarded_csv(discarded)).decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text, newline="")))[1:]


def test_discarded_rules_are_written_as_in_the_golden_file() -> None:
    """Byte order mark, names, CRLF, quoted text and bare numbers."""
    assert b"".join(discarded_csv(DISCARDED)) == (GOLDEN / "discarded.csv").read_bytes()


def test_no_discarded_rule_leaves_the_line_of_names() -> None:
    """The file is there all the same, and says what its columns are."""
    (line,) = discarded_csv([])
    assert line == b'\xef\xbb\xbf"' + '","'.join(DISCARDED_FIELDS).encode() + b'"\r\n'


@given(st.lists(st.text() | st.integers() | st.none(), min_size=1))
@example(['"', ",", "\r\n", 'a "b", c', "", "\u20ac", 0, -1, None])
def test_lines_are_those_of_the_csv_module(row: list[str | int | None]) -> None:
    """With all text in quotes, and nothing in it that acts."""
    written = io.StringIO(newline="")
    cells = [inert(cell) if isinstance(cell, str) else cell for cell in row]
    csv.writer(written, quoting=csv.QUOTE_NONNUMERIC).writerow(cells)
    _, line = csv_lines(["name"], [row])
    assert line.decode() == written.getvalue()


def test_numbers_stay_numbers() -> None:
    """A quoted sid would sort as text."""
    (_, line) = discarded_csv([Discarded(rule(2001), Reason.OVER_BUDGET, "d")])
    assert line.startswith(b'2001,3,"web",')


@pytest.mark.parametrize(
    "formula",
    ["=1+1", "+1", "-1", "@SUM(A1)", ' "=1', "'=1", "\u00a0=1", "\uff1d1", '"" @x', "\u201c=1"],
)
def test_text_that_could_be_a_formula_gets_an_apostrophe(formula: str) -> None:
    """Spaces and quotes before it are skipped by some programs."""
    assert inert(formula) == f"'{formula}"


@pytest.mark.parametrize("control", ["\t=1", "\r=1", "\n=1", "\x00=1", "\ufeff=1", "\u200b=1"])
def test_control_character_is_an_escape(control: str) -> None:
    """What could hide a formula is seen, and the cell starts with a backslash."""
    assert inert(control).startswith("\\")


def test_plain_text_is_left_alone() -> None:
    """The signs act at the start of a cell only."""
    assert inert("ET SCAN a=b (c-d) @ e") == "ET SCAN a=b (c-d) @ e"


def test_text_longer_than_a_cell_is_cut() -> None:
    """Its rest would run over into a cell of its own, formula or not."""
    cell = inert("a" * CELL_CHARACTERS + "=1")
    assert len(cell) == CELL_CHARACTERS
    assert cell.endswith("a…")


@given(st.text(st.characters()), st.text(st.characters()), st.integers(0, 2**32))
@example("=1", "\ud800\r\n", 1)
def test_no_cell_acts_and_every_cell_comes_back(msg: str, detail: str, sid: int) -> None:
    """A record is one line of seven cells, whatever stands in the rule."""
    item = Discarded(hostile(sid, msg, text=f"{detail}{msg}"), Reason.NO_SID, detail)
    (cells,) = read(item)
    assert cells[:2] == [str(sid), "3"]
    for cell, text in zip(cells[2:], ("web", "no-sid", detail, msg, detail + msg), strict=True):
        assert cell in {visible(text), f"'{visible(text)}"}
        assert not cell.lstrip(' \u00a0"`').startswith(STARTS_A_FORMULA)


@given(st.text("='\" a", max_size=6), st.text("='\" a", max_size=6))
def test_two_texts_never_become_the_same_cell(one: str, other: str) -> None:
    """The apostrophe can be taken off again."""
    assert (inert(one) == inert(other)) == (one == other)
