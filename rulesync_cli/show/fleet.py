"""All targets on the terminal: a table by ring, what each ring waits for, and what went wrong."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from rules_lib.text import count, counted, visible, visible_lines
from rulesync_cli.common import moment
from rulesync_cli.show.ages import age_short
from rulesync_cli.show.console import say, show

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.console import Console
    from rich.text import Text

    from rules_lib.fleet.table import FleetTable, RingRow, TargetRow, TargetState

_HEADINGS: Final = (
    "ring", "target", "state", "release", "edition", "for", "rules", "drops", "capacity", "region",
    "account",
)  # fmt: skip
_NUMBERS: Final = ("ring", "for", "rules", "drops", "capacity")
_LEAVING: Final = ("account", "region", "capacity", "release", "edition")
"""The least important first."""

_STYLES: Final[dict[TargetState, str]] = {
    "failing": "bold red",
    "held": "magenta",
    "withdrawn": "red",
    "bursting": "bold yellow",
    "waiting": "yellow",
    "behind": "yellow",
    "baking": "cyan",
    "in force": "green",
}
_TOLD: Final[tuple[TargetState, ...]] = (
    "failing",
    "held",
    "withdrawn",
    "bursting",
    "waiting",
    "behind",
)
"""States whose reason is told in full, each in a line."""


def render_fleet(table: FleetTable, console: Console) -> None:
    """Print all targets, and below them what they wait for."""
    show(console, _HEADINGS, map(_row, table.targets), numbers=_NUMBERS, leaving=_LEAVING)
    say(console)
    for line in _rings(table):
        say(console, line)
    for row in table.targets:
        if row.state in _TOLD:
            words = f"{row.name}: {row.state}: {visible_lines(row.why)}"
            say(console, words, _STYLES[row.state])


def _row(row: TargetRow) -> tuple[Text | str, ...]:
    from rich.text import Text  # noqa: PLC0415 - not for a help text

    age = datetime.now(UTC) - datetime.fromisoformat(row.since) if row.since else None
    return (
        str(row.ring),
        row.name,
        Text(row.state, style=_STYLES[row.state]),
        visible(row.version or "-"),
        row.edition or "-",
        age_short(age) if age is not None else "-",
        count(row.rules),
        count(row.drops),
        f"{count(row.capacity)}/{count(row.budget)}" if row.budget else "-",
        row.region,
        row.account or "own",
    )


def _rings(table: FleetTable) -> Iterator[str]:
    yield f"newest edition: {table.newest or 'none yet'}"
    for ring in table.rings:
        hits = f"; {ring.hits}" if ring.hits else ""
        yield f"ring {ring.ring}: {_ring(ring, table.bake_hours)}{hits}"


def _ring(ring: RingRow, hours: int) -> str:
    if not ring.edition:
        return f"may take no edition yet; {counted(ring.targets, 'target')}"
    has = f"edition {ring.edition} at {count(ring.in_force)} of {counted(ring.targets, 'target')}"
    if ring.last:
        return has
    if not ring.baked:
        return f"{has}; it does not bake as things are"
    return f"{has}; it has baked for {counted(hours, 'hour')} at {moment(ring.baked)}"
