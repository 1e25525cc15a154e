"""The feeds' files -> rules, in the feeds' order. No line costs another line."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING, Final, NamedTuple, TypeAlias

from rules_lib.model import NO_FEED, AnyRule, FeedOrigin
from rules_lib.reading.lines import (
    Line,
    NumberedLine,
    commented,
    decoded_line,
    parted,
    parted_run,
    runs_of,
)
from rules_lib.reading.parser import parse
from rules_lib.reading.recall import Lines, ReadRun
from rules_lib.reading.sids import sids_in

if TYPE_CHECKING:
    from rules_lib.model import FeedFile
    from rules_lib.reading.recall import Recall

LineParser: TypeAlias = Callable[[str, Line, FeedOrigin], AnyRule]
"""What makes of a category's logical line what it is."""


class LineReader(NamedTuple):
    """How the enabled rules of a category are read.

    Attributes:
        parse: reads one.
        about: identifies what it goes by beside the line.
    """

    parse: LineParser
    about: str = ""


IN_FULL: Final = LineReader(parse)


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

    @property
    def several(self) -> bool:
        """Whether several feeds are in use, so that people want to know which it is."""
        return len(self.feeds) > 1


def _in_full(_: str) -> LineReader:
    return IN_FULL


def read_rules(
    files: Iterable[FeedFile],
    wake: Collection[int] = frozenset(),
    reader_for: Callable[[str], LineReader] = _in_full,
    recall: Recall | None = None,
) -> Ruleset:
    """Read the feeds' files.

    Args:
        files: of the feeds, and people's own.
        wake: sids of the disabled rules that are read too.
        reader_for: what reads the enabled rules of a category.
        recall: what was read before; it learns what is read now.
    """
    read = tuple(_category(file, wake, reader_for(file.category), recall) for file in files)
    if recall:
        recall.forget()
    return Ruleset(read)


def _category(
    file: FeedFile, wake: Collection[int], reader: LineReader, recall: Recall | None
) -> Category:
    runs = runs_of(file.data) if recall else []
    if recall and runs:
        read = [_recalled(file, run, wake, reader, recall) for run in runs]
    else:
        read = [_read(file, parted(file.data), wake, reader)]
    rules = tuple(chain.from_iterable(run.rules for run in read))
    return Category(file.category, rules, sum(run.disabled for run in read), file.feed)


def _recalled(
    file: FeedFile,
    run: tuple[int, list[bytes]],
    wake: Collection[int],
    reader: LineReader,
    recall: Recall,
) -> ReadRun:
    """A run of lines as it was read before, or read now."""
    first, lines = run
    about = f"{reader.about} {sorted(wake)}"
    known = Lines(file.category, file.feed, first, lines)
    return recall.of(about, known, lambda: _read(file, parted_run(lines, first), wake, reader))


def _read(
    file: FeedFile,
    parts: tuple[Sequence[NumberedLine], Sequence[NumberedLine]],
    wake: Collection[int],
    reader: LineReader,
) -> ReadRun:
    lines, comments = parts
    disabled = tuple(commented(comments))
    rules = [
        reader.parse(file.category, decoded_line(number, raw), file.feed) for number, raw in lines
    ]
    if wake:
        rules = sorted((*rules, *_woken(file, disabled, wake)), key=_line_number)
    return ReadRun(rules, len(disabled))


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
