"""Files of people's own that are stored otherwise than Suricata reads them, told once a file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from rules_lib.model import is_local
from rules_lib.own.files import own_file_name
from rules_lib.reading.encoding import Oddity, oddities
from rules_lib.text import first_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rules_lib.model import FeedFile

_NAMED: Final = 8
"""How many lines are named."""


@dataclass(frozen=True, slots=True)
class OddFile:
    """One thing that is odd about one file, which is named as people know it."""

    file: str
    oddity: Oddity

    @property
    def line(self) -> int:
        """The first line of which it holds."""
        return self.oddity.lines[0]

    @property
    def words(self) -> str:
        """What it is, what to do, and on which lines."""
        if self.oddity.whole:
            return f"{self.oddity.words}; until then none of its rules is read"
        several = len(self.oddity.lines) > 1
        return f"{self.oddity.words}{f'; on {_lines(self.oddity.lines)}' if several else ''}"

    def __str__(self) -> str:
        """As compilers tell their errors."""
        return f"{self.file}:{self.line}: {self.words}"

    def covers(self, file: str, line: int) -> bool:
        """Whether what else is said of this line follows from it."""
        return file == self.file and (self.oddity.whole or line in self.oddity.lines)


def odd_files(own: Iterable[FeedFile], folder: str) -> tuple[OddFile, ...]:
    """Everything that is odd about people's own files.

    Args:
        own: the files; those of a feed among them are passed over.
        folder: where they lie; ends in a slash.
    """
    return tuple(
        OddFile(f"{folder}{own_file_name(one.category)}", oddity)
        for one in own
        if is_local(one.category)
        for oddity in oddities(one.data)
    )


def _lines(lines: tuple[int, ...]) -> str:
    return f"lines {first_of(list(map(str, lines)), _NAMED)}"
