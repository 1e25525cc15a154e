"""A question to the service, and an answer to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

ANY_CODE: Final = ""
"""Stands for whatever code an expected refusal has."""

RULE: Final = "{rule}"
"""In an expected answer: the rule that it is about, as the service quotes it."""

OWN_GID: Final = " gid:1234567890;"
"""What the service puts into a rule that it quotes [measured, September 2026]."""

MEASURED: Final = "measured in us-east-1, September 2026"
GUIDE: Final = "AWS developer guide, November 2026"
MODEL: Final = "service model 2020-11-12, botocore 1.44.8"
USERS: Final = "reports of users"
ENGINE: Final = "Suricata 8.0.8, tried"
NOBODY: Final = "assumed; nobody has asked"
"""How a fact is known."""


@dataclass(frozen=True, slots=True)
class ServiceAnswer:
    """What the service says.

    Attributes:
        refusal: its words, or some of them; None where it accepts.
        whole: whether these are all of its words.
        code: of the error that carries them; `ANY_CODE` where it is not known.
        value: what an accepted request is to be looked at for, such as the form of an ARN.
    """

    refusal: str | None = None
    whole: bool = True
    code: str = "InvalidRequestException"
    value: str | None = None

    @property
    def accepted(self) -> bool:
        """Whether the service accepts."""
        return self.refusal is None

    def agrees(self, given: ServiceAnswer) -> bool:
        """Whether an answer that was given is the one that is expected here."""
        if self.refusal is None or given.refusal is None:
            same_value = self.value is None or self.value == given.value
            return self.refusal is given.refusal and same_value
        same = given.refusal == self.refusal if self.whole else self.refusal in given.refusal
        return same and self.code in {given.code, ANY_CODE}


ACCEPTED: Final = ServiceAnswer()


@dataclass(frozen=True, slots=True)
class Probe:
    """One fact of the service, and the dry run that tells whether it is one.

    Attributes:
        id: short, unique; stays the same for ever, as recorded answers go by it.
        fact: in plain words.
        expected: the answer, where the fact holds.
        source: how it is known.
        known: False: it is assumed, and an answer of the service settles it.
        action: of the service, such as `CreateRuleGroup`; empty where no dry run can tell.
        request: its parameters but for the name and DryRun; `<…>` stands for what an account has.
        rule: the rule that an answer may quote.
        observe: the member of an accepted answer whose value is what is asked for.
        plain: id of the probe without what this one asks about. Where that is not accepted, a
            refusal of this one says nothing of the fact.
        unaskable: why no dry run can tell.
    """

    id: str
    fact: str
    expected: ServiceAnswer = ACCEPTED
    source: str = NOBODY
    known: bool = False
    action: str = ""
    request: Mapping[str, Any] = field(default_factory=dict)
    rule: str = ""
    observe: str = ""
    plain: str = ""
    unaskable: str = ""


def echo(rule: str) -> str:
    """The rule as the service quotes it, with its own gid before the last parenthesis."""
    head, parenthesis, tail = rule.rpartition(")")
    return f"{head}{OWN_GID}{parenthesis}{tail}" if parenthesis else rule


def template(words: str, rule: str) -> str:
    """The service's words with `{rule}` where they quote the rule."""
    return words.replace(echo(rule), RULE) if rule else words
