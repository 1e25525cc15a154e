"""What is wrong with a passage: words to avoid, long sentences, what proselint knows."""

from __future__ import annotations

import re
import tomllib
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import accumulate
from pathlib import Path
from typing import Any, Final

from proselint.checks import __register__
from proselint.registry import CheckRegistry
from proselint.tools import LintFile

from scripts.prose.passages import Passage

MOST_WORDS: Final = 30
"""Words of a sentence; code and values count as one."""

WORDS: Final = Path(__file__).with_name("words.toml")

_END: Final = re.compile(r"(?<=[.!?:;])\s+(?=[\w`*\"'(])")
_WORD: Final = re.compile(r"[\w`][\w`'.,/-]*")
_NOT_OURS: Final = (
    "typography",  # straight quotes are what a terminal and a file have
    "lexical_illusions",  # `any any` is a rule
    "spelling",  # it takes the verb resume for a document
    "annotations",
    "dates_times",
    "misc.capitalization",  # a file may be called monday
    "restricted",
)
"""Checks of proselint that know nothing of this field."""


@cache
def banned() -> tuple[tuple[re.Pattern[str], str], ...]:
    """Each phrase to avoid, and what to write."""
    lists = tomllib.loads(WORDS.read_text(encoding="utf-8"))
    return tuple(
        (re.compile(rf"(?<![\w`])(?:{phrase})(?![\w`])", re.IGNORECASE), use)
        for words in lists.values()
        for phrase, use in words.items()
    )


def faults(passages: Sequence[Passage]) -> Iterator[tuple[Passage, str]]:
    """What is wrong with the passages of a file, one line each."""
    suspects = _suspects([passage.text for passage in passages])
    for number, passage in enumerate(passages):
        yield from ((passage, fault) for fault in _avoidable(passage))
        if number in suspects:
            yield from ((passage, fault) for fault in _known_elsewhere(passage.text))


def _avoidable(passage: Passage) -> Iterator[str]:
    for pattern, use in banned():
        if found := pattern.search(passage.text):
            yield f'"{found[0]}": {use}'
    if passage.whole:
        yield from _long(passage.text)


def _long(text: str) -> Iterator[str]:
    for sentence in _END.split(text):
        if (number := len(_WORD.findall(sentence))) > MOST_WORDS:
            yield f'a sentence of {number} words, at most {MOST_WORDS}: "{sentence[:60]}…"'


def _suspects(texts: Sequence[str]) -> frozenset[int]:
    """The texts that proselint must read one by one, as it finds something in all of them at once.

    To begin a text costs it more than to read one. Each is between line breaks here as if it were
    alone, so nothing of what is found in it alone is missed. What spans two texts, or what one has
    between quotation marks, is no fault yet.
    """
    framed = [f"\n{text}\n" for text in texts]
    whole, ends = "".join(framed), list(accumulate(map(len, framed)))
    spans = (found.span for check in _checks() for found in check.check_with_flags(whole))
    return frozenset(
        number
        for first, last in spans
        for number in range(bisect_right(ends, first), bisect_left(ends, last) + 1)
    )


def _known_elsewhere(text: str) -> Iterator[str]:
    _checks()
    for found in LintFile("passage", text).lint():
        yield f"{found.check_result.message} (proselint: {found.check_result.check_path})"


@cache
def _checks() -> list[Any]:
    """Our checks of proselint, which it would look for anew in every text."""
    registry: Any = CheckRegistry()
    registry.register_many(__register__)
    ours = [one for one in registry.get_all_enabled() if not one.path.startswith(_NOT_OURS)]
    registry.get_all_enabled = lambda _: ours
    return ours
