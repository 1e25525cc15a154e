"""The part of Logs Insights' language that is known here, as values.

    fields EXPRESSION [as NAME], …  | filter CONDITION  | stats AGGREGATE as NAME, … by NAME, …
    sort NAME [asc|desc]  | limit NUMBER

An expression is a field, `substr(expression, from, length)`, `coalesce(expression, …)` or
`ispresent(field)`, which is 1 or 0; a condition is `ispresent(field)` or `field like /pattern/`;
an aggregate is `count(*)`, `count_distinct(field)`, `earliest(field)` or `latest(field)`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

Record: TypeAlias = Mapping[str, str]
"""The fields of an event, and its time as `@timestamp`."""

Value: TypeAlias = Callable[[Record], str | None]
Condition: TypeAlias = Callable[[Record], bool]
Aggregate: TypeAlias = Callable[[Sequence[Record]], str | None]

_FIELD: Final = re.compile(r"@?[A-Za-z_][\w.]*")
_CALL: Final = re.compile(r"(\w+)\((.*)\)", re.DOTALL)


class MalformedQueryError(Exception):
    """A query that is not understood here."""


@dataclass(frozen=True, slots=True)
class InsightsQuery:
    """A query's commands, in order.

    Attributes:
        commands: each makes rows of rows.
    """

    commands: tuple[Callable[[list[Record]], list[Record]], ...]

    def run(self, records: list[Record]) -> list[Record]:
        """Carry all of them out."""
        for command in self.commands:
            records = command(records)
        return records


def parse_query(text: str) -> InsightsQuery:
    """Read a query.

    Raises:
        MalformedQueryError: it has something in it that is not known here.
    """
    return InsightsQuery(tuple(_command(part.strip()) for part in _cut(text, "|")))


def _command(text: str) -> Callable[[list[Record]], list[Record]]:
    name, _, rest = text.partition(" ")
    makers = {"fields": _fields, "filter": _filter, "stats": _stats, "sort": _sort, "limit": _limit}
    if name not in makers:
        raise MalformedQueryError(f"the command {name!r} is not known here")
    return makers[name](rest.strip())


def _fields(text: str) -> Callable[[list[Record]], list[Record]]:
    named = [_named(part) for part in _cut(text, ",")]
    values = [(name, _value(expression)) for expression, name in named]

    def add(records: list[Record]) -> list[Record]:
        return [
            {**record, **{n: found for n, v in values if (found := v(record)) is not None}}
            for record in records
        ]

    return add


def _filter(text: str) -> Callable[[list[Record]], list[Record]]:
    condition = _condition(text)
    return lambda records: [record for record in records if condition(record)]


def _stats(text: str) -> Callable[[list[Record]], list[Record]]:
    counted, _, by = text.rpartition(" by ") if " by " in text else (text, "", "")
    aggregates = [(name, _aggregate(what)) for what, name in map(_named, _cut(counted, ","))]
    keys = [(name, _value(what)) for what, name in map(_named, _cut(by, ","))] if by else []

    def count(records: list[Record]) -> list[Record]:
        groups: dict[tuple[str | None, ...], list[Record]] = {}
        for record in records:
            groups.setdefault(tuple(value(record) for _, value in keys), []).append(record)
        return [_row(keys, key, aggregates, some) for key, some in groups.items()]

    return count


def _row(
    keys: Sequence[tuple[str, Value]],
    key: tuple[str | None, ...],
    aggregates: Sequence[tuple[str, Aggregate]],
    records: Sequence[Record],
) -> Record:
    """A row of an answer; what has no value is not in it."""
    named = {name: value for (name, _), value in zip(keys, key, strict=True)}
    numbers = {name: aggregate(records) for name, aggregate in aggregates}
    return {name: value for name, value in {**named, **numbers}.items() if value is not None}


def _sort(text: str) -> Callable[[list[Record]], list[Record]]:
    name, _, order = text.partition(" ")
    if order not in {"", "asc", "desc"}:
        raise MalformedQueryError(f"the order {order!r} is not known here")

    def place(record: Record) -> Any:
        value = record.get(name, "")
        return (0, int(value), "") if value.isdecimal() else (1, 0, value)

    return lambda records: sorted(records, key=place, reverse=order != "asc")


def _limit(text: str) -> Callable[[list[Record]], list[Record]]:
    if not text.isdecimal():
        raise MalformedQueryError(f"{text!r} is no limit")
    return lambda records: records[: int(text)]


def _named(text: str) -> tuple[str, str]:
    """An expression and its name."""
    expression, mark, name = text.strip().rpartition(" as ")
    return (expression.strip(), name.strip()) if mark else (text.strip(), text.strip())


def _value(text: str) -> Value:
    text = text.strip()
    if _FIELD.fullmatch(text):
        return lambda record: record.get(text)
    match = _CALL.fullmatch(text)
    parts = _cut(match[2], ",") if match else []
    if match and match[1] == "coalesce":
        values = [_value(part) for part in parts]
        return lambda record: next((v for one in values if (v := one(record)) is not None), None)
    if match and match[1] == "ispresent":
        present = _value(match[2])
        return lambda record: str(int(present(record) is not None))
    if match and match[1] == "substr" and len(parts) == 3:  # noqa: PLR2004  # text, from, length
        value, begin, length = _value(parts[0]), int(parts[1]), int(parts[2])

        def cut(record: Record) -> str | None:
            found = value(record)
            return None if found is None else found[begin : begin + length]

        return cut
    raise MalformedQueryError(f"the expression {text!r} is not known here")


def _condition(text: str) -> Condition:
    if match := re.fullmatch(r"ispresent\((.*)\)", text):
        present = _value(match[1])
        return lambda record: present(record) is not None
    if match := re.fullmatch(r"(\S+) like /(.*)/", text):
        value, pattern = _value(match[1]), re.compile(match[2])
        return lambda record: pattern.search(value(record) or "") is not None
    raise MalformedQueryError(f"the condition {text!r} is not known here")


def _aggregate(text: str) -> Aggregate:
    match = _CALL.fullmatch(text)
    if match and match[1] == "count" and match[2] == "*":
        return lambda records: str(len(records))
    if match and match[1] == "count_distinct":
        value = _value(match[2])
        return lambda records: str(len({v for one in records if (v := value(one)) is not None}))
    if match and match[1] in {"earliest", "latest"}:
        value, pick = _value(match[2]), min if match[1] == "earliest" else max
        return lambda records: value(pick(records, key=lambda record: record["@timestamp"]))
    raise MalformedQueryError(f"the aggregate {text!r} is not known here")


def _cut(text: str, mark: str) -> list[str]:
    """Cut at a mark, but not within parentheses or a pattern between slashes."""
    pieces, depth, pattern = [""], 0, False
    for character in text:
        if character == "/":
            pattern = not pattern
        elif not pattern:
            depth += {"(": 1, ")": -1}.get(character, 0)
        if character == mark and not depth and not pattern:
            pieces.append("")
        else:
            pieces[-1] += character
    return pieces
