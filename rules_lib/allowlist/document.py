"""The file as read: its texts as they were written, and the line of each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from rules_lib.allowlist.problem import Path, Problem

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

Tree: TypeAlias = "str | list[Tree] | dict[str, Tree] | None"


@dataclass(frozen=True, slots=True)
class Document:
    """The file as read.

    Attributes:
        root: the mapping; None where the file could not be read to its end.
        lines: where each key (in a list: each value) stands, from 1.
        problems: errors of the YAML itself.
        refused: places of values that are among the problems, so not to be judged again.
    """

    root: dict[str, Tree] | None
    lines: Mapping[Path, int]
    problems: tuple[Problem, ...]
    refused: frozenset[Path]

    def at(self, *path: str | int) -> Tree:
        """The value at `path`; None where there is none."""
        tree: Tree = self.root
        for key in path:
            match tree, key:
                case dict(), str():
                    tree = tree.get(key)
                case list(), int() if key < len(tree):
                    tree = tree[key]
                case _:
                    return None
        return tree

    def mapping(self, *path: str | int) -> dict[str, Tree]:
        """The mapping at `path`; empty where there is none."""
        tree = self.at(*path)
        return tree if isinstance(tree, dict) else {}

    def problem(self, path: Path, text: str, **hint: Any) -> Problem:
        """An error at `path`, which must be one that the file has."""
        return Problem(self.lines[path], path, text, **hint)

    def key_problem(self, path: Path, text: str, **hint: Any) -> Problem:
        """An error of the key at `path` itself: told under the mapping in which it stands."""
        return Problem(self.lines[path], path[:-1], text, **hint)

    def is_judged(self, problem: Problem) -> bool:
        """Whether the problem is about a value that was refused, so follows from that."""
        ends = range(1, len(problem.path) + 1)
        return any(problem.path[:end] in self.refused for end in ends)

    def problems_with(self, found: Iterable[Problem]) -> tuple[Problem, ...]:
        """All that is wrong with the file: its form, and what was found that does not follow."""
        return (*self.problems, *(one for one in found if not self.is_judged(one)))
