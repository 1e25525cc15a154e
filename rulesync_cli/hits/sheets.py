"""The lines of the views as JSON and CSV have them; a field has the same name in both."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING, Final, NamedTuple, TypeAlias

from rulesync_cli.hits.classes import classes_of
from rulesync_cli.hits.views import by_category, by_day, by_host, by_rule

if TYPE_CHECKING:
    from datetime import date

    from rules_lib.hits.tally import HitTally
    from rulesync_cli.hits.classes import HitClass, WatchedRule
    from rulesync_cli.hits.grouped import GroupedBy
    from rulesync_cli.hits.source import KnownHits
    from rulesync_cli.hits.views import (
        FiredCategory,
        FiredDay,
        FiredHost,
        FiredRule,
        RulesInForce,
    )

HitField: TypeAlias = "str | int | Sequence[str] | Sequence[int] | None"
HitRecord: TypeAlias = Mapping[str, HitField]

_TALLY: Final = (
    "hits", "blocked", "flows_at_most", "sources_at_least", "hosts", "days", "first", "last"
)  # fmt: skip

_NOTHING: Final[HitRecord] = {
    **dict.fromkeys(_TALLY[:4], 0), "hosts": (), "days": 0, "first": None, "last": None
}  # fmt: skip

RULE_FIELDS: Final = ("sid", "mode", "class", "category", "group", *_TALLY, "msg")
CLASS_FIELDS: Final = (
    "sid", "class", "mode", "severity", "confidence", "watched_days", "category", "group",
    *_TALLY, "msg",
)  # fmt: skip
CATEGORY_FIELDS: Final = ("category", "sids", *_TALLY)
HOST_FIELDS: Final = ("host", "hits_at_least", "blocked_at_least", "sids", "first", "last")
DAY_FIELDS: Final = ("day", "lines", "sids", *_TALLY)


class HitSheet(NamedTuple):
    """Lines, and the names of what each has."""

    fields: Sequence[str]
    records: Sequence[HitRecord]

    @property
    def rows(self) -> Iterable[tuple[str | int | None, ...]]:
        """As rows of a spreadsheet; what is a list stands in one cell."""
        return (tuple(_cell(record[name]) for name in self.fields) for record in self.records)


def sheet_of(
    by: GroupedBy, known: KnownHits, there: RulesInForce, watched: Iterable[WatchedRule]
) -> HitSheet:
    """The lines of a view.

    Args:
        by: what a line is about.
        known: the hits.
        there: what is in force.
        watched: the rules in force, for their classes.
    """
    match by:
        case "category":
            return HitSheet(CATEGORY_FIELDS, [*map(category_record, by_category(known, there))])
        case "host":
            return HitSheet(HOST_FIELDS, [*map(host_record, by_host(known, there))])
        case "day":
            return HitSheet(DAY_FIELDS, [*map(day_record, by_day(known, there))])
        case "sid":
            classes = classes_of(watched)
            rows = by_rule(known, there)
            return HitSheet(RULE_FIELDS, [rule_record_of_hits(row, classes) for row in rows])


def class_sheet(watched: Iterable[WatchedRule]) -> HitSheet:
    """The lines of rules that have a class."""
    return HitSheet(CLASS_FIELDS, [*map(class_record, watched)])


def rule_record_of_hits(one: FiredRule, classes: Mapping[int, HitClass]) -> HitRecord:
    """A rule; what is not known of it is null."""
    rule = one.rule
    return {
        "sid": one.sid,
        "mode": rule.action if rule else None,
        "class": classes.get(one.sid) if rule else None,
        "category": one.category,
        "group": one.group or None,
        **_tally(one.tally),
        "msg": rule.msg if rule else None,
    }


def class_record(one: WatchedRule) -> HitRecord:
    """A rule with a class, which may have no hit."""
    rule = one.rule
    return {
        "sid": rule.sid,
        "class": one.hit_class,
        "mode": rule.action,
        "severity": rule.severity or None,
        "confidence": rule.confidence or None,
        "watched_days": one.watched,
        "category": rule.category or None,
        "group": rule.group,
        **(_tally(one.tally) if one.tally else _NOTHING),
        "msg": rule.msg,
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
