"""The value of a `requires` option -> what it asks of the engine, read as the engine reads it.

Read from Suricata's rust/src/detect/requires.rs (July 2026), and measured with 7.0.10 and 8.0.8.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from functools import lru_cache
from typing import Final, NamedTuple, TypeAlias

from rules_lib.reading.rule import RuleSyntaxError

REQUIRES: Final = "requires"
"""Name of the option."""

EngineVersion: TypeAlias = tuple[int, int, int]
Bound: TypeAlias = tuple[str, EngineVersion]
"""A comparison and a version: `>=` and 8.0.3."""

_ENTRY: Final = re.compile(r"[ \t\r\n]*([\w-]*)[ \t\r\n]*([^,]*)[,\s]*")
_NUMBER: Final = r"(\+?[0-9]+)"
_BOUND: Final = re.compile(
    r"[ \t\r\n]*(>=|>|<=|<)[ \t\r\n]*"
    rf"{_NUMBER}(?:\.{_NUMBER}(?:\.{_NUMBER}(?=[.\- ]|\Z)|(?=[ ]|\Z))|(?=[ ]|\Z))"
)
_KNOWN: Final = frozenset({"feature", "keyword", "version"})
_OR: Final = re.compile(r"[ \t\r\n]*\|")
_NUMBER_MAX: Final = 255


class Requires(NamedTuple):
    """What one `requires` option asks for: all of it must be given.

    Attributes:
        features: that the engine must have been built and configured with.
        keywords: that it must know, by their own names; an alias is none.
        versions: of these one must hold, with all its bounds; none where no version is asked for.
        version: the same as written.
        unknown: what the engine does not understand, so that it never meets it.
    """

    features: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()
    versions: tuple[tuple[Bound, ...], ...] = ()
    version: str = ""
    unknown: tuple[str, ...] = ()


@lru_cache(maxsize=1024)
def read_requires(value: str) -> Requires:
    """Read the value, which has no white space around it.

    Raises:
        RuleSyntaxError: it is empty or quoted, has a version that cannot be read, or a second one;
            the engine would refuse the rule aloud, whatever its own version is.
    """
    if not value:
        raise RuleSyntaxError(f"its {REQUIRES} has no value")
    if value.startswith('"'):
        raise RuleSyntaxError(f"requires:{value[:40]} is quoted, which the engine refuses")
    asked: dict[str, list[str]] = defaultdict(list)
    for name, given in _entries(value):
        known = name in _KNOWN
        asked[name if known else ""].append(given.strip() if known else f"{name} {given}".strip())
    versions = tuple(tuple(_alternatives(text)) for text in asked["version"])
    if len(versions) > 1 or () in versions:
        raise RuleSyntaxError(f"{REQUIRES}:{value[:40]} has no version, or two of them")
    return Requires(
        features=tuple(asked["feature"]),
        keywords=tuple(asked["keyword"]),
        versions=next(iter(versions), ()),
        version=next(iter(asked["version"]), ""),
        unknown=tuple(asked[""]),
    )


def _entries(value: str) -> Iterator[tuple[str, str]]:
    at = 0
    while at < len(value) and (match := _ENTRY.match(value, at)):
        at = match.end()
        yield match[1], match[2]


def _alternatives(text: str) -> Iterator[tuple[Bound, ...]]:
    """Bounds between `|`; from where one cannot be read, the engine ignores the rest."""
    at = 0
    while bounds := tuple(_bounds(text, at)):
        yield tuple(bound for bound, _ in bounds)
        following = _OR.match(text, bounds[-1][1])
        if not following:
            return
        at = following.end()


def _bounds(text: str, at: int) -> Iterator[tuple[Bound, int]]:
    """Bounds that stand one behind the other, each with its end."""
    while match := _BOUND.match(text, at):
        major, minor, patch = (int(part or 0) for part in match.groups()[1:])
        if max(major, minor, patch) > _NUMBER_MAX:
            return
        at = match.end()
        yield (match[1], (major, minor, patch)), at
