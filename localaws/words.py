"""How the service words a refusal of a rule, and what makes one."""

from __future__ import annotations

from collections.abc import Callable

from localaws.grammar import Rule
from localaws.limits import RULE_SUFFIX
from localaws.terms import Terms

Check = Callable[[Rule, Terms], str | None]
"""Takes a rule and the terms of its group, and answers with the service's message or None."""


def quoted(rule: str) -> str:
    """The rule as the service quotes it: with its own gid before the last parenthesis."""
    head, parenthesis, tail = rule.rpartition(")")
    return f"{head}{RULE_SUFFIX}{parenthesis}{tail}" if parenthesis else rule


def invalid(reason: str, rule: str | None = None) -> str:
    """The service's message about a rule, which it names or does not."""
    named = "" if rule is None else f"rule: {quoted(rule)}, "
    return f"stateful rule is invalid, {named}reason: {reason}"
