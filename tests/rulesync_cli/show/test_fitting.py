"""Tables in a terminal of any width: no row is broken, no number is cut, columns stay aligned."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.console import Console

from rulesync_cli.show.console import show
from rulesync_cli.show.fitting import GAP, Span, cut_to, fitted

_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
WORDS = st.text("ab规 -_./0123456789,", max_size=120).map(str.strip)
NUMBERS = st.integers(0, 10**9).map("{:,}".format)
ROWS = st.lists(st.tuples(NUMBERS, WORDS, WORDS, NUMBERS, WORDS), min_size=1, max_size=5)
HEADINGS = ("sid", "category", "rule group", "rules", "msg")
LEAVING = ("rule group", "rules")


def lines_of(rows: Sequence[Sequence[str]], width: int, *, terminal: bool = True) -> list[str]:
    """What a table looks like."""
    console = Console(
        file=io.StringIO(), width=width, force_terminal=terminal, color_system=None, highlight=False
    )
    show(console, HEADINGS, rows, numbers=("sid", "rules"), leaving=LEAVING)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue().split("\n")[:-1]


@given(rows=ROWS, width=st.sampled_from([80, 120, 200]))
def test_no_row_is_wider_than_the_terminal(
    rows: list[tuple[str, str, str, str, str]], width: int
) -> None:
    """There is one line for each row, and one for what was left out."""
    lines = lines_of(rows, width)
    assert all(cell_len(line) <= width for line in lines)
    assert len(rows) + 1 <= len(lines) <= len(rows) + 2


@given(rows=ROWS, width=st.sampled_from([80, 120, 200]))
def test_no_number_is_cut(rows: list[tuple[str, str, str, str, str]], width: int) -> None:
    """Each that is shown stands in its row as it is."""
    for row, line in zip(rows, lines_of(rows, width)[1:], strict=False):
        whole = {number for cell in row for number in _NUMBER.findall(cell)}
        assert set(_NUMBER.findall(line)) <= whole


@given(rows=ROWS, width=st.sampled_from([80, 120, 200]))
def test_header_and_rows_are_aligned(
    rows: list[tuple[str, str, str, str, str]], width: int
) -> None:
    """Numbers end where their heading ends; the first of them always stays."""
    heading, *body = lines_of(rows, width)
    end = heading.index("sid") + len("sid")
    for row, line in zip(rows, body, strict=False):
        assert line[:end].strip() == row[0]
        assert line[end : end + len(GAP)].strip() == ""


@given(rows=ROWS)
def test_file_has_every_cell(rows: list[tuple[str, str, str, str, str]]) -> None:
    """However narrow the terminal beside it is."""
    for row, line in zip(rows, lines_of(rows, 20, terminal=False)[1:], strict=True):
        assert all(cell in line for cell in row)


@given(text=WORDS, room=st.integers(1, 60))
def test_cut_text_takes_the_room_that_there_is(text: str, room: int) -> None:
    """And is the beginning of the text."""
    shown = cut_to(text, room)
    assert cell_len(shown) <= room
    assert text.startswith(shown.removesuffix("…").rstrip())


@pytest.mark.parametrize(
    ("text", "room", "shown"),
    [
        ("ET MALWARE Cobalt Strike", 20, "ET MALWARE Cobalt…"),
        ("ET MALWARE Cobalt", 17, "ET MALWARE Cobalt"),
        ("capacity 12,345 of 50,000", 13, "capacity…"),
        ("et-emerging-malware-b", 15, "et-emerging-…"),
        ("a" * 20, 8, "aaaaaaa…"),
        ("1,234,567", 5, "…"),
    ],
)
def test_text_is_cut_at_words(text: str, room: int, shown: str) -> None:
    """A long word is cut where it has a hyphen, one without anywhere, a number nowhere."""
    assert cut_to(text, room) == shown


def test_columns_that_may_not_leave_leave_last() -> None:
    """From the right, and only where none can be cut any more."""
    spans = [Span.of("", ["12345678"], number=True)] * 3
    assert set(fitted(spans, [1], 30)) == {0, 1, 2}
    assert set(fitted(spans, [1], 20)) == {0, 2}
    assert set(fitted(spans, [1], 10)) == {0}
