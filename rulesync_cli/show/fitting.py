"""Columns fitted into a line: the least important leave, then cells are cut at words."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from rich.cells import cell_len, set_cell_size

if TYPE_CHECKING:
    from collections.abc import Mapping

GAP: Final = "  "
"""Between two columns."""

_PROSE: Final = 30
"""So much of a column of words is left before another column leaves for it."""

_LEAST: Final = 8
"""So much of any other text is left where no more columns may leave."""

_MORE: Final = "…"
_ATOM: Final = re.compile(r"[^\W_]+(?:[.,:][^\W_]+)*|.", re.DOTALL)
"""What is not cut within, if it has a digit: a word, a number with its commas, an address."""


@dataclass(frozen=True, slots=True)
class Span:
    """How wide a column is, and may become.

    Attributes:
        width: of its widest cell.
        floor: to which it shrinks before another column leaves.
        least: to which it shrinks once none may leave any more.
    """

    width: int
    floor: int
    least: int

    @classmethod
    def of(cls, heading: str, cells: Iterable[str], *, number: bool) -> Span:
        """Measure a column: one of numbers never shrinks, one with spaces may be cut at them."""
        cells = (heading, *cells)
        width = max(map(cell_len, cells))
        if number:
            return cls(width, width, width)
        prose = any(" " in cell for cell in cells[1:])
        least = max(_LEAST, cell_len(heading))
        return cls(width, min(width, _PROSE) if prose else width, min(width, least))


def fitted(spans: Sequence[Span], leaving: Sequence[int], room: int) -> Mapping[int, int]:
    """Say which columns stay, and how wide they are.

    Args:
        spans: of all columns.
        leaving: those that may leave, the least important first. The others, from the last to the
            second, leave only where they cannot be cut either.
        room: cells of a line.

    Returns:
        Column -> its width.
    """
    staying = dict(enumerate(spans))
    for column in leaving:
        if _line(span.floor for span in staying.values()) <= room:
            break
        del staying[column]
    for column in sorted(staying, reverse=True)[:-1]:
        if _line(span.least for span in staying.values()) <= room:
            break
        del staying[column]
    return _narrowed(staying, room)


def _line(widths: Iterable[int]) -> int:
    widths = tuple(widths)
    return sum(widths) + len(GAP) * (len(widths) - 1)


def _narrowed(staying: Mapping[int, Span], room: int) -> dict[int, int]:
    """Take from the widest first: what may be cut at words, then all, the first column last.

    The first column says what a row is about.
    """
    widths = {column: min(span.width, max(room, span.least)) for column, span in staying.items()}
    words = {column: span.floor for column, span in staying.items()}
    least = {column: span.least for column, span in staying.items()}
    first = min(staying)
    for floors in (words, {**least, first: words[first]}, least):
        while _line(widths.values()) > room:
            wide = [column for column, width in widths.items() if width > floors[column]]
            if not wide:
                break
            widths[max(wide, key=widths.__getitem__)] -= 1
    return widths


def cut_to(text: str, room: int) -> str:
    """Cut a text so that it takes no more cells than there is room; never within a number."""
    if cell_len(text) <= room:
        return text
    end, used = 0, 0
    for atom in _ATOM.finditer(text):
        used += cell_len(atom[0])
        if used > room - len(_MORE):
            break
        end = atom.end()
    kept = text[:end]
    if not kept and not any(map(str.isdigit, atom[0])):
        kept = set_cell_size(atom[0], room - len(_MORE))
    return f"{_whole_words(kept, text[end:]).rstrip()}{_MORE}"


def _whole_words(kept: str, rest: str) -> str:
    """Without the beginning of a word, where that costs less than half."""
    last = kept.rfind(" ")
    begun = not rest.startswith(" ") and last > len(kept) // 2
    return kept[:last] if begun else kept
