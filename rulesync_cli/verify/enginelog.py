"""What the engine says while it loads rules: whom it refuses, and why."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from rules_lib.reading.rule import sid_of

_REFUSED: Final = re.compile(
    r'error parsing signature "(.*)" from file .* at line (\d+)', re.DOTALL
)
_REFUSED_IN_PART: Final = "error parsing signature"
"""Suricata 7 writes 2,048 bytes of what it says, or nothing where that would cut a character."""
_WORDLESS: Final = re.compile(r'"log_level":"Error".*"engine":\{"thread_name".*"module":"detect"\}')
_ABOUT: Final = re.compile(r"rule (\d+): (.*)", re.DOTALL)
_LOADED: Final = re.compile(r"(\d+) rules successfully loaded")
_SKIPPED: Final = re.compile(r"(\d+) rules skipped")
_REPLACED: Final = re.compile(
    r'Signature with newer revision, so the older sig replaced by this new signature "(.*)"',
    re.DOTALL,
)
_UNMET: Final = "Suricata did not meet the rule requirements: "
_PLAIN: Final = re.compile(r"(Error|Warning|Notice|Info|Perf|Config|Debug): (?:[\w-]+: )?(.*)")
_OF_NONE: Final = re.compile(r"\d+ rule files specified, but no rules were loaded!")
_FOLLOWS: Final = "Loading signatures failed."


@dataclass(frozen=True, slots=True)
class EngineRefusal:
    """A rule that the engine does not load.

    Attributes:
        line: in the group's text, from 1; 0 where the engine does not tell which rule it is.
        sid: None where none can be read.
        words: the engine's own.
        rule: its text.
    """

    line: int
    sid: int | None
    words: str
    rule: str


@dataclass(frozen=True, slots=True)
class EngineLog:
    """What the engine said, by what it means.

    Attributes:
        loaded: how many rules.
        warnings: of rules that are loaded.
        errors: that name no rule.
        skipped: how many rules, since they require what the engine has not.
        unmet: what they require.
        replaced: rules that took the place of an earlier one with the same sid.
    """

    loaded: int
    refusals: tuple[EngineRefusal, ...]
    warnings: tuple[str, ...]
    errors: tuple[str, ...]
    skipped: int = 0
    unmet: tuple[str, ...] = ()
    replaced: tuple[str, ...] = ()


def messages(output: str) -> Iterator[tuple[str, str]]:
    """The level and the words of each line.

    Before it has read its configuration the engine writes plain text; so does one that crashes.
    """
    for line in output.splitlines():
        try:
            entry = json.loads(line)
            yield entry["log_level"], entry["engine"]["message"]
        except (json.JSONDecodeError, KeyError, TypeError):
            yield _not_whole(line)


def _not_whole(line: str) -> tuple[str, str]:
    """Read a line that is no JSON, or an entry that has no words."""
    plain = _PLAIN.fullmatch(line)
    if plain:
        return plain[1], plain[2]
    cut = line.startswith('{"timestamp"') and (_REFUSED_IN_PART in line or _WORDLESS.search(line))
    return "Error", _REFUSED_IN_PART if cut else line


def _warned(words: str, cause: Sequence[str], warnings: Sequence[str]) -> re.Match[str] | None:
    """The last warning, if it says what is wrong with the rule that these words refuse."""
    whole = _REFUSED.fullmatch(words)
    if cause or not warnings or not (whole or words == _REFUSED_IN_PART):
        return None
    about = _ABOUT.fullmatch(warnings[-1])
    return about if about and (not whole or sid_of(whole[1]) == int(about[1])) else None


def _refusal(
    words: str, cause: Sequence[str], warned: re.Match[str] | None
) -> EngineRefusal | None:
    """Read which rule is refused; what is wrong with it was said before."""
    whole = _REFUSED.fullmatch(words)
    if not (whole or words == _REFUSED_IN_PART):
        return None
    line, rule = (int(whole[2]), whole[1]) if whole else (0, "")
    if warned:
        return EngineRefusal(line, int(warned[1]), warned[2], rule)
    return EngineRefusal(line, sid_of(rule), "; ".join(cause) or "no cause was given", rule)


def read_log(output: str) -> EngineLog:
    """Read the engine's output, one JSON object a line.

    The engine first says what is wrong, in one message or more, then which rule it is.
    """
    loaded, skipped, cause = 0, 0, list[str]()
    refusals, warnings = list[EngineRefusal](), list[str]()
    unmet, replaced = list[str](), list[str]()
    for level, words in messages(output):
        warned = _warned(words, cause, warnings)
        if refused := _refusal(words, cause, warned):
            refusals.append(refused)
            cause, warnings = [], warnings[:-1] if warned else warnings
        elif newer := _REPLACED.fullmatch(words):
            replaced.append(newer[1])
        elif level == "Warning":
            warnings += () if _OF_NONE.fullmatch(words) else (words,)
        elif level not in {"Info", "Notice", "Perf", "Config", "Debug"}:
            cause.append(words.strip())
        elif counted := _LOADED.search(words):
            loaded = int(counted[1])
            passed_by = _SKIPPED.search(words)
            skipped = int(passed_by[1]) if passed_by else 0
        elif words.startswith(_UNMET):
            unmet.append(words.removeprefix(_UNMET))
    errors = tuple(words for words in cause if words != _FOLLOWS)
    return EngineLog(
        loaded, tuple(refusals), tuple(warnings), errors, skipped, tuple(unmet), tuple(replaced)
    )
