"""Some of a feed's lines alone: those that mention what is looked for, which are soon found."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from rules_lib.model import FeedFile

_JOINED: Final = re.compile(rb"\\[ \t\r\f\v]*+(?:\n|\Z)")
"""What ends a line that is joined with the next."""


def mentioning(
    files: Iterable[FeedFile], mentions: Sequence[bytes], *, any_case: bool = False
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
        data = file.data.lower() if any_case else file.data
        if any(mention in data for mention in mentions) or _JOINED.search(data):
            yield replace(file, data=_thinned(file.data, data, mentions))


def _thinned(data: bytes, searched: bytes, mentions: Sequence[bytes]) -> bytes:
    lines = data.split(b"\n")
    joins = [line.rstrip().endswith(b"\\") for line in lines]
    return b"\n".join(
        line if joined or follows or any(one in seen for one in mentions) else b""
        for line, seen, joined, follows in zip(
            lines, searched.split(b"\n"), joins, (False, *joins), strict=False
        )
    )
