"""Lines and columns on the terminal; piped into a file they are plain text."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

_GAP: Final = "  "


def stdout() -> Console:
    """The console for data. Colours stand on a terminal only, and not where NO_COLOR is set."""
    return Console(highlight=False, markup=False, emoji=False)


def say(console: Console, line: str = "", style: str = "") -> None:
    """Print a line, whole: the terminal may wrap it."""
    console.print(Text(line, style=style), soft_wrap=True)


def show(
    console: Console,
    headings: Sequence[str],
    rows: Iterable[Sequence[Text | str]],
    numbers: Sequence[str] = (),
) -> None:
    """Print rows in columns, as wide as they need to be: names are there to be used, never cut.

    Args:
        console: where to; a terminal may wrap the lines.
        headings: one for each column; where all are empty there is no line for them.
        rows: a cell for each column.
        numbers: headings of the columns that stand to the right.
    """
    titles = [Text(heading, style="bold underline") for heading in headings]
    cells = [[Text(cell) if isinstance(cell, str) else cell for cell in row] for row in rows]
    lines = [titles, *cells] if any(headings) else cells
    widths = [max(map(_width, column)) for column in zip(*lines, strict=True)]
    right = [heading in numbers for heading in headings]
    for line in lines:
        whole = Text(_GAP).join(map(_padded, line, widths, right))
        whole.rstrip()
        console.print(whole, soft_wrap=True)


def _width(cell: Text) -> int:
    return cell_len(cell.plain)


def _padded(cell: Text, width: int, right: bool) -> Text:
    space = " " * (width - _width(cell))
    return Text.assemble(space, cell) if right else Text.assemble(cell, space)
