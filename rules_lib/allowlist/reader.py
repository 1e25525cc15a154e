"""YAML, taken as hostile, into texts and lines.

Every scalar stays the text that stands in the file. So `off` is "off" and not False, as a value and
as a key, `no` is not taken for `off`, and the port range `22:23` is not a number in base 60. Tags,
anchors and aliases are refused: nothing here needs them, and they are how YAML does harm.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final

import yaml

from rules_lib.allowlist.document import Document, Tree
from rules_lib.allowlist.events import UnreadableError, events_of, start_line
from rules_lib.allowlist.problem import Path, Problem, shown

if TYPE_CHECKING:
    from collections.abc import Iterator

DEPTH_MAX: Final = 8
"""Nesting; the deepest valid value, an entry of `drop_when`'s lists, stands at 5."""

KEY_MAX: Final = 512
"""Characters of a key; a file's name, which one may be, has at most 255."""

_SMALLEST: Final = "version: 1"
_NULLS: Final = frozenset({"", "~", "null", "Null", "NULL"})
_ASIDE: Final = -1  # in a path: what stands below is read, since it may have errors, but not kept


@lru_cache(maxsize=4)
def read_document(text: str | bytes, smallest: str = _SMALLEST) -> Document:
    """Read the file; raises nothing, every error is in the document's `problems`.

    The same file is asked for again by whoever wants its lines.

    Args:
        text: the file, UTF-8 where it is bytes.
        smallest: a valid file, as an example for whoever has an empty one.
    """
    reader = _Reader(events_of(text), f"the smallest valid file is: {smallest}")
    root = None
    try:
        root = reader.root()
    except UnreadableError as error:
        reader.problems.append(error.problem)
    return Document(root, reader.lines, tuple(reader.problems), frozenset(reader.refused))


class _Reader:
    """Builds the tree from the events of one file."""

    def __init__(self, events: Iterator[yaml.Event], advice: str) -> None:
        self._events, self._advice = events, advice
        self.lines: dict[Path, int] = {}
        self.problems: list[Problem] = []
        self.refused: set[Path] = set()

    def root(self) -> dict[str, Tree]:
        next(self._events)
        if isinstance(next(self._events), yaml.StreamEndEvent):
            raise UnreadableError(1, f"the file is empty; {self._advice}")
        event = next(self._events)
        tree = self._value(event, ())
        next(self._events)
        self._expect_end(next(self._events))
        if isinstance(tree, dict):
            return tree
        what = "is empty" if tree is None else f"is {shown(tree)}, not a mapping of keys to values"
        raise UnreadableError(start_line(event), f"the file {what}; {self._advice}")

    def _expect_end(self, event: yaml.Event) -> None:
        if not isinstance(event, yaml.StreamEndEvent):
            raise UnreadableError(start_line(event), "a second document starts here; keep one")

    def _value(self, event: yaml.Event, path: Path) -> Tree:
        if len(path) > DEPTH_MAX:
            raise UnreadableError(start_line(event), f"nested more than {DEPTH_MAX} levels deep")
        self.lines.setdefault(path, start_line(event))
        fault = _fault_of(event)
        if fault:
            self._problem(event, path[:-1] if path[-1:] == (_ASIDE,) else path, fault)
            self.refused.add(path)
        match event:
            case yaml.MappingStartEvent():
                return self._mapping(path)
            case yaml.SequenceStartEvent():
                return self._sequence(path)
            case yaml.ScalarEvent(value=str(text)):
                return None if event.style is None and text in _NULLS else text
        return None  # an alias

    def _sequence(self, path: Path) -> list[Tree]:
        entries: list[Tree] = []
        while not isinstance(event := next(self._events), yaml.SequenceEndEvent):
            entries.append(self._value(event, (*path, len(entries))))
        return entries

    def _mapping(self, path: Path) -> dict[str, Tree]:
        entries: dict[str, Tree] = {}
        seen: dict[str, int] = {}
        while not isinstance(event := next(self._events), yaml.MappingEndEvent):
            key = self._key(event, path, seen)
            place = (*path, _ASIDE if key is None else key)
            self.lines.setdefault(place, start_line(event))
            value = self._value(next(self._events), place)
            if key is not None:
                entries[key] = value
        return entries

    def _key(self, event: yaml.Event, path: Path, seen: dict[str, int]) -> str | None:
        """The key's text; None for one that is not to be kept."""
        read = self._value(event, (*path, _ASIDE))
        if _fault_of(event):
            return None
        if not isinstance(event, yaml.ScalarEvent):
            self._problem(event, path, f"a key must be a name, not {shown(read)}")
            return None
        key = str(event.value)
        if key in seen:
            text = f"{shown(key)} is there twice, first on line {seen[key]}; keep one of them"
            self._problem(event, path, text)
            return None
        seen[key] = start_line(event)
        if len(key) > KEY_MAX:
            self._problem(event, path, f"{shown(key)} is longer than any key, {KEY_MAX} characters")
            return None
        return key

    def _problem(self, event: yaml.Event, path: Path, text: str) -> None:
        self.problems.append(Problem(start_line(event), path, text))


def _fault_of(event: yaml.Event) -> str:
    """Why a value, or a key, may not stand in the file; empty where it may."""
    anchor = getattr(event, "anchor", None)
    tag = getattr(event, "tag", None)
    text = getattr(event, "value", "")
    if isinstance(event, yaml.AliasEvent):
        return f"{shown(f'*{anchor}')} is an alias; write the value itself"
    if anchor:
        return f"{shown(f'&{anchor}')} is an anchor; remove it"
    if tag:
        return f"{shown(tag)} is a YAML tag; put a value that starts with ! in quotes"
    return "" if text.isprintable() else f"{shown(text)} has a character that cannot be printed"
