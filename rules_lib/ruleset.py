"""The feed's files -> rules, in the feed's order. No line costs another line."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from rules_lib.model import Malformed, Rule
from rules_lib.parser import parse

if TYPE_CHECKING:
    from rules_lib.archive import FeedFile

_BOM: Final = b"\xef\xbb\xbf"
_COMMENTED_RULE = re.compile(
    rb"#[#\s]*(?P<rule>(?:alert|drop|pass|log|reject(?:src|dst|both)?)\s+\S.*\("
    rb".*[;(]\s*sid\s*:\s*(?P<sid>\d{1,10})\s*;.*\))\s*",
    re.IGNORECASE | re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Line:
    """One logical line: lines that end in a backslash are joined with the next.

    Attributes:
        number: of its first line in the file, from 1.
        text: without line ends; where it is no UTF-8, with replacement characters.
        problem: why its text cannot be a rule's; empty where nothing is known against it.
    """

    number: int
    text: str
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Category:
    """One file of the feed.

    Attributes:
        rules: every logical line that may be meant as a rule, in the file's order.
        disabled: how many rules are commented out, those that were woken included.
    """

    name: str
    rules: tuple[Rule | Malformed, ...]
    disabled: int


@dataclass(frozen=True, slots=True)
class Ruleset:
    """All files of the feed, people's own first."""

    categories: tuple[Category, ...]

    @property
    def rules(self) -> Iterator[Rule | Malformed]:
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


def read(files: Iterable[FeedFile], wake: Collection[int] = frozenset()) -> Ruleset:
    """Parse the feed's files; of the disabled rules only those whose sid is in `wake`."""
    return Ruleset(tuple(_category(file, wake) for file in files))


def tally(data: bytes) -> Tally:
    """Count a file's rules without parsing them."""
    enabled = sum(1 for _, raw in _logical_lines(data) if _is_meant_as_rule(raw))
    return Tally(enabled, sum(1 for _ in _commented(data)))


def _category(file: FeedFile, wake: Collection[int]) -> Category:
    rules = [
        parse(file.category, _line(number, raw))
        for number, raw in _logical_lines(file.data)
        if _is_meant_as_rule(raw)
    ]
    commented = list(_commented(file.data))
    rules += [
        parse(file.category, _line(number, raw), woken=True)
        for number, raw, sid in commented
        if sid in wake
    ]
    return Category(file.category, tuple(sorted(rules, key=_line_number)), len(commented))


def _line_number(rule: Rule | Malformed) -> int:
    return rule.line


def _line(number: int, raw: bytes) -> Line:
    try:
        return Line(number, raw.decode())
    except UnicodeDecodeError as error:
        problem = f"it is not valid UTF-8 (byte {error.object[error.start]:#04x})"
        return Line(number, raw.decode(errors="replace"), problem)


def _is_meant_as_rule(raw: bytes) -> bool:
    return bool(raw) and not raw.startswith(b"#")


def _commented(data: bytes) -> Iterator[tuple[int, bytes, int]]:
    """Number, text and sid of every rule that is commented out."""
    for number, raw in _logical_lines(data):
        if raw.startswith(b"#") and (match := _COMMENTED_RULE.fullmatch(raw)):
            yield number, match["rule"], int(match["sid"])


def _logical_lines(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Number and text of each line, stripped; a rule's lines that end in a backslash are joined.

    As Suricata reads them: the next line takes the backslash's place, and a comment never goes on.
    """
    parts: list[bytes] = []
    first = 1
    for number, raw in enumerate(data.removeprefix(_BOM).split(b"\n"), start=1):
        line = raw.rstrip()
        first = first if parts else number
        if line.endswith(b"\\") and (parts or not line.lstrip().startswith(b"#")):
            parts.append(line[:-1])
            continue
        yield first, b"".join((*parts, line)).strip()
        parts = []
    if parts:
        yield first, b"".join(parts).strip()
