"""A summary on the terminal; piped into a file it is plain text. No name is ever cut short."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from rich.console import Console
from rich.measure import Measurement
from rich.segment import Segments
from rich.table import Table as Grid
from rich.text import Text

from rules_lib.report.summary import Summary
from rules_lib.report.table import Table
from rules_lib.report.text import count, counted, visible, visible_lines

_STYLES: Final = {
    "alert": "cyan",
    "drop": "red",
    "create": "green",
    "update": "yellow",
    "keep": "dim",
    "delete": "magenta",
}
_WIDEST: Final = 10_000


def render(summary: Summary, console: Console) -> None:
    """Print the summary: the equation, the rule groups, what was discarded, calls and warnings."""
    _say(console, _headline(summary), "bold")
    if summary.groups:
        _print(console, _grid(summary.table()))
    if summary.discarded:
        _print(console, _discards(summary))
    console.print()
    for line in _notes(summary):
        _say(console, line)
    for warning in summary.warnings:
        _say(console, f"warning: {visible_lines(warning)}", "yellow")
    if summary.cause is not None:
        _say(console, f"{summary.status}: {visible_lines(summary.cause)}", "bold red")


def _headline(summary: Summary) -> str:
    feed = f"feed {visible(summary.feed.version or summary.feed.source)}"
    return f"{feed}: {equation(summary)}" if summary.rules.enabled else feed


def equation(summary: Summary) -> str:
    """Where every enabled rule went: `9 enabled = 6 kept + 1 discarded + 2 off`."""
    rules = summary.rules
    setters = counted(rules.setters_added, "setter")
    return (
        f"{count(rules.enabled)} enabled = {count(rules.kept)} kept"
        f" + {count(summary.discards)} discarded + {count(rules.off)} off"
        + (f" ({setters} brought in)" if rules.setters_added else "")
    )


def _notes(summary: Summary) -> Iterable[str]:
    if summary.actions:
        yield f"actions: {_tally(summary.actions.items())}"
    for name, number in summary.missing:
        yield f"variables: declare {visible(name)} and {counted(number, 'rule')} can come back"
    for what, back in (
        ("1,000 more capacity", summary.relief.capacity),
        ("1 more rule group", summary.relief.rule_group),
    ):
        if back:
            yield f"budget: {what} would bring back {_tally(back.items())}"
    dry = f" ({counted(summary.dry_runs, 'dry run')})" if summary.dry_runs else ""
    yield f"calls: {_tally(summary.calls.items()) or 'none'}{dry}"


def _tally(numbers: Iterable[tuple[str, int]]) -> str:
    return ", ".join(f"{count(number)} {name}" for name, number in sorted(numbers))


def _discards(summary: Summary) -> Grid:
    grid = _empty_grid()
    grid.add_column("discarded", justify="right")
    grid.add_column("reason")
    for reason, number in summary.reasons:
        grid.add_row(count(number), reason.value)
    return grid


def _grid(table: Table) -> Grid:
    grid = _empty_grid()
    for column in table.columns:
        grid.add_column(column.heading, justify="right" if column.number else "left")
    for row in table.rows:
        grid.add_row(*(Text(visible(cell), style=_style(cell)) for cell in row))
    return grid


def _empty_grid() -> Grid:
    return Grid(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold underline")


def _style(cell: str) -> str:
    return _STYLES.get(cell, "")


def _say(console: Console, line: str, style: str = "") -> None:
    console.print(Text(line, style=style), soft_wrap=True)


def _print(console: Console, grid: Grid) -> None:
    """Print a grid as wide as it needs to be, whatever the terminal: names are there to be used."""
    wide = console.options.update(width=_WIDEST)
    needed = Measurement.get(console, wide, grid).maximum
    lines = Segments(console.render(grid, console.options.update(width=needed)))
    console.print()
    console.print(lines, soft_wrap=True)
