"""The feed's files -> rules, in the feed's order. No line costs another line."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from rules_lib.model import AnyRule
from rules_lib.reading.lines import Line, commented, decoded_line, parted
from rules_lib.reading.parser import parse
from rules_lib.reading.sids import sids_in

if TYPE_CHECKING:
    from rules_lib.model import FeedFile

LineParser: TypeAlias = Callable[[str, Line], AnyRule]
"""What makes of a category's logical line what it is."""


@dataclass(frozen=True, slots=True)
class Category:
    """One file of the feed.

    Attributes:
        rules: every logical line that may be meant as a rule, in the file's order.
        disabled: how many rules are commented out, those that were woken included.
    """

    name: str
    rules: tuple[AnyRule, ...]
    disabled: int


@dataclass(frozen=True, slots=True)
class Ruleset:
    """All files of the feed, people's own first."""

    categories: tuple[Category, ...]

    @property
    def rules(self) -> Iterator[AnyRule]:
        """Every enabled rule, in the feed's order."""
        return (rule for category in self.categories for rule in category.rules)

    @property
    def names(self) -> tuple[str, ...]:
        """The categories' names, in the feed's order."""
        return tuple(category.name for category in self.categories)


def _in_full(_: str) -> LineParser:
    return parse


def read_rules(
    files: Iterable[FeedFile],
    wake: Collection[int] = frozenset(),
    reader_for: Callable[[str], LineParser] = _in_full,
) -> Ruleset:
    """Read the feed's files.

    Args:
        files: of the feed, and people's own.
        wake: sids of the disabled rules that are read too.
        reader_for: what reads the enabled rules of a category.
    """
    return Ruleset(tuple(_category(file, wake, reader_for(file.category)) for file in files))


def _category(file: FeedFile, wake: Collection[int], reader: LineParser) -> Category:
    lines, comments = parted(file.data)
    disabled = tuple(commented(comments))
    rules = [reader(file.category, decoded_line(number, raw)) for number, raw in lines]
    if wake:
        rules = sorted((*rules, *_woken(file.category, disabled, wake)), key=_line_number)
    return Category(file.category, tuple(rules), len(disabled))


def _woken(
    category: str, commented: Iterable[tuple[int, bytes]], wake: Collection[int]
) -> Iterator[AnyRule]:
    for number, raw in commented:
        if wake and any(sid in wake for sid in sids_in(raw)):
            rule = parse(category, decoded_line(number, raw))
            if rule.sid in wake:  # and not only a number in its msg
                yield rule


def _line_number(rule: AnyRule) -> int:
    return rule.line
