"""Valid names, and the one that somebody meant."""

from __future__ import annotations

from difflib import get_close_matches
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

_PREFIX: Final = "emerging-"
_LONGEST: Final = 64  # the time of a comparison grows with the length, and no valid name is longer
_LIKENESS: Final = 0.7  # of 1; at difflib's own 0.6 `false` is like `alert`


@cache
def known_categories() -> frozenset[str]:
    """The categories that ET Open has or has had, from `rules_lib/facts/data/et-categories.txt`."""
    text = files("rules_lib.facts").joinpath("data/et-categories.txt").read_text(encoding="utf-8")
    names = (line.partition("#")[0].strip() for line in text.splitlines())
    return frozenset(name for name in names if name)


def nearest(wrong: str, choices: Collection[str]) -> str:
    """The choice that is most like `wrong`, empty where none is.

    Letter case, the ending `.rules`, and a prefix `emerging-` too many or too few do not count.
    """
    folded = wrong[:_LONGEST].casefold().removesuffix(".rules")
    choice_of = {choice.casefold(): choice for choice in sorted(choices)}
    spelt = (spelling for spelling in _spellings(folded) if spelling in choice_of)
    close = get_close_matches(folded, choice_of, n=1, cutoff=_LIKENESS)
    found = next(spelt, None) or next(iter(close), None)
    return choice_of[found] if found else ""


def _spellings(name: str) -> Iterator[str]:
    yield name
    yield name.removeprefix(_PREFIX)
    yield _PREFIX + name
