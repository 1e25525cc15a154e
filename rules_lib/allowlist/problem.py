"""One error of the file: its line, the key's path, the value, and what to do."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property
from operator import attrgetter
from typing import TYPE_CHECKING, Final

from rules_lib.allowlist.names import nearest
from rules_lib.text import count

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

Path = tuple[str | int, ...]
"""Where a value stands: keys, and positions in lists from 0."""

_REPORTED: Final = 500  # nobody reads more, and a hostile file could make it a million
_SHOWN: Final = 80  # characters of a value


@dataclass(frozen=True)  # no slots, as the search for a near name is made once and kept
class Problem:
    """One error.

    Attributes:
        line: where it stands, from 1.
        path: the key that the text speaks of; empty for the whole file.
        text: what is wrong and, where it is always the same, what to do.
        wrong: a name to find the nearest of `choices` for.
        choices: the valid names.
        otherwise: what to do where no choice is near.
    """

    line: int
    path: Path
    text: str
    wrong: str = ""
    choices: Collection[str] = ()
    otherwise: str = ""

    def __str__(self) -> str:
        """The error in one line of text."""
        keys = ".".join(_plain(key) for key in self.path if isinstance(key, str))
        return ": ".join(filter(None, (f"line {self.line}", keys, self.text))) + self._hint()

    @cached_property
    def meant(self) -> str:
        """The nearest valid name; empty where none is near."""
        return nearest(self.wrong, self.choices) if self.wrong else ""

    def record(self, value: object) -> dict[str, object]:
        """The error for programs.

        Args:
            value: what the file has at the error's path; a name that is wrong itself goes first.
        """
        return {
            "line": self.line,
            "key": ".".join(brief(key) for key in self.path if isinstance(key, str)),
            "value": self.wrong or (value if isinstance(value, str) else None),
            "message": self.text,
            "nearest": self.meant or None,
        }

    def _hint(self) -> str:
        if meant := self.meant:
            return f"; nearest: {meant}"
        return f"; {self.otherwise}" if self.otherwise else ""


def problem_lines(problems: Iterable[Problem]) -> tuple[str, ...]:
    """The problems as text, in the order of their lines; beyond 500 only counted."""
    found = tuple(problems)
    lines = tuple(map(str, by_line(found)))
    rest = len(found) - len(lines)
    return (*lines, f"and {count(rest)} more, not shown") if rest else lines


def by_line(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """The first 500 of the problems, in the order of their lines."""
    return tuple(sorted(problems, key=attrgetter("line"))[:_REPORTED])


def shown(value: object) -> str:
    """A value of the file as an error's text shows it: one printable line, cut at 80 characters."""
    match value:
        case None:
            return "an empty value"
        case list():
            return "a list"
        case dict():
            return "a mapping"
        case _:
            return f'"{_plain(str(value))}"'


def brief(text: str) -> str:
    """A text, cut at 80 characters: what a file says once may be told 500 times."""
    return text if len(text) <= _SHOWN else text[:_SHOWN] + "…"


def _plain(text: str) -> str:
    cut = brief(text)
    return cut if cut.isprintable() else json.dumps(cut)[1:-1]
