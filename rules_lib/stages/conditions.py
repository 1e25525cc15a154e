"""Whether a rule may drop by what it says of itself: each condition of `drop_when` alone."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Final, TypeAlias

from rules_lib.model import Mode
from rules_lib.reading.metadata import CONFIDENCE, SEVERITY, metadata_values
from rules_lib.why import Condition

if TYPE_CHECKING:
    from rules_lib.allowlist import DropWhen
    from rules_lib.allowlist.drop_when import MetadataValues
    from rules_lib.model import Rule

_SAME: Final = str.maketrans("- ", "__")
"""ET writes CVE_2021_44228 and Client_Endpoint; people write CVE-2021-44228."""


Traits: TypeAlias = tuple[tuple[str, ...], ...]
"""What a rule has of each condition, in the order of `conditions_of`; empty where it lacks it."""


def traits_of(rule: Rule, asked: DropWhen) -> Traits:
    """All of a rule that conditions look at: rules of a category share it, so it is judged once."""
    found = [metadata_of(rule, key) for key in asked.values]
    found += [_day_of(rule, key) for key in asked.days]
    if asked.not_msg:
        found.append(_said(rule.msg, asked.not_msg))
    return tuple(found)


def conditions_of(traits: Traits, asked: DropWhen) -> tuple[Condition, ...]:
    """Judge what a rule has by each condition alone; it may drop where all of them hold."""
    left = iter(traits)
    return (
        *(
            _of_values(key, asked.values[key], next(left), asked.without(key))
            for key in asked.values
        ),
        *(_of_day(key, asked.days[key], next(left), asked.without(key)) for key in asked.days),
        *(_of_words(asked.not_msg, said) for said in left),
    )


def has_all(rule: Rule, asked: MetadataValues) -> bool:
    """Whether a rule's metadata have a value that is asked for under every key."""
    return all(_any_of(metadata_of(rule, key), values) for key, values in asked.values.items())


@lru_cache(maxsize=4096)
def _of_values(key: str, wanted: frozenset[str], has: tuple[str, ...], without: Mode) -> Condition:
    """Judge a key of the metadata; many rules have the same of it, and share what is found."""
    holds = _any_of(has, wanted) if has else without is Mode.DROP
    return Condition(key, tuple(sorted(wanted)), has, holds, without)


@lru_cache(maxsize=16_384)
def _of_day(key: str, wanted: str, dated: tuple[str, ...], without: Mode) -> Condition:
    """Judge a key that asks for a day; shared likewise."""
    holds = dated[0] > wanted if dated else without is Mode.DROP
    return Condition(key, (wanted,), dated, holds, without)


@lru_cache(maxsize=1024)
def _of_words(unwanted: frozenset[str], said: tuple[str, ...]) -> Condition:
    """Judge by the words that a msg says; shared likewise."""
    return Condition("not_msg", tuple(sorted(unwanted)), said, not said)


def metadata_of(rule: Rule, key: str) -> tuple[str, ...]:
    """What a rule's metadata say under a key; of severities and confidences the highest counts."""
    known = rule.severity if key == SEVERITY else rule.confidence if key == CONFIDENCE else ""
    return (known,) if known else metadata_values(rule.text, key)


def same(value: str) -> str:
    """A value of the metadata as it is compared: letter case and `-`, `_`, space do not count."""
    return value.casefold().translate(_SAME)


def _any_of(has: tuple[str, ...], wanted: frozenset[str]) -> bool:
    if not wanted.isdisjoint(has):
        return True
    return not {same(value) for value in wanted}.isdisjoint(map(same, has))


def _day_of(rule: Rule, key: str) -> tuple[str, ...]:
    """The day of which a key asks, as 2019-01-31; none where the rule does not give it."""
    day = rule.updated_at if key == "updated_after" else rule.created_at
    return (day.replace("_", "-"),) if day else ()


def _said(msg: str, words: frozenset[str]) -> tuple[str, ...]:
    """Those of the words that a msg says, as it writes them; most say none, which is soon seen."""
    plain = _lowered(words)
    if plain and msg.isascii():
        lowered = msg.lower()
        for word in plain:  # `any` takes twice the time
            if word in lowered:
                break
        else:
            return ()
    return tuple(dict.fromkeys(_words(words).findall(msg)))


@lru_cache(maxsize=64)
def _lowered(words: frozenset[str]) -> tuple[str, ...]:
    """In lower case; none where a letter beyond ASCII may be another one's capital."""
    return tuple(map(str.lower, words)) if all(map(str.isascii, words)) else ()


@lru_cache(maxsize=64)
def _words(words: frozenset[str]) -> re.Pattern[str]:
    """Whole words, so that Likely is not found in Unlikely."""
    either = "|".join(map(re.escape, sorted(words, key=len, reverse=True)))
    return re.compile(rf"(?<!\w)(?:{either})(?!\w)", re.IGNORECASE)
