"""A file of the feed -> its logical lines: which may be meant as rules, and which are comments."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple, TypeAlias
from zlib import crc32

from rules_lib.facts.magic import UTF8_MARK
from rules_lib.facts.suricata import ACTION_FORM, DIRECTIONS

NumberedLine: TypeAlias = tuple[int, bytes]
"""The number of a logical line's first line in its file, from 1, and its text."""

LINE_BYTES: Final = 2**20
"""Bytes of a logical line; the service takes 8,175 characters."""

_HASH: Final = ord("#")
_COMMENT: Final = b"# \t"
_DIRECTION: Final = "|".join(sorted(DIRECTIONS))
_COMMENTED_RULE: Final = re.compile(
    # That options follow is looked at once, not once more for each arrow.
    rf"[# \t]*+(?:{ACTION_FORM}|log)\s(?=[^(]*+\()[^(]*(?:{_DIRECTION})".encode(),
    re.IGNORECASE,
)
_RUN: Final = 128
_SHOWN: Final = 8_192  # bytes of a line that is too long
_CONTINUED = re.compile(rb"\\\s*?(?:\n|\Z)")


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


@dataclass(frozen=True, slots=True)
class Tally:
    """What a file has: logical lines that may be rules, and rules that are commented out."""

    enabled: int
    disabled: int


def count_rules(data: bytes) -> Tally:
    """Count a file's rules without parsing them."""
    texts = [text for _, text in _logical_lines(data) if text]
    comments = [text for text in texts if text[0] == _HASH]
    return Tally(len(texts) - len(comments), sum(map(_is_commented_rule, comments)))


def parted(data: bytes) -> tuple[list[NumberedLine], list[NumberedLine]]:
    """The logical lines that may be meant as rules, and the comments."""
    return _parted(_logical_lines(data))


def parted_run(lines: Iterable[bytes], first: int) -> tuple[list[NumberedLine], list[NumberedLine]]:
    """The same of a run of lines; `first` is the number of its first one."""
    return _parted(enumerate(map(bytes.strip, lines), start=first))


def runs_of(data: bytes) -> list[tuple[int, list[bytes]]]:
    """Cut a file into runs of lines, each with its first line's number, from 1.

    A run ends at every `_RUN`th line or so, by what the line has: so a line more leaves all other
    runs as they are. Where lines go on with the next, there are no runs.
    """
    if _CONTINUED.search(data):
        return []
    lines = data.removeprefix(UTF8_MARK).split(b"\n")
    ends = [at for at, checksum in enumerate(map(crc32, lines), start=1) if checksum % _RUN == 1]
    begins = [0, *ends]
    return [
        (begin + 1, lines[begin:end])
        for begin, end in zip(begins, [*ends, len(lines)], strict=True)
        if begin < end
    ]


def _parted(
    lines: Iterable[NumberedLine],
) -> tuple[list[NumberedLine], list[NumberedLine]]:
    enabled: list[NumberedLine] = []
    comments: list[NumberedLine] = []
    for line in lines:
        if line[1]:
            (comments if line[1][0] == _HASH else enabled).append(line)
    return enabled, comments


def decoded_line(number: int, raw: bytes) -> Line:
    """Decode a logical line; one that cannot be a rule's text has a problem."""
    if len(raw) > LINE_BYTES:
        problem = f"it has {len(raw):,} bytes, and no line may have more than {LINE_BYTES:,}"
        return Line(number, raw[:_SHOWN].decode(errors="replace"), problem)
    try:
        return Line(number, raw.decode())
    except UnicodeDecodeError as error:
        problem = f"it is not valid UTF-8 (byte {error.object[error.start]:#04x})"
        return Line(number, raw.decode(errors="replace"), problem)


def commented(comments: Iterable[NumberedLine]) -> Iterator[NumberedLine]:
    """Number and text of every rule that is commented out."""
    for number, raw in comments:
        if _is_commented_rule(raw):
            yield number, raw.lstrip(_COMMENT)


def _is_commented_rule(comment: bytes) -> bool:
    return comment.endswith(b")") and _COMMENTED_RULE.match(comment) is not None


def _logical_lines(data: bytes) -> Iterator[NumberedLine]:
    """Number and text of each line, stripped; lines that end in a backslash are joined."""
    lines = data.removeprefix(UTF8_MARK).split(b"\n")
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
