"""`targets/report.html`: all targets on one page, with a link to each one's newest build."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rules_lib.report.html import render_plain
from rules_lib.text import counted

if TYPE_CHECKING:
    from rules_lib.fleet.table import FleetTable


def fleet_page(table: FleetTable) -> bytes:
    """Draw the page; it loads nothing, and runs nothing."""
    return render_plain("fleet.html.j2", table=table, headline=_headline(table))


def _headline(table: FleetTable) -> str:
    """What asks for people first."""
    failing = table.number("failing", "withdrawn")
    if failing:
        return f"{counted(failing, 'target')} {'needs' if failing == 1 else 'need'} attention"
    if bursting := table.number("bursting"):
        return f"New drops burst at {counted(bursting, 'target')}"
    if held := table.number("held"):
        return f"{counted(held, 'target')} {'is' if held == 1 else 'are'} held"
    return "All targets are well"
