"""One error of the file: its line, the key's path, the value, and what to do."""

from __future__ import annotations

import json
from dataclasses import dataclass
from operator import attrgetter
from typing import TYPE_CHECKING, Final

from rules_lib.allowlist.names import nearest

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

Path = tuple[str | int, ...]
"""Where a value stands: keys, and positions in lists from 0."""

_REPORTED: Final = 500  # nobody reads more, and a hostile file could make it a million
_SHOWN: Final = 80  # characters of a value


@dataclass(frozen=True, slots=True)
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

    def _hint(self) -> str:
        meant = nearest(self.wrong, self.choices) if self.wrong else ""
        if meant:
            return f"; nearest: {meant}"
        return f"; {self.otherwise}" if self.otherwise else ""


def report(problems: Iterable[Problem]) -> tuple[str, ...]:
    """The problems as text, in the order of their lines; beyond 500 only counted."""
    ordered = sorted(problems, key=attrgetter("line"))
    lines = tuple(str(problem) for problem in ordered[:_REPORTED])
    rest = len(ordered) - len(lines)
    return (*lines, f"and {rest} more, not shown") if rest else lines


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


def _plain(text: str) -> str:
    cut = text if len(text) <= _SHOWN else text[:_SHOWN] + "…"
    return cut if cut.isprintable() else json.dumps(cut)[1:-1]
