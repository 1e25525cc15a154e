"""Discarded rules read back, narrowed down, and counted by reason."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from pydantic import TypeAdapter, ValidationError

from rules_lib.errors import StoreError
from rules_lib.model import Reason, Rule
from rules_lib.outcome import Discarded
from rules_lib.report.records import feed_of
from rules_lib.validation import validation_faults


@dataclass(frozen=True, slots=True)
class DiscardedEntry:
    """One discarded rule, as `discarded.jsonl` has it.

    Attributes:
        rev: None for a line that is no rule, as is the msg.
        rule: its text, as the feed ships it.
        feed: the name of its feed, where several are in use; None for people's own.
    """

    sid: int | None
    rev: int | None
    category: str
    reason: Reason
    detail: str
    msg: str | None
    rule: str
    feed: str | None = None

    @classmethod
    def of(cls, item: Discarded, *, with_feed: bool = False) -> DiscardedEntry:
        """The entry of a rule that was just discarded."""
        rule = item.rule
        rev, msg = (rule.rev, rule.msg) if isinstance(rule, Rule) else (None, None)
        feed = feed_of(item) if with_feed else None
        return cls(rule.sid, rev, rule.category, item.reason, item.detail, msg, rule.text, feed)


_LINE: Final = TypeAdapter(DiscardedEntry)


@dataclass(frozen=True, slots=True)
class Filter:
    """Which entries are asked for; what is empty asks for nothing.

    Attributes:
        contains: a piece of the msg, the detail or the rule's text, in any case.
    """

    reasons: frozenset[Reason] = frozenset()
    categories: frozenset[str] = frozenset()
    sids: frozenset[int] = frozenset()
    contains: str = ""

    def keeps(self, entry: DiscardedEntry) -> bool:
        """Whether the entry is what is asked for."""
        return (
            (not self.reasons or entry.reason in self.reasons)
            and (not self.categories or entry.category in self.categories)
            and (not self.sids or entry.sid in self.sids)
            and any(
                self.contains.casefold() in text.casefold()
                for text in (entry.msg or "", entry.detail, entry.rule)
            )
        )


def read_discarded(data: bytes, source: str) -> tuple[DiscardedEntry, ...]:
    """Read `discarded.jsonl`.

    Args:
        data: the file.
        source: names it in errors.

    Raises:
        StoreError: a line is not as this version writes it; names the line.
    """
    return tuple(
        _entry(line, f"{source}, line {number}")
        for number, line in enumerate(data.splitlines(), start=1)
    )


def _entry(line: bytes, place: str) -> DiscardedEntry:
    try:
        return _LINE.validate_json(line)
    except ValidationError as error:
        raise StoreError(
            f"{place}: not a discarded rule in the form of this version: {validation_faults(error)}"
        ) from error


def by_reason(entries: Iterable[DiscardedEntry]) -> tuple[tuple[Reason, int], ...]:
    """The reasons with their number of rules, the most frequent first."""
    counts = Counter(entry.reason for entry in entries)
    return tuple(sorted(counts.items(), key=lambda item: (-item[1], item[0])))
