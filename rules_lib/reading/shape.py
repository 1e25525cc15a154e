"""What the names of a rule's options say, whatever their values are.

A feed repeats itself: its rules have few different sequences of options, so each is looked at once.
"""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from functools import lru_cache
from sys import intern
from typing import Final, NamedTuple

from rules_lib.facts import suricata
from rules_lib.facts.vocabulary import GEOIP
from rules_lib.model import NumberedOption
from rules_lib.reading.requires import REQUIRES
from rules_lib.reading.ties import TYING

REMOVED_OPTIONS: Final = frozenset({"priority", "classtype", "gid"})
"""Options that no strict-order group takes."""

_ONCE: Final = ("sid", "rev", "msg")
_QUALIFIED: Final = (
    frozenset({"tag", "xbits", "hostbits", GEOIP, REQUIRES}) | suricata.MD5_LIKE | suricata.NO_SPACE
)
_SILENCING: Final = (TYING - {"flowint"}) | {"noalert"}
_LOUD: Final = _SILENCING | {"alert"}
"""With the option that lets a rule speak which another has silenced."""


class Shape(NamedTuple):
    """Which options a rule has, and which of them, counted from 0, carry facts.

    Attributes:
        keywords: all names, in lower case.
        twice: a name that may stand once and stands more often; empty where there is none.
        sid: None where there is none, as with `rev` and `msg`.
        ties: those that tie it to other rules.
        qualified: those whose value decides whether the service supports them.
        silent: those that silence the rule, or may, or let it alert again.
        unwanted: those that must go, whatever their value is.
        behind_base64: `fast_pattern`s of contents that are looked for in base64_data.
    """

    keywords: frozenset[str]
    twice: str
    sid: int | None
    rev: int | None
    msg: int | None
    metadata: tuple[int, ...]
    ties: tuple[int, ...]
    classtype: tuple[int, ...]
    qualified: tuple[int, ...]
    unwanted: tuple[NumberedOption, ...]
    silent: tuple[int, ...]
    behind_base64: tuple[int, ...]


@lru_cache(maxsize=2048)  # rules that are alike stand together: more would find no more
def shape_of(written: str) -> Shape:
    """Look at the names of a rule's options, in their order; none of them has a space.

    Args:
        written: the names with spaces between: kept are one text and not twenty.
    """
    names = list(map(intern, written.lower().split()))
    keywords = _shared(frozenset(names))
    return Shape(
        keywords=keywords,
        twice=next((name for name in _ONCE if names.count(name) > 1), ""),
        sid=_last(names, "sid"),
        rev=_last(names, "rev"),
        msg=_last(names, "msg"),
        metadata=_places(names, {"metadata"}, keywords),
        ties=_places(names, TYING, keywords),
        classtype=_places(names, {"classtype"}, keywords),
        qualified=_places(names, _QUALIFIED, keywords),
        unwanted=_unwanted(written, _places(names, REMOVED_OPTIONS, keywords)),
        silent=_places(names, _LOUD, keywords) if keywords & _SILENCING else (),
        behind_base64=tuple(_behind_base64(names)) if "base64_data" in keywords else (),
    )


def _places(
    names: list[str], wanted: AbstractSet[str], keywords: AbstractSet[str]
) -> tuple[int, ...]:
    """Where any of some names stand; most rules have none of them, or one name once."""
    found = keywords & wanted
    if not found:
        return ()
    if len(found) == 1:
        (name,) = found
        if names.count(name) == 1:
            return (names.index(name),)
    return tuple([place for place, name in enumerate(names) if name in found])


def _unwanted(written: str, places: tuple[int, ...]) -> tuple[NumberedOption, ...]:
    names = written.split() if places else []
    return _shared_options(tuple([NumberedOption(intern(names[place]), place) for place in places]))


def _behind_base64(names: list[str]) -> Iterator[int]:
    """`fast_pattern` is about the last content; base64_data ends at pkt_data alone."""
    inside, about = False, False
    for place, name in enumerate(names):
        if name in {"base64_data", "pkt_data"}:
            inside = name == "base64_data"
        elif name == "content":
            about = inside
        elif name == "fast_pattern" and about:
            yield place


def _last(names: list[str], name: str) -> int | None:
    if name not in names:
        return None
    return len(names) - 1 - names[::-1].index(name)


@lru_cache(maxsize=32_768)
def _shared(keywords: frozenset[str]) -> frozenset[str]:
    """The same set for all shapes that differ in the options' order alone."""
    return keywords


@lru_cache(maxsize=1024)
def _shared_options(options: tuple[NumberedOption, ...]) -> tuple[NumberedOption, ...]:
    """The same options for all shapes that have these."""
    return options
