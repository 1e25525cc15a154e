"""Ways to say what one rule of a Classic group in strict order is a probe of."""

from __future__ import annotations

from typing import Any, Final

from rulesync_cli.probing.requests import classic
from rulesync_cli.probing.values import (
    ACCEPTED,
    GUIDE,
    MEASURED,
    NOBODY,
    RULE,
    Probe,
    ServiceAnswer,
)

NAMED: Final = f"stateful rule is invalid, rule: {RULE}, reason: "
"""How an answer begins that says which rule it is about."""

PLAIN_PROBE: Final = "arn-classic"
"""A rule that nothing is wrong with."""


def measured_rule(name: str, fact: str, text: str, refusal: str | None, **more: Any) -> Probe:
    """A fact that was seen at the service."""
    return rule_probe(name, fact, text, ServiceAnswer(refusal), MEASURED, known=True, **more)


def open_question(
    name: str, fact: str, text: str, assumed: ServiceAnswer = ACCEPTED, source: str = NOBODY
) -> Probe:
    """A fact that nobody has confirmed."""
    return rule_probe(name, fact, text, assumed, source, known=False)


def documented(
    name: str, fact: str, text: str, expected: ServiceAnswer = ACCEPTED, plain: str = PLAIN_PROBE
) -> Probe:
    """A fact from the developer guide."""
    return rule_probe(name, fact, text, expected, GUIDE, known=True, plain=plain)


def rule_probe(  # noqa: PLR0913 - what a probe is
    name: str, fact: str, text: str, expected: ServiceAnswer, source: str, *, known: bool,
    before: str = "", plain: str = PLAIN_PROBE, **content: Any,
) -> Probe:  # fmt: skip
    """Any other; `before` stands before the rule, and `content` is the rest of the group."""
    return Probe(
        id=name,
        fact=fact,
        expected=expected,
        source=source,
        known=known,
        action="CreateRuleGroup",
        request=classic(before + text, **content),
        rule=text,
        plain=plain,
    )
