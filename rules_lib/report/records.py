"""The records of a sync: what was discarded, and what was changed, in the order given.

In JSON everything outside ASCII is escaped, so that no reader sees a line end inside a record and
no broken character stops one.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from rules_lib.model import Converted, Discarded, Rule
from rules_lib.report.sheet import csv_lines

DISCARDED_FIELDS: Final = ("sid", "rev", "category", "reason", "detail", "msg", "rule")
"""The fields of a discarded rule, in their order; the columns of `discarded.csv` too."""


def discarded_jsonl(discarded: Iterable[Discarded]) -> Iterator[bytes]:
    """One line a discarded rule, with `DISCARDED_FIELDS`."""
    return (_line(dict(zip(DISCARDED_FIELDS, _values(item), strict=True))) for item in discarded)


def discarded_csv(discarded: Iterable[Discarded]) -> Iterator[bytes]:
    """The same for a spreadsheet (see `sheet`); the exact text is in `discarded.jsonl` alone."""
    return csv_lines(DISCARDED_FIELDS, map(_values, discarded))


def changed_jsonl(rules: Iterable[Converted]) -> Iterator[bytes]:
    """One line a published rule whose text or standing was changed; other rules have none."""
    return (_line(_change(rule)) for rule in rules if rule.changes)


def _values(item: Discarded) -> tuple[str | int | None, ...]:
    rule = item.rule  # a line that is no rule has no rev and no msg
    rev, msg = (rule.rev, rule.msg) if isinstance(rule, Rule) else (None, None)
    return rule.sid, rev, rule.category, item.reason.value, item.detail, msg, rule.text


def _change(rule: Converted) -> dict[str, object]:
    return {
        "sid": rule.sid,
        "rev": rule.rule.rev,
        "category": rule.rule.category,
        "changes": [change.value for change in rule.changes],
        "before": rule.rule.text,
        "after": rule.text,
    }


def _line(record: Mapping[str, object]) -> bytes:
    return json.dumps(record).encode("ascii") + b"\n"
