"""Two texts of a rule in one: what stayed, what was taken out, what was put in."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Final, Literal

TokenKind = Literal["same", "removed", "added"]

_TOKEN: Final = re.compile(r"\s*+(?:[\[\],!()]|[^\s;,\[\]!()]++;?|;)|\s++")


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of text that both have, or only the one before, or only the one after."""

    kind: TokenKind
    text: str


def pieces_of(before: str, after: str) -> tuple[Piece, ...]:
    """Compare two texts, token by token.

    The pieces that are not `added` make up the text before, those that are not `removed` the text
    after.
    """
    return tuple(_pieces(_TOKEN.findall(before), _TOKEN.findall(after)))


def _pieces(before: list[str], after: list[str]) -> Iterator[Piece]:
    matcher = SequenceMatcher(a=before, b=after, autojunk=False)
    for tag, start, end, new_start, new_end in matcher.get_opcodes():
        if tag == "equal":
            yield Piece("same", "".join(before[start:end]))
            continue
        if start < end:
            yield Piece("removed", "".join(before[start:end]))
        if new_start < new_end:
            yield Piece("added", "".join(after[new_start:new_end]))
