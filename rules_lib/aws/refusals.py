"""Which rules the service refuses: found by dry runs alone, whether it names them or not.

One bad rule refuses the whole group, and the answer names one bad rule or none. A named rule is
taken out and the rest tried again. Otherwise the shortest beginning of the text that is refused is
searched: its last rule is to blame, as the text without it is accepted. A beginning never parts a
rule from the setters of its marks, as those stand before it.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeAlias

from rules_lib.reading.rule import sid_of

if TYPE_CHECKING:
    from rules_lib.model import Converted

Judge: TypeAlias = Callable[[str], str | None]
"""Takes the text of a group; answers with the service's words, or None where it is accepted."""

MOST_REFUSALS: Final = 200
"""Where more rules of one group are refused, something else is wrong with it."""

_NAMED: Final = tuple(
    re.compile(pattern, re.DOTALL)
    for pattern in (r"rule: (.*), reason: ", r"parameter: \[(.*)\]", r'Duplicate signature "(.*)"')
)
_ABOUT_THE_GROUP: Final = ("capacity exceeded", "context: RuleVariables", "validation error")
_BEYOND_DOUBT: Final = 'alert ip any any -> any any (msg:"rulesync"; sid:2147483647;)\n'


@dataclass(frozen=True, slots=True)
class Refusal:
    """A rule that the service refuses.

    Attributes:
        words: the service's own, the rule's text in them shortened to `…`.
    """

    rule: Converted
    words: str


class UnpinnedError(Exception):
    """The group is refused, and no rule of it is to blame; says it in the service's words."""


def find_refusals(rules: Sequence[Converted], judge: Judge) -> tuple[Refusal, ...]:
    """Find every rule that has to go for the group to be accepted.

    Args:
        rules: of one group, in its order.
        judge: one dry run.

    Returns:
        The refused rules in the order in which they were found. A refusal that names its rule costs
        one dry run, another one about log2 of the number of rules.

    Raises:
        UnpinnedError: it is not the rules, or more than `MOST_REFUSALS` are refused.
    """
    left, found, accepted = list(rules), list[Refusal](), 0
    while left and (words := judge(_text(left))) is not None:
        if len(found) == MOST_REFUSALS:
            raise UnpinnedError(f"over {MOST_REFUSALS} rules are refused, the last one: {words}")
        place = _named(words, left)
        if place is None:
            place, words = _hunted(words, left, accepted, judge)
            accepted = place
        accepted = min(accepted, place)
        rule = left.pop(place)
        found.append(Refusal(rule, words.replace(rule.text, "…")))
    return tuple(found)


def _named(words: str, rules: Sequence[Converted]) -> int | None:
    """Where the rule stands that an answer quotes, exactly or with additions of the service."""
    for quoted in _quotes(words):
        for place, rule in enumerate(rules):
            if rule.text == quoted:
                return place
        sid = sid_of(quoted)
        for place, rule in enumerate(rules):
            if rule.sid == sid:
                return place
    return None


def _quotes(words: str) -> Iterator[str]:
    return (match[1] for pattern in _NAMED if (match := pattern.search(words)))


def _hunted(words: str, rules: Sequence[Converted], accepted: int, judge: Judge) -> tuple[int, str]:
    """Search the first bad rule, of which the service only says that there is one.

    Args:
        words: what the service said of all the rules.
        rules: refused together.
        accepted: so many rules of the beginning are known to be accepted.
        judge: one dry run.
    """
    if any(sign in words for sign in _ABOUT_THE_GROUP) or judge(_BEYOND_DOUBT) is not None:
        raise UnpinnedError(words)
    answers = {len(rules): words}

    def refused(length: int) -> bool:
        if length not in answers and (answer := judge(_text(rules[:length]))) is not None:
            answers[length] = answer
        return length in answers

    lengths = range(accepted + 1, len(rules) + 1)
    length = lengths[bisect_left(lengths, True, hi=len(lengths) - 1, key=refused)]
    blamed = rules[length - 1]
    if judge(_text((*_company(rules[: length - 1]), blamed))) is None:
        raise UnpinnedError(words)
    return length - 1, answers[length]


def _company(rules: Iterable[Converted]) -> Iterator[Converted]:
    """The rules that another one may need beside it: those that are tied to others."""
    return (rule for rule in rules if rule.rule.ties)


def _text(rules: Iterable[Converted]) -> str:
    return "".join(f"{rule.text}\n" for rule in rules)
