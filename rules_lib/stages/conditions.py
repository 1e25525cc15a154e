"""Whether a rule may drop by what it says of itself: each condition of `drop_when` alone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from rules_lib.model import Mode
from rules_lib.reading.metadata import CONFIDENCE, DATE, SEVERITY, metadata_values

if TYPE_CHECKING:
    from rules_lib.allowlist import DropWhen
    from rules_lib.model import Rule

_SAME: Final = str.maketrans("- ", "__")
"""ET writes CVE_2021_44228 and Client_Endpoint; people write CVE-2021-44228."""


@dataclass(frozen=True, slots=True)
class Condition:
    """One key of `drop_when`, as it is with one rule.

    Attributes:
        key: of `drop_when`.
        wanted: what is asked for: values, a day, or the words that must not be there.
        has: what the rule has of it; empty where it lacks the key.
        holds: the rule may drop, as far as this goes.
        without: what a rule becomes that lacks the key; None where a lack is nothing special.
    """

    key: str
    wanted: tuple[str, ...]
    has: tuple[str, ...]
    holds: bool
    without: Mode | None = None

    def __str__(self) -> str:
        """What is so with the rule, in plain words."""
        has, wanted = ", ".join(self.has), ", ".join(self.wanted)
        match self.key:
            case "not_msg":
                return f"msg says {has}" if has else f"msg says none of {wanted}"
            case _ if not self.has:
                return f"{self.key} is not given (`missing: {self.without}`)"
            case "created_after" | "updated_after":
                said = self.key.replace("_", " ")
                return f"{said} {wanted}" if self.holds else f"not {said} {wanted}"
        return f"{self.key} is {has}" + ("" if self.holds else f", asked for: {wanted}")


def conditions_of(rule: Rule, asked: DropWhen) -> Iterator[Condition]:
    """Judge a rule by each condition alone; it may drop where all of them hold."""
    for key, values in asked.values.items():
        has = metadata_of(rule, key)
        without = asked.without(key)
        holds = _any_of(has, values) if has else without is Mode.DROP
        yield Condition(key, tuple(sorted(values)), has, holds, without)
    for key, day in asked.days.items():
        dated = _day_of(rule, key)
        holds = dated > day if dated else asked.without(key) is Mode.DROP
        yield Condition(key, (day,), (dated,) if dated else (), holds, asked.without(key))
    if asked.not_msg:
        said = tuple(dict.fromkeys(_words(asked.not_msg).findall(rule.msg)))
        yield Condition("not_msg", tuple(sorted(asked.not_msg)), said, not said)


def metadata_of(rule: Rule, key: str) -> tuple[str, ...]:
    """What a rule's metadata say under a key; of severities and confidences the highest counts."""
    known = {SEVERITY: rule.severity, CONFIDENCE: rule.confidence}.get(key)
    return (known,) if known else metadata_values(rule.text, key)


def same(value: str) -> str:
    """A value of the metadata as it is compared: letter case and `-`, `_`, space do not count."""
    return value.casefold().translate(_SAME)


def _any_of(has: tuple[str, ...], wanted: frozenset[str]) -> bool:
    if not wanted.isdisjoint(has):
        return True
    return not {same(value) for value in wanted}.isdisjoint(map(same, has))


def _day_of(rule: Rule, key: str) -> str:
    """The day of which a key asks, as 2019-01-31; empty where the rule does not give it."""
    if key == "updated_after":
        return rule.updated_at.replace("_", "-")
    days = filter(DATE.fullmatch, metadata_values(rule.text, "created_at"))
    return min(days, default="").replace("_", "-")


@lru_cache(maxsize=64)
def _words(words: frozenset[str]) -> re.Pattern[str]:
    """Whole words, so that Likely is not found in Unlikely."""
    either = "|".join(map(re.escape, sorted(words, key=len, reverse=True)))
    return re.compile(rf"(?<!\w)(?:{either})(?!\w)", re.IGNORECASE)
