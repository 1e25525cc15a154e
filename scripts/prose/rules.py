"""What is wrong with a passage: words to avoid, long sentences, what proselint knows."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from functools import cache
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


def faults(passage: Passage) -> Iterator[str]:
    """What is wrong, one line each."""
    for pattern, use in banned():
        if found := pattern.search(passage.text):
            yield f'"{found[0]}": {use}'
    if passage.whole:
        yield from _long(passage.text)
    yield from _known_elsewhere(passage.text)


def _long(text: str) -> Iterator[str]:
    for sentence in _END.split(text):
        if (number := len(_WORD.findall(sentence))) > MOST_WORDS:
            yield f'a sentence of {number} words, at most {MOST_WORDS}: "{sentence[:60]}…"'


def _known_elsewhere(text: str) -> Iterator[str]:
    _register()
    for found in LintFile("passage", text).lint():
        yield f"{found.check_result.message} (proselint: {found.check_result.check_path})"


@cache
def _register() -> None:
    """Have proselint make our checks alone, which it would look for anew in every text."""
    registry: Any = CheckRegistry()
    registry.register_many(__register__)
    ours = [one for one in registry.get_all_enabled() if not one.path.startswith(_NOT_OURS)]
    registry.get_all_enabled = lambda _: ours
