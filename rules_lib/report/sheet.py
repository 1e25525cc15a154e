"""Rows for a spreadsheet, in which nothing acts.

RFC 4180 in UTF-8, with a byte order mark, without which Excel guesses the encoding. Rules come
from outside, so no cell may act: text that a spreadsheet could take for a formula gets a leading
apostrophe, and so does what follows a semicolon, where much of Europe begins a new cell; control
characters are written as escapes, and text longer than a cell is cut (the rest would run over into
further cells).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from rules_lib.facts.magic import UTF8_MARK
from rules_lib.text import visible

_QUOTE: Final = '"'

CELL_CHARACTERS: Final = 32_767
"""Characters in a cell of Excel; LibreOffice and Google take more."""

_BEGINS: Final = (
    "[\\s\"'`\u2018-\u201f]*"  # an apostrophe too, so that no two texts become the same
    "[=+\\-@\uff0b\uff0d\uff1d\uff20]"  # the wide forms act in East Asian settings
)
_FORMULA: Final = re.compile(_BEGINS)
_FURTHER: Final = re.compile(f";(?={_BEGINS})")


def csv_lines(names: Sequence[str], rows: Iterable[Iterable[str | int | None]]) -> Iterator[bytes]:
    """A line of column names, then one line a row; numbers stay numbers, None is empty."""
    yield UTF8_MARK + _line(names)
    for row in rows:
        yield _line(row)


def _line(values: Iterable[str | int | None]) -> bytes:
    """As `csv.writer` writes it with all text in quotes, which looks at each letter for longer."""
    return f"{','.join(map(_cell, values))}\r\n".encode()


def _cell(value: str | int | None) -> str:
    if isinstance(value, str):
        return f'"{inert(value).replace(_QUOTE, _QUOTE * 2)}"'
    return '""' if value is None else str(value)


def inert(text: str) -> str:
    """One line of text that no spreadsheet takes for a formula."""
    line = visible(text)
    first = "'" if _FORMULA.match(line) else ""
    return _cut(first + _FURTHER.sub(";'", line))


def _cut(text: str) -> str:
    return text if len(text) <= CELL_CHARACTERS else text[: CELL_CHARACTERS - 1] + "…"
