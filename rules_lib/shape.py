"""What the names of a rule's options say, whatever their values are.

A feed repeats itself: its rules have few different sequences of options, so each is looked at once.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

UNWANTED: Final = frozenset({"priority", "classtype", "gid"})
"""Options that no strict-order group takes."""

_ONCE: Final = ("sid", "rev", "msg")
_QUALIFIED: Final = frozenset({"tag", "xbits", "hostbits"})
_FACTS: Final = frozenset({*_ONCE, "metadata", "flowbits"}) | UNWANTED | _QUALIFIED


@dataclass(frozen=True, slots=True)
class Shape:
    """Which options a rule has, and which of them, counted from 0, carry facts.

    Attributes:
        keywords: all names, in lower case.
        twice: a name that may stand once and stands more often; empty where there is none.
        sid: None where there is none, as with `rev` and `msg`.
        qualified: those whose value decides whether the service supports them.
        noalert: one is `noalert`.
    """

    keywords: frozenset[str]
    twice: str
    sid: int | None
    rev: int | None
    msg: int | None
    metadata: tuple[int, ...]
    flowbits: tuple[int, ...]
    classtype: tuple[int, ...]
    qualified: tuple[int, ...]
    unwanted: tuple[int, ...]
    noalert: bool


@lru_cache(maxsize=32_768)
def shape_of(written: tuple[str, ...]) -> Shape:
    """Look at the names of a rule's options, in their order."""
    names = tuple(map(str.lower, written))
    places: dict[str, tuple[int, ...]] = {}
    for place, name in enumerate(names):
        if name in _FACTS:
            places[name] = (*places.get(name, ()), place)

    def of(*wanted: str) -> tuple[int, ...]:
        return tuple(sorted(place for name in wanted for place in places.get(name, ())))

    return Shape(
        keywords=_shared(frozenset(names)),
        twice=next((name for name in _ONCE if len(places.get(name, ())) > 1), ""),
        sid=_only(places, "sid"),
        rev=_only(places, "rev"),
        msg=_only(places, "msg"),
        metadata=places.get("metadata", ()),
        flowbits=places.get("flowbits", ()),
        classtype=places.get("classtype", ()),
        qualified=of(*_QUALIFIED),
        unwanted=of(*UNWANTED),
        noalert="noalert" in names,
    )


def _only(places: Mapping[str, tuple[int, ...]], name: str) -> int | None:
    return places[name][-1] if name in places else None


@lru_cache(maxsize=32_768)
def _shared(keywords: frozenset[str]) -> frozenset[str]:
    """The same set for all shapes that differ in the options' order alone."""
    return keywords
