"""A file of rules that is stored otherwise than Suricata reads it: what it is, and what to do.

Suricata reads UTF-8 and takes a line feed for the end of a line. What editors, shells and word
processors make of a file looks right on the screen, so it is named as what it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from rules_lib.facts.magic import GZIP, UTF8_MARK, ZIP
from rules_lib.facts.suricata import ACTION_FORM

SAVE: Final = "save the file as UTF-8 (in PowerShell: Out-File -Encoding utf8)"

_MARKS: Final = (
    (b"\xff\xfe\x00\x00", "UTF-32"),
    (b"\x00\x00\xfe\xff", "UTF-32"),
    (b"\xff\xfe", "UTF-16"),
    (b"\xfe\xff", "UTF-16"),
)
_PACKED: Final = ((GZIP, "gzip"), (ZIP, "zip"))
_LOOKED_AT: Final = 4_096  # bytes of a file without a mark; ASCII in UTF-16 is half zeros

_NEXT_RULE: Final = re.compile(rf"\r[ \t]*(?:#|(?:{ACTION_FORM}|log)\w*\s)".encode(), re.IGNORECASE)
"""Behind a carriage return within a line, what would begin another."""

_ONE_LINE: Final = (
    "Suricata does not end a line at a bare carriage return; save the file with LF or CRLF line "
    "endings"
)
_QUOTED: Final = re.compile(r'"(?:\\.|[^"\\;])*"')
_FREE: Final = re.compile(
    r"[(;]\s*(?:metadata|flowbits|flowint|xbits|hostbits)\s*:[^;]*(?=;)", re.IGNORECASE
)
"""Values in which Suricata takes any character (8.0.8)."""

_LOOKALIKES: Final = (
    (re.compile("[\u201c-\u201f\u2018-\u201b\u00ab\u00bb\u2033]"),
     'typographic quotes, as word processors write them; replace them with plain ones (")'),
    (re.compile("[\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]"),
     "spaces that Suricata does not know (such as a no-break space); replace them with plain ones"),
    (re.compile("[\u200b-\u200f\u2060\ufeff]"),
     "invisible characters (such as a byte order mark in the middle); remove them"),
    (re.compile("[\u2010-\u2015\u2212\u2192]"),
     "typographic dashes or arrows; replace them with - and >"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Oddity:
    """One thing that is odd about a file.

    Attributes:
        lines: where, from 1; of a file of which no line can be read, the first.
        words: what it is, and what to do.
        whole: no line of the file can be read.
    """

    lines: tuple[int, ...]
    words: str
    whole: bool = False


def oddities(data: bytes) -> tuple[Oddity, ...]:
    """Everything that is odd about a file of rules, each thing once."""
    if words := unreadable(data):
        return (Oddity((1,), words, whole=True),)
    lines = list(enumerate(data.removeprefix(UTF8_MARK).split(b"\n"), start=1))
    odd = [
        (number, line)
        for number, line in lines
        if not line.isascii() and not line.lstrip().startswith(b"#")
    ]
    return (*_run_together(lines), *_not_utf8(odd), *_lookalikes(odd))


def unreadable(data: bytes) -> str:
    """Why no line of a file can be read, and what to do; empty where lines can be."""
    for mark, name in _PACKED:
        if data.startswith(mark):
            return f"it is compressed ({name}), and only a feed may be; unpack it"
    if encoding := wide(data):
        return f"it is {encoding}, as PowerShell's Out-File writes it; {SAVE}"
    bare = data.strip()
    return _ONE_LINE if b"\r" in bare and b"\n" not in bare else ""


def wide(data: bytes) -> str:
    """The name of the encoding where characters take two bytes or four; empty elsewhere."""
    for mark, name in _MARKS:
        if data.startswith(mark):
            return name
    start = data[:_LOOKED_AT]
    halves = (start[0::2], start[1::2])
    zeros = (half.count(0) > len(half) * 0.4 for half in halves)
    return "UTF-16" if len(start) > 1 and any(zeros) else ""


def _run_together(lines: Iterable[tuple[int, bytes]]) -> Iterator[Oddity]:
    if found := tuple(number for number, line in lines if _NEXT_RULE.search(line)):
        yield Oddity(found, _ONE_LINE)


def _not_utf8(lines: Iterable[tuple[int, bytes]]) -> Iterator[Oddity]:
    found, wrong = list[int](), 0
    for number, line in lines:
        try:
            line.decode()
        except UnicodeDecodeError as error:
            wrong = wrong or line[error.start]
            found.append(number)
    if found:
        words = f"not UTF-8 (byte {wrong:#04x}), probably Latin-1 or Windows-1252; {SAVE}"
        yield Oddity(tuple(found), words)


def _lookalikes(lines: Iterable[tuple[int, bytes]]) -> Iterator[Oddity]:
    bare = [(number, _bare(line.decode(errors="replace"))) for number, line in lines]
    for pattern, words in _LOOKALIKES:
        if found := tuple(number for number, text in bare if pattern.search(text)):
            yield Oddity(found, words)


def _bare(text: str) -> str:
    """A rule without what stands in plain quotes, and without values that may hold anything."""
    return _FREE.sub("", _QUOTED.sub('""', text))
