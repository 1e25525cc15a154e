"""The feeds' files -> rules, in the feeds' order. No line costs another line."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from rules_lib.model import NO_FEED, AnyRule, FeedOrigin
from rules_lib.reading.lines import Line, commented, decoded_line, parted
from rules_lib.reading.parser import parse
from rules_lib.reading.sids import sids_in

if TYPE_CHECKING:
    from rules_lib.model import FeedFile

LineParser: TypeAlias = Callable[[str, Line, FeedOrigin], AnyRule]
"""What makes of a category's logical line what it is."""


@dataclass(frozen=True, slots=True)
class Category:
    """One file of a feed.

    Attributes:
        rules: every logical line that may be meant as a rule, in the file's order.
        disabled: how many rules are commented out, those that were woken included.
        feed: with which it came.
    """

    name: str
    rules: tuple[AnyRule, ...]
    disabled: int
    feed: FeedOrigin = NO_FEED


@dataclass(frozen=True, slots=True)
class Ruleset:
    """All files of the feeds, people's own first."""

    categories: tuple[Category, ...]

    @property
    def rules(self) -> Iterator[AnyRule]:
        """Every enabled rule, in the feeds' order."""
        return (rule for category in self.categories for rule in category.rules)

    @property
    def names(self) -> tuple[str, ...]:
        """The categories' names, in the feeds' order."""
        return tuple(category.name for category in self.categories)

    @property
    def feeds(self) -> tuple[str, ...]:
        """The feeds' names, in their order; none where one is looked at alone."""
        named = (category.feed.name for category in self.categories)
        return tuple(dict.fromkeys(filter(None, named)))


def _in_full(_: str) -> LineParser:
    return parse


def read_rules(
    files: Iterable[FeedFile],
    wake: Collection[int] = frozenset(),
    reader_for: Callable[[str], LineParser] = _in_full,
) -> Ruleset:
    """Read the feeds' files.

    Args:
        files: of the feeds, and people's own.
        wake: sids of the disabled rules that are read too.
        reader_for: what reads the enabled rules of a category.
    """
    return Ruleset(tuple(_category(file, wake, reader_for(file.category)) for file in files))


def _category(file: FeedFile, wake: Collection[int], reader: LineParser) -> Category:
    lines, comments = parted(file.data)
    disabled = tuple(commented(comments))
    rules = [reader(file.category, decoded_line(number, raw), file.feed) for number, raw in lines]
    if wake:
        rules = sorted((*rules, *_woken(file, disabled, wake)), key=_line_number)
    return Category(file.category, tuple(rules), len(disabled), file.feed)


def _woken(
    file: FeedFile, commented: Iterable[tuple[int, bytes]], wake: Collection[int]
) -> Iterator[AnyRule]:
    for number, raw in commented:
        if wake and any(sid in wake for sid in sids_in(raw)):
            rule = parse(file.category, decoded_line(number, raw), file.feed)
            if rule.sid in wake:  # and not only a number in its msg
                yield rule


def _line_number(rule: AnyRule) -> int:
    return rule.line
