"""Some of a feed's lines alone: those that mention what is looked for, which are soon found."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Final, TypeAlias

if TYPE_CHECKING:
    from rules_lib.model import FeedFile

_JOINED: Final = re.compile(rb"\\[ \t\r\f\v]*+(?:\n|\Z)")
"""What ends a line that is joined with the next."""

_Span: TypeAlias = tuple[int, int]
"""Where lines begin and end in a file's bytes, without the last one's line end."""


def mentioning(
    files: Iterable[FeedFile], mentions: Collection[bytes], *, any_case: bool = False
) -> Iterator[FeedFile]:
    """The files with all other lines blank; those without such a line are left out.

    Lines that a backslash joins to another stay too. So every line keeps its number, and every
    logical line that is left is whole.

    Args:
        files: of the feed.
        mentions: pieces of a line, one of which it must have.
        any_case: the pieces are in lower case, and found in any.
    """
    for file in files:
        searched = file.data.lower() if any_case else file.data
        found = {span for mention in mentions for span in _lines_with(mention, searched)}
        if spans := sorted((*found, *_joined(file.data))):
            yield replace(file, data=b"".join(_thinned(file.data, spans)))


def _lines_with(mention: bytes, data: bytes) -> Iterator[_Span]:
    """The lines that have a piece; the others are not looked at one by one."""
    at = data.find(mention)
    while at >= 0:
        begin, end = data.rfind(b"\n", 0, at) + 1, _end_of_line(data, at)
        yield begin, end
        at = data.find(mention, end + 1)


def _joined(data: bytes) -> Iterator[_Span]:
    """Each line that is joined with the next, and that one."""
    for found in _JOINED.finditer(data):
        yield data.rfind(b"\n", 0, found.start()) + 1, _end_of_line(data, found.end())


def _end_of_line(data: bytes, at: int) -> int:
    end = data.find(b"\n", at)
    return len(data) if end < 0 else end


def _thinned(data: bytes, spans: Iterable[_Span]) -> Iterator[bytes]:
    """These lines, and of all others their ends."""
    last = 0
    for begin, end in spans:
        if end > last:  # a line may be in two spans
            yield b"\n" * data.count(b"\n", last, begin)
            yield data[max(begin, last) : end]
            last = end
    yield b"\n" * data.count(b"\n", last)
