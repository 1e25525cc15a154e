"""The feed's files -> rules, in the feed's order. No line costs another line."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple, TypeAlias

from rules_lib.model import AnyRule
from rules_lib.reading.parser import parse

if TYPE_CHECKING:
    from rules_lib.feed.archive import FeedFile

NumberedLine: TypeAlias = tuple[int, bytes]
"""The number of a logical line's first line in its file, from 1, and its text."""

LINE_BYTES: Final = 2**20
"""Bytes of a logical line; the service takes 8,175 characters."""

_BOM: Final = b"\xef\xbb\xbf"
_COMMENT: Final = b"# \t"
_COMMENTED_HEADER = re.compile(
    rb"(?:alert|drop|pass|log|reject(?:src|dst|both)?)\s.*(?:->|<>|=>)", re.IGNORECASE | re.DOTALL
)
_SHOWN: Final = 8_192  # bytes of a line that is too long
_CONTINUED = re.compile(rb"\\\s*?(?:\n|\Z)")
_SID = re.compile(rb"[;(]\s*sid\s*:\s*\+?(\d{1,20})\s*(?=;)", re.IGNORECASE)


class Line(NamedTuple):
    """One logical line: lines that end in a backslash are joined with the next.

    Attributes:
        number: of its first line in the file, from 1.
        text: without line ends; where it is no UTF-8, with replacement characters; of one that has
            more than `LINE_BYTES` the beginning.
        problem: why its text cannot be a rule's; empty where nothing is known against it.
    """

    number: int
    text: str
    problem: str = ""


Reader: TypeAlias = Callable[[str, Line], AnyRule]
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


@dataclass(frozen=True, slots=True)
class Tally:
    """What a file has: logical lines that may be rules, and rules that are commented out."""

    enabled: int
    disabled: int


def _in_full(_: str) -> Reader:
    return parse


def read(
    files: Iterable[FeedFile],
    wake: Collection[int] = frozenset(),
    reader_for: Callable[[str], Reader] = _in_full,
) -> Ruleset:
    """Read the feed's files.

    Args:
        files: of the feed, and people's own.
        wake: sids of the disabled rules that are read too.
        reader_for: what reads the enabled rules of a category.
    """
    return Ruleset(tuple(_category(file, wake, reader_for(file.category)) for file in files))


def tally(data: bytes) -> Tally:
    """Count a file's rules without parsing them."""
    enabled, comments = _parted(data)
    return Tally(len(enabled), sum(1 for _ in _commented(comments)))


def _category(file: FeedFile, wake: Collection[int], reader: Reader) -> Category:
    lines, comments = _parted(file.data)
    commented = tuple(_commented(comments))
    rules = [reader(file.category, _line(number, raw)) for number, raw in lines]
    if wake:
        rules = sorted((*rules, *_woken(file.category, commented, wake)), key=_line_number)
    return Category(file.category, tuple(rules), len(commented))


def _parted(data: bytes) -> tuple[list[NumberedLine], list[NumberedLine]]:
    """The logical lines that may be meant as rules, and the comments."""
    enabled: list[NumberedLine] = []
    comments: list[NumberedLine] = []
    for line in _logical_lines(data):
        if line[1]:
            (comments if line[1].startswith(b"#") else enabled).append(line)
    return enabled, comments


def _woken(
    category: str, commented: Iterable[tuple[int, bytes]], wake: Collection[int]
) -> Iterator[AnyRule]:
    for number, raw in commented:
        if wake and any(int(sid) in wake for sid in _SID.findall(raw)):
            rule = parse(category, _line(number, raw))
            if rule.sid in wake:  # and not only a number in its msg
                yield rule


def _line_number(rule: AnyRule) -> int:
    return rule.line


def _line(number: int, raw: bytes) -> Line:
    if len(raw) > LINE_BYTES:
        problem = f"it has {len(raw):,} bytes, and no line may have more than {LINE_BYTES:,}"
        return Line(number, raw[:_SHOWN].decode(errors="replace"), problem)
    try:
        return Line(number, raw.decode())
    except UnicodeDecodeError as error:
        problem = f"it is not valid UTF-8 (byte {error.object[error.start]:#04x})"
        return Line(number, raw.decode(errors="replace"), problem)


def _commented(comments: Iterable[NumberedLine]) -> Iterator[NumberedLine]:
    """Number and text of every rule that is commented out."""
    for number, raw in comments:
        rule = raw.lstrip(_COMMENT)
        header, _, options = rule.partition(b"(")
        if options.endswith(b")") and _COMMENTED_HEADER.match(header):
            yield number, rule


def _logical_lines(data: bytes) -> Iterator[NumberedLine]:
    """Number and text of each line, stripped; lines that end in a backslash are joined."""
    lines = data.removeprefix(_BOM).split(b"\n")
    if _CONTINUED.search(data):
        return _joined(lines)
    return enumerate(map(bytes.strip, lines), start=1)


def _joined(lines: Sequence[bytes]) -> Iterator[NumberedLine]:
    """Join lines that end in a backslash with the next, as Suricata reads them.

    The next line takes the backslash's place. After a comment it reads the
    next line on its own, unless that is indented: so the rest of a commented-out rule goes with it,
    and no rule is lost to a comment.
    """
    parts: list[bytes] = []
    first, comment = 1, False
    for number, raw in enumerate(lines, start=1):
        line = raw.rstrip()
        if not parts:
            first, comment = number, line.lstrip().startswith(b"#")
        following = lines[number] if number < len(lines) else b""
        if line.endswith(b"\\") and (following[:1].isspace() or not comment):
            parts.append(line[:-1])
            continue
        yield first, b"".join((*parts, line)).strip()
        parts = []
    if parts:
        yield first, b"".join(parts).strip()
