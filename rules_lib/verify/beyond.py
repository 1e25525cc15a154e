"""What only the service can judge in a rule, and plain Suricata is not asked."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from rules_lib.reading.rule import RuleSyntaxError, split, without

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rules_lib.model import Option
    from rules_lib.verify.loadable import Loadable

_COUNTRIES: Final = "geoip"
_OF_AWS: Final = "aws_"
"""Begin of the keywords that the service has beside Suricata's (developer guide, November 2026)."""


@dataclass(frozen=True, slots=True)
class Unasked:
    """A rule that was not checked, or not all of it.

    Attributes:
        line: from 1.
        sid: None where none can be read.
        words: what was not checked, and why.
        whole: the rule was left out as a whole.
    """

    line: int
    sid: int | None
    words: str
    whole: bool


def within(group: Loadable) -> tuple[Loadable, tuple[Unasked, ...]]:
    """The group as plain Suricata can be asked; its lines keep their numbers.

    `geoip` needs a database of countries, without which Suricata refuses the rule: the rest of the
    rule is asked. A rule with a keyword of AWS is left out, its line is blank.
    """
    looked_at = [_within(line, text) for line, text in enumerate(group.rules, start=1)]
    rules = tuple(text for text, _ in looked_at)
    return replace(group, rules=rules), tuple(found for _, found in looked_at if found)


def _within(line: int, text: str) -> tuple[str, Unasked | None]:
    if _COUNTRIES not in text.lower() and _OF_AWS not in text.lower():
        return text, None
    try:
        options = split(text)[1]
    except RuleSyntaxError:
        return text, None
    ours = [one for one in options if one.name.startswith(_OF_AWS)]
    if ours:
        words = f"plain Suricata does not know {ours[0].name}; the service does"
        return "", Unasked(line, _sid(options), words, whole=True)
    countries = [one for one in options if one.name == _COUNTRIES]
    if not countries:
        return text, None
    words = "its geoip was not checked: plain Suricata needs a database of countries for it"
    return without(text, countries), Unasked(line, _sid(options), words, whole=False)


def _sid(options: Sequence[Option]) -> int | None:
    values = ((one.value or "").strip() for one in options if one.name == "sid")
    return next((int(value) for value in values if value.isdecimal()), None)
