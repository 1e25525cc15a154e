"""The lines of the views as JSON and CSV have them; a field has the same name in both."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING, Final, TypeAlias

if TYPE_CHECKING:
    from datetime import date

    from rulesync_cli.hits.tallies import HitTally
    from rulesync_cli.hits.views import FiredCategory, FiredDay, FiredHost, FiredRule

HitField: TypeAlias = "str | int | Sequence[str] | Sequence[int] | None"
HitRecord: TypeAlias = Mapping[str, HitField]

_TALLY: Final = (
    "hits", "blocked", "flows_at_most", "sources_at_least", "hosts", "days", "first", "last"
)  # fmt: skip

_NOTHING: Final[HitRecord] = {
    **dict.fromkeys(_TALLY[:4], 0), "hosts": (), "days": 0, "first": None, "last": None
}  # fmt: skip

RULE_FIELDS: Final = ("sid", "mode", "category", "group", *_TALLY, "msg")
CATEGORY_FIELDS: Final = ("category", "sids", *_TALLY)
HOST_FIELDS: Final = ("host", "hits_at_least", "blocked_at_least", "sids", "first", "last")
DAY_FIELDS: Final = ("day", "lines", "sids", *_TALLY)


def rule_record_of_hits(one: FiredRule) -> HitRecord:
    """A rule; what is not known of it is null."""
    rule = one.rule
    return {
        "sid": one.sid,
        "mode": rule.action if rule else None,
        "category": one.category,
        "group": one.group or None,
        **_tally(one.tally),
        "msg": rule.msg if rule else None,
    }


def category_record(one: FiredCategory) -> HitRecord:
    """A category."""
    return {"category": one.category, "sids": one.tally.sids, **_tally(one.tally)}


def host_record(one: FiredHost) -> HitRecord:
    """An own host."""
    return {name: _plain(value) for name, value in one._asdict().items()}


def day_record(one: FiredDay) -> HitRecord:
    """A day; of an unknown one all else is null."""
    if one.lines is None:
        return {"day": _plain(one.day), **dict.fromkeys(DAY_FIELDS[1:])}
    sums = _tally(one.tally) if one.tally else _NOTHING
    sids = one.tally.sids if one.tally else 0
    return {"day": _plain(one.day), "lines": one.lines, "sids": sids, **sums}


def sheet_rows(
    records: Iterable[HitRecord], fields: Sequence[str]
) -> Iterable[tuple[str | int | None, ...]]:
    """Records as rows of a spreadsheet; what is a list stands in one cell."""
    return (tuple(_cell(record[name]) for name in fields) for record in records)


def _cell(value: HitField) -> str | int | None:
    if value is None or isinstance(value, str | int):
        return value
    return " ".join(map(str, value))


def _tally(tally: HitTally) -> dict[str, HitField]:
    known = asdict(tally)
    return {name: _plain(known[name]) for name in _TALLY}


def _plain(value: HitField | date) -> HitField:
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds")
    if value is None or isinstance(value, str | int | tuple | list):
        return value
    return str(value)
