"""Lines and columns on the terminal; piped into a file they are plain text.

Whatever is printed here cannot act on the terminal, whether or not its caller has seen to it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import Final

from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from rules_lib.text import visible, visible_lines

_GAP: Final = "  "
_INDENT: Final = "    "
"""Before what does not stand in a row's first line."""

_PROSE: Final = 30
"""A last column of words stays in its line where so much room is left; the terminal wraps it."""


def stdout() -> Console:
    """The console for data. Colours stand on a terminal only, and not where NO_COLOR is set."""
    return Console(highlight=False, markup=False, emoji=False)


def stderr() -> Console:
    """The console for what is said beside the data."""
    return Console(highlight=False, markup=False, emoji=False, stderr=True)


def say(console: Console, line: str = "", style: str = "") -> None:
    """Print a line, whole: the terminal may wrap it."""
    console.print(Text(visible_lines(line), style=style), soft_wrap=True)


def show(
    console: Console,
    headings: Sequence[str],
    rows: Iterable[Sequence[Text | str]],
    numbers: Sequence[str] = (),
) -> None:
    """Print rows in columns, as wide as they need to be: names are there to be used, never cut.

    A terminal that is too narrow has each row in several lines, all broken at the same columns.

    Args:
        console: where to; a file has a line for each row, however long.
        headings: one for each column; where all are empty there is no line for them.
        rows: a cell for each column.
        numbers: headings of the columns that stand to the right.
    """
    titles = [Text(heading, style="bold underline") for heading in headings]
    cells = [[_inert(cell) for cell in row] for row in rows]
    lines = [titles, *cells] if any(headings) else cells
    widths = [max(map(_width, column)) for column in zip(*lines, strict=True)]
    right = [heading in numbers for heading in headings]
    breaks = _breaks(widths, right, console.width) if console.is_terminal else frozenset()
    for line in lines:
        for part in _parts(list(map(_padded, line, widths, right)), breaks):
            console.print(part, soft_wrap=True)


def _breaks(widths: Sequence[int], right: Sequence[bool], room: int) -> frozenset[int]:
    """The columns that begin a further line, so that no line is longer than there is room."""
    found, used = set[int](), 0
    for column, width in enumerate(widths):
        is_last = column == len(widths) - 1
        needed = min(width, _PROSE) if is_last and not right[column] else width
        if used and used + len(_GAP) + needed > room:
            found.add(column)
            used = len(_INDENT) + width
        else:
            used += (len(_GAP) if used else 0) + width
    return frozenset(found)


def _parts(cells: Sequence[Text], breaks: frozenset[int]) -> Iterator[Text]:
    """The lines of a row; those without a word are left out, but for the first."""
    starts = [0, *sorted(breaks), len(cells)]
    for start, end in pairwise(starts):
        part = Text(_GAP).join(cells[start:end])
        part.rstrip()
        if part.plain or not start:
            yield Text.assemble(_INDENT if start else "", part)


def _inert(cell: Text | str) -> Text:
    plain, style = (cell, "") if isinstance(cell, str) else (cell.plain, cell.style)
    return Text(visible(plain), style=style)


def _width(cell: Text) -> int:
    return cell_len(cell.plain)


def _padded(cell: Text, width: int, right: bool) -> Text:
    space = " " * (width - _width(cell))
    return Text.assemble(space, cell) if right else Text.assemble(cell, space)
