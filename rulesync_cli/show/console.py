"""Lines and columns on the terminal; piped into a file they are plain text.

Whatever is printed here cannot act on the terminal, whether or not its caller has seen to it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Final

import click

from rules_lib.text import visible_lines

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

_WIDE: Final = "rulesync.wide"
_HANG: Final = 2
"""Cells by which a line that goes on is set in."""

_UNBOUNDED: Final = 1_000_000
"""Cells of a line where rows are asked for whole, however long."""


def _widen(context: click.Context, _: click.Parameter, wide: bool) -> None:
    context.meta[_WIDE] = wide


wide_option = click.option(
    "--wide",
    is_flag=True,
    expose_value=False,
    callback=_widen,
    help="Show every column, and cut no cell. The terminal wraps long lines.",
)
"""For every command that prints a table; `stdout` and `stderr` see it."""


def stdout() -> Console:
    """The console for data. Colours stand on a terminal only, and not where NO_COLOR is set."""
    from rich.console import Console  # noqa: PLC0415 - not for a help text

    return Console(highlight=False, markup=False, emoji=False, width=_asked_width())


def stderr() -> Console:
    """The console for what is said beside the data."""
    from rich.console import Console  # noqa: PLC0415 - not for a help text

    return Console(highlight=False, markup=False, emoji=False, stderr=True, width=_asked_width())


def _asked_width() -> int | None:
    """None: that of the terminal."""
    context = click.get_current_context(silent=True)
    return _UNBOUNDED if context and context.meta.get(_WIDE) else None


def say(console: Console, line: str = "", style: str = "") -> None:
    """Print a line; on a terminal it is broken between words where it is too long."""
    from rich.text import Text  # noqa: PLC0415 - not for a help text

    for one in visible_lines(line).split("\n"):
        indent = len(one) - len(one.lstrip())
        lay(console, Text(one, style=style), indent + _HANG)


def lay(console: Console, text: Text, hang: int) -> None:
    """Print a text; on a terminal it is broken between words, and goes on so many cells in.

    Args:
        console: where to.
        text: one line.
        hang: how many cells of it stand before what is broken.
    """
    import textwrap  # noqa: PLC0415 - not for a help text

    from rich.text import Text  # noqa: PLC0415 - not for a help text

    if not console.is_terminal or text.cell_len <= console.width:
        console.print(text, soft_wrap=True)
        return
    at, head = hang, text[:hang]
    for words in textwrap.wrap(
        text.plain[hang:],
        max(console.width - hang, 1),
        break_long_words=False,
        break_on_hyphens=False,
    ):
        at = text.plain.index(words, at)
        console.print(Text.assemble(head, text[at : at + len(words)]), soft_wrap=True)
        at, head = at + len(words), Text(" " * hang)


def show(
    console: Console,
    headings: Sequence[str],
    rows: Iterable[Sequence[Text | str]],
    numbers: Sequence[str] = (),
    leaving: Sequence[str] = (),
) -> None:
    """Print rows in columns, a line each.

    On a terminal that is too narrow columns leave, then cells are cut at words, and a line says so.
    A file has everything.

    Args:
        console: where to.
        headings: one for each column; where all are empty, or there are no rows, there is no line
            for them.
        rows: a cell for each column.
        numbers: headings of the columns that stand to the right, and are never cut.
        leaving: headings of the columns that may leave, the least important first.
    """
    from rulesync_cli.show.columns import show_columns  # noqa: PLC0415 - not for a help text

    show_columns(console, headings, rows, numbers, leaving)
