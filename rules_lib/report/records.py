"""The records of a sync: what was discarded, and what was changed, in the order given.

In JSON everything outside ASCII is escaped, so that no reader sees a line end inside a record and
no broken character stops one.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from functools import lru_cache
from json.encoder import encode_basestring_ascii
from typing import Final

from pydantic_core import to_json

from rules_lib.model import Change, Rule
from rules_lib.outcome import Converted, Discarded
from rules_lib.report.sheet import csv_lines
from rules_lib.why import ActionCause, LateSetter, Why, Without

DISCARDED_FIELDS: Final = ("sid", "rev", "category", "reason", "detail", "msg", "rule")
"""The fields of a discarded rule, in their order; the columns of `discarded.csv` too."""

FEED_FIELD: Final = "feed"
"""One field more where several feeds are in use: the feed's name, none for people's own."""

_DELETE: Final = "\x7f"

_CHANGE: Final = (
    b'{"sid": %d, "rev": %d, "category": %b, "changes": %b, "before": %b, "after": %b%b}\n'
)
"""A line of `changed.jsonl`."""


def discarded_jsonl(discarded: Iterable[Discarded], *, with_feed: bool = False) -> Iterator[bytes]:
    """One line a discarded rule, with `DISCARDED_FIELDS`, and `FEED_FIELD` where asked."""
    for item in discarded:
        yield f"{{{discarded_members(item)}{_feed_member(item) if with_feed else ''}}}\n".encode()


def _feed_member(item: Discarded | Converted) -> str:
    """`FEED_FIELD` as JSON, behind other fields."""
    return f', "{FEED_FIELD}": {json_value(feed_of(item))}'


def feed_of(item: Discarded | Converted) -> str | None:
    """The name of a rule's feed; None for people's own."""
    return item.rule.feed.name or None


def discarded_members(item: Discarded) -> str:
    """`DISCARDED_FIELDS` of one rule, as JSON without its braces."""
    return ", ".join(
        f"{name}: {value}"
        for name, value in zip(_NAMES, map(json_value, _values(item)), strict=True)
    )


def json_value(value: str | int | None) -> str:
    """A value as `json` writes it, at a fraction of its cost."""
    if isinstance(value, str):
        return _quoted(value).decode("ascii")
    return "null" if value is None else str(value)


def _quoted(text: str) -> bytes:
    """A text as `json` writes it; what `to_json` does not escape is rare, and takes longer."""
    if text.isascii() and _DELETE not in text:
        return to_json(text)
    return encode_basestring_ascii(text).encode("ascii")


_NAMES: Final = tuple(map(json_value, DISCARDED_FIELDS))


def discarded_csv(discarded: Iterable[Discarded], *, with_feed: bool = False) -> Iterator[bytes]:
    """The same for a spreadsheet (see `sheet`); the exact text is in `discarded.jsonl` alone."""
    if not with_feed:
        return csv_lines(DISCARDED_FIELDS, map(_values, discarded))
    rows = ((*_values(item), feed_of(item)) for item in discarded)
    return csv_lines((*DISCARDED_FIELDS, FEED_FIELD), rows)


def changed_jsonl(rules: Iterable[Converted], *, with_feed: bool = False) -> Iterator[bytes]:
    """One line a published rule whose text or standing was changed; with `FEED_FIELD` likewise."""
    return (_change(rule, with_feed=with_feed) for rule in rules if rule.changes)


def _values(item: Discarded) -> tuple[str | int | None, ...]:
    rule = item.rule  # a line that is no rule has no rev and no msg
    rev, msg = (rule.rev, rule.msg) if isinstance(rule, Rule) else (None, None)
    return rule.sid, rev, rule.category, item.reason.value, item.detail, msg, rule.text


def _change(rule: Converted, *, with_feed: bool) -> bytes:
    """As `json` writes it, at a fraction of its cost: nearly every published rule has one."""
    told = rule.cause.stage or rule.cause.late or rule.without
    more = (_feed_member(rule) if with_feed else "") + (_told_beside(rule) if told else "")
    return _CHANGE % (
        *(rule.sid, rule.rule.rev, _named(rule.rule.category), _listed(rule.changes)),
        *(_quoted(rule.rule.text), _quoted(rule.text), more.encode("ascii")),
    )


def _told_beside(rule: Converted) -> str:
    """Of a staged rule its days, of one with exceptions these, of one too early what is late."""
    record: dict[str, object] = {}
    if rule.cause.stage:
        record["staged"] = stage_record(rule.cause)
    if rule.cause.late:
        record["late_setter"] = late_record(rule.cause.late)
    if rule.without:
        record["exceptions"] = [without_record(one) for one in rule.without]
    return f", {json.dumps(record)[1:-1]}"


def stage_record(cause: ActionCause) -> dict[str, str | None] | None:
    """Since when a rule is staged, from when on it drops, and when it fired; None if it is not.

    One that fired and stays an alert has no day from which it drops.
    """
    if (stage := cause.stage) is None:
        return None
    stays = cause.why is Why.STAGED_AND_FIRED
    return {
        "since": stage.since.isoformat(),
        "until": None if stays else stage.until.isoformat(),
        "fired": stage.fired.isoformat() if stage.fired else None,
    }


def late_record(late: LateSetter) -> dict[str, object]:
    """What would be judged too late for a rule if it dropped."""
    return {
        "sid": late.sid,
        "action": late.action,
        "mark": str(late.mark),
        "others": late.others,
    }


def without_record(one: Without) -> dict[str, object]:
    """An exception as it stands in the allowlist, without its sid."""
    return {
        "not_from": one.not_from,
        "not_to": one.not_to,
        "until": one.until.isoformat() if one.until else None,
        "why": one.why,
    }


@lru_cache(maxsize=1024)
def _named(category: str) -> bytes:
    return _quoted(category)


@lru_cache(maxsize=1024)
def _listed(changes: tuple[Change, ...]) -> bytes:
    return json.dumps([change.value for change in changes]).encode("ascii")
