"""What only the service can judge in a rule, and plain Suricata is not asked."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from rules_lib.facts import suricata
from rules_lib.facts.vocabulary import GEOIP, KEYWORDS, OF_AWS
from rules_lib.reading.rule import RuleSyntaxError, reference_names_in, split, without
from rulesync_cli.verify.unaskable import unaskable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rules_lib.model import Option
    from rulesync_cli.verify.loadable import Loadable


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


def within(
    group: Loadable, major: int = suricata.VERSION[0]
) -> tuple[Loadable, tuple[Unasked, ...]]:
    """The group as plain Suricata can be asked; its lines keep their numbers.

    `geoip` needs a database of countries, without which Suricata refuses the rule; no Suricata has
    the service's keywords; and only AWS knows the addresses of a reference set: the rest of such a
    rule is asked, with addresses that stand in for the set. A rule with another word that this
    Suricata lacks, or that may be a buffer for what follows, is left out: its line is blank.

    Args:
        group: with what it declares.
        major: version of the engine that is asked.
    """
    told = [_within(line, text, major) for line, text in enumerate(group.rules, start=1)]
    rules = tuple(group.resolved(text) for text, _ in told)
    return replace(group, rules=rules), tuple(found for _, found in told if found)


def _within(line: int, text: str, major: int) -> tuple[str, Unasked | None]:
    if major == suricata.VERSION[0] and not _may_matter(text):
        return text, None
    try:
        header, options = split(text)
    except RuleSyntaxError:
        return text, None
    beyond = [one for one in options if one.name == GEOIP or (one.name in KEYWORDS and one.value)]
    rest = without(text, beyond)
    if words := unaskable(rest, major):
        return "", Unasked(line, _sid(options), words, whole=True)
    if beyond:
        words = f"its {beyond[0].name} was not checked: {_why(beyond[0].name)}"
        return rest, Unasked(line, _sid(options), words, whole=False)
    if sets := reference_names_in(header):
        words = f"@{sets[0]} is known only to AWS: another address was used"
        return text, Unasked(line, _sid(options), words, whole=False)
    return text, None


def _why(name: str) -> str:
    if name == GEOIP:
        return "plain Suricata needs a database of countries for it"
    return "plain Suricata does not know it; the service does"


def _may_matter(text: str) -> bool:
    return "@" in text or any(word in text.lower() for word in (GEOIP, OF_AWS))


def _sid(options: Sequence[Option]) -> int | None:
    values = ((one.value or "").strip() for one in options if one.name == "sid")
    return next((int(value) for value in values if value.isdecimal()), None)
