"""The rule groups as rows of text, for whatever draws them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from rules_lib.report.group_line import SummaryGroup
from rules_lib.text import count, share, size


@dataclass(frozen=True, slots=True)
class Column:
    """A column's heading; numbers stand to the right."""

    heading: str
    number: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """Columns, and rows with one text for each of them."""

    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]


GROUP_COLUMNS: Final = (
    Column("priority", number=True),
    Column("rule group"),
    Column("mode"),
    Column("change"),
    Column("rules", number=True),
    Column("capacity", number=True),
    Column("used", number=True),
    Column("size", number=True),
)


def group_table(groups: Iterable[SummaryGroup]) -> Table:
    """One row a rule group, in the given order; a deleted one has neither priority nor mode."""
    return Table(GROUP_COLUMNS, tuple(_row(group) for group in groups))


def _row(group: SummaryGroup) -> tuple[str, ...]:
    return (
        "-" if group.priority is None else str(group.priority),
        group.name,
        "-" if group.mode is None else group.mode.value,
        group.change if group.replaces is None else f"{group.change} of {group.replaces}",
        count(group.rules),
        count(group.capacity),
        "-" if group.deleted else share(group.rules, group.capacity),
        size(group.octets),
    )
