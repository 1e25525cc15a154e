"""Rows in columns, as wide as they need to be and as the terminal has room for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from rules_lib.text import visible
from rulesync_cli.show.fitting import GAP, Span, cut_to, fitted

_UNBOUNDED: Final = 1_000_000
"""Cells of a line in a file, however long it is."""


def show_columns(
    console: Console,
    headings: Sequence[str],
    rows: Iterable[Sequence[Text | str]],
    numbers: Sequence[str],
    leaving: Sequence[str],
) -> None:
    """Print rows; see `console.show`."""
    cells = [[_inert(cell) for cell in row] for row in rows]
    right = [heading in numbers for heading in headings]
    spans = [
        Span.of(heading, (row[column].plain for row in cells), number=right[column])
        for column, heading in enumerate(headings)
    ]
    room = console.width if console.is_terminal else _UNBOUNDED
    widths = fitted(spans, [headings.index(heading) for heading in leaving], room)
    titles = [[Text(heading, style="bold underline") for heading in headings]]
    lines = (*(titles if cells and any(headings) else ()), *cells)
    columns = [
        _column([line[column] for line in lines], width, right=right[column])
        for column, width in widths.items()
    ]
    for line in zip(*columns, strict=True):
        row = Text(GAP).join(line)
        row.rstrip()
        console.print(row, soft_wrap=True)
    if cells and (left := _left_out(headings, spans, widths)):
        console.print(Text(f"{left}; --wide shows all", style="dim"))


def _left_out(headings: Sequence[str], spans: Sequence[Span], widths: Mapping[int, int]) -> str:
    """What does not stand there for want of room."""
    gone = [heading or "notes" for at, heading in enumerate(headings) if at not in widths]
    is_cut = any(width < spans[column].width for column, width in widths.items())
    told = [f"hidden to fit: {', '.join(gone)}"] if gone else []
    return "; ".join([*told, *(["cells are cut"] if is_cut else [])])


def _inert(cell: Text | str) -> Text:
    plain, style = (cell, "") if isinstance(cell, str) else (cell.plain, cell.style)
    return Text(visible(plain), style=style)


def _column(cells: Sequence[Text], room: int, *, right: bool) -> list[Text]:
    """Cells of one width, at most as much as there is room for."""
    shown = [Text(cut_to(cell.plain, room), style=cell.style) for cell in cells]
    width = max((cell_len(cell.plain) for cell in shown), default=0)
    return [_padded(cell, width, right=right) for cell in shown]


def _padded(cell: Text, width: int, *, right: bool) -> Text:
    space = " " * (width - cell_len(cell.plain))
    return Text.assemble(space, cell) if right else Text.assemble(cell, space)
