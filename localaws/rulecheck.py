"""The rules of one group, judged: the first refusal, in the service's words, or none."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Final

from localaws.checks import RULE_CHECKS
from localaws.grammar import (
    MalformedRuleError,
    Rule,
    broken_comments,
    parse_rule,
    rule_lines,
)
from localaws.terms import Terms
from localaws.words import invalid, quoted

GroupCheck = Callable[[tuple[Rule, ...], Terms], str | None]

_SETTERS: Final = frozenset({"set", "toggle"})
_REMEMBERED: Final = 256
"""Judgements: a policy's groups are asked about in a dry run, and then written as they are. A probe
has 130 texts judged, some of 30,000 rules, and may come again."""


@lru_cache(maxsize=_REMEMBERED)
def refusal(rules: str, terms: Terms) -> str | None:
    """Judge a rules string: one bad rule refuses the whole group.

    Args:
        rules: The group's rules, one a line; blank lines and comments do not count.
        terms: What they are judged by.

    Returns:
        The service's message about the first bad rule of the text, or None where all are accepted.
    """
    for comment in broken_comments(rules):
        return invalid("Illegal rule syntax", comment)
    parsed: list[Rule] = []
    checks = tuple(terms.enforced(RULE_CHECKS))
    for text in rule_lines(rules):
        try:
            rule = parse_rule(text)
        except MalformedRuleError as error:
            return invalid(str(error), text)
        for check in checks:
            if message := check(rule, terms):
                return message
        parsed.append(rule)
    group = tuple(parsed)
    messages = (check(group, terms) for check in terms.enforced(GROUP_CHECKS))
    return next((message for message in messages if message), None)


def sids_are_unique(rules: tuple[Rule, ...], _: Terms) -> str | None:
    """A sid stands once in a group; over several groups the service does not look."""
    seen: set[str] = set()
    for rule in rules:
        sid = rule.values("sid")[0] if "sid" in rule.keywords else rule.text
        if sid in seen:
            return invalid(f'Duplicate signature "{quoted(rule.text)}"')
        seen.add(sid)
    return None


def flowbits_are_set_in_the_group(rules: tuple[Rule, ...], terms: Terms) -> str | None:
    """Reported by users, unconfirmed, so only on demand; the words are this package's own."""
    if not terms.strictness.setters_in_group:
        return None
    bits = frozenset(bit for rule in rules for names in _flowbits(rule, _SETTERS) for bit in names)
    for rule in rules:
        for names in _flowbits(rule, frozenset({"isset"})):
            if bits.isdisjoint(names):
                return invalid(f"flowbit {names[0]} is checked but not set", rule.text)
    return None


def _flowbits(rule: Rule, commands: frozenset[str]) -> Iterator[tuple[str, ...]]:
    """The bits that each flowbits option with one of these commands names.

    `a|b` names two at once, either of which will do; to the engine `a&b` is one bit's name.
    """
    for value in rule.values("flowbits"):
        command, _, names = value.partition(",")
        if command.strip().lower() in commands:
            yield tuple(name.strip() for name in names.split("|"))


GROUP_CHECKS: Final[tuple[GroupCheck, ...]] = (sids_are_unique, flowbits_are_set_in_the_group)
