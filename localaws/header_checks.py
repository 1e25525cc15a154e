"""What the service refuses in a rule's header, or in the rule as a whole: a function each.

The messages are the service's own, as measured in September 2026, unless a check says otherwise.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import chain
from typing import Final

from localaws.grammar import Rule
from localaws.limits import (
    ACTIONS,
    BUILT_IN_VARIABLES,
    REJECT_PROTOCOLS,
    RULE_LENGTH,
    RULE_SUFFIX,
)
from localaws.terms import Terms
from localaws.words import invalid

_VARIABLE: Final = re.compile(r"\$(\w+)")
_REFERENCE: Final = re.compile(r"@(\w+)")
_LIST_SPACE: Final = re.compile(r",\s|\[\s|\s\]")
_APPLICATIONS: Final = frozenset({"http", "dns", "tls", "ssh"})
_APPLICATION_HEADERS: Final = {
    "http": "http",
    "http1": "http",
    "http2": "http",
    **{name: name for name in ("dns", "tls", "ssh", "smtp", "ftp", "smb", "snmp", "sip", "quic")},
}


def action_is_supported(rule: Rule, _: Terms) -> str | None:
    """Only alert, pass, drop and reject are actions; the engine ignores their case."""
    if rule.action.lower() in ACTIONS:
        return None
    return invalid(f"Action {rule.action} is not supported", rule.text)


def reject_is_possible(rule: Rule, _: Terms) -> str | None:
    """A reject answers the sender, which not every protocol allows."""
    if rule.action.lower() != "reject" or rule.base in REJECT_PROTOCOLS:
        return None
    return invalid(f"{rule.protocol} reject is not supported", rule.text)


def variables_are_declared(rule: Rule, terms: Terms) -> str | None:
    """Every variable of the header has a value; `$` in an option is only text."""
    for name in _VARIABLE.findall(f"{rule.source} {rule.destination}"):
        if name not in BUILT_IN_VARIABLES and not terms.addresses.get(name):
            return _undeclared(name, "RuleVariables.IPSets")
    for name in _VARIABLE.findall(f"{rule.source_port} {rule.destination_port}"):
        if not terms.ports.get(name):
            return _undeclared(name, "RuleVariables.PortSets")
    for name in _REFERENCE.findall(f"{rule.source} {rule.destination}"):
        if name not in terms.references:
            return _undeclared(name, "ReferenceSets.IPSetReferences")
    return None


def length_is_allowed(rule: Rule, terms: Terms) -> str | None:
    """The length counts with the declared values in place and what the service appends.

    The service was seen to refuse by it; that bytes count is the caution of this package.
    """
    length = len(rule.text.encode()) + len(RULE_SUFFIX) + sum(_growth(rule, terms))
    if length < RULE_LENGTH:
        return None
    return invalid(f"Rule exceeds max length ({RULE_LENGTH}), Length: {length}.", rule.text)


def lists_have_no_spaces(rule: Rule, terms: Terms) -> str | None:
    """Reported by users, unconfirmed, so only on demand; the words are this package's own."""
    if not terms.strictness.list_spaces or not _LIST_SPACE.search(rule.text.partition("(")[0]):
        return None
    return invalid("spaces inside a list are not supported", rule.text)


def protocols_agree(rule: Rule, _: Terms) -> str | None:
    """A rule is about one application protocol, that of its header or of its buffers.

    Measured with Suricata 7.0.10; the words are those that the service was seen to answer with.
    """
    families = {word.partition(".")[0] for word in rule.keywords} & _APPLICATIONS
    header = rule.base
    if header in _APPLICATION_HEADERS:
        families.add(_APPLICATION_HEADERS[header])
    if len(families) < 2:  # noqa: PLR2004 - two protocols conflict
        return None
    return invalid("rule contains conflicting alprotos set", rule.text)


def _undeclared(name: str, place: str) -> str:
    return f"{name} cannot be null or empty, context: {place}.{name}"


def _growth(rule: Rule, terms: Terms) -> Iterator[int]:
    """How many characters each variable of the header adds once its value stands there."""
    for fields, declared in (
        ((rule.source, rule.destination), terms.addresses),
        ((rule.source_port, rule.destination_port), terms.ports),
    ):
        for name in chain.from_iterable(map(_VARIABLE.findall, fields)):
            if values := declared.get(name):
                yield len(_written(values)) - len(name) - 1


def _written(values: tuple[str, ...]) -> str:
    return values[0] if len(values) == 1 else f"[{','.join(values)}]"
