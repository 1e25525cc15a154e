"""The one query that counts alert lines, for Athena and DuckDB alike."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Final

from rules_lib.facts.suricata import SID_MAX
from rules_lib.hits.values import TOP

COUNT_DIGITS: Final = 15
"""How wide a number stands before an address, so that the largest text is the largest number."""

_IDENTIFIER: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,127}")
_LITERAL: Final = re.compile(r"[A-Za-z0-9/_.-]{1,255}")
_NO_ADDRESSES: Final = "CAST(NULL AS varchar)"
_ADDRESSES: Final = (
    "array_join(max(lpad(cast(number AS varchar), {digits}, '0') || {column}, {top}) "
    "FILTER (WHERE apart = {apart} AND {column} IS NOT NULL), ',')"
)


@dataclass(frozen=True, slots=True)
class Partitions:
    """Which folders of the service's layout are read.

    Attributes:
        firewalls: their names.
        first: hour of the first folder, `2026/11/28/00`.
        last: hour of the last one.
    """

    firewalls: tuple[str, ...]
    first: str
    last: str

    def __str__(self) -> str:
        """As a condition in SQL.

        Raises:
            ValueError: a name is none that may stand in a query.
        """
        names = ", ".join(map(_literal, self.firewalls))
        return (
            f"firewall IN ({names}) AND hour BETWEEN {_literal(self.first)} "
            f"AND {_literal(self.last)}"
        )


def count_query(
    table: str,
    *,
    first: date = date.min,
    last: date = date.max,
    partitions: Partitions | None = None,
    addresses: bool = True,
) -> str:
    """Make the query that counts the hits of some days.

    Args:
        table: has a log line a row, in its column `line`; `database.table` is fine.
        first: the first day that is counted, UTC.
        last: the last one.
        partitions: what is read; all of the table where it is not given.
        addresses: whether example addresses are asked for; the numbers of distinct ones always are.

    Raises:
        ValueError: a name is none that may stand in a query.
    """
    if not all(_IDENTIFIER.fullmatch(part) for part in table.split(".")):
        raise ValueError(f"{table!r} is no name of a table")
    return _text().format(
        table=table,
        partitions=partitions or "TRUE",
        first=first.isoformat(),
        last=last.isoformat(),
        sid_max=SID_MAX,
        top_sources=_top("source", 5) if addresses else _NO_ADDRESSES,
        top_destinations=_top("destination", 6) if addresses else _NO_ADDRESSES,
    )


def _top(column: str, apart: int) -> str:
    return _ADDRESSES.format(column=column, apart=apart, digits=COUNT_DIGITS, top=TOP)


def _literal(text: str) -> str:
    """A name of the service's as a literal: none of those that it allows has a quote in it."""
    if not _LITERAL.fullmatch(text):
        raise ValueError(f"{text!r} cannot stand in a query")
    return f"'{text}'"


@cache
def _text() -> str:
    return files("rules_lib.hits").joinpath("count.sql").read_text(encoding="utf-8")
