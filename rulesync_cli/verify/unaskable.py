"""Rules that a plain Suricata cannot be asked about at all, and why."""

from __future__ import annotations

from rules_lib.facts import suricata, vocabulary
from rules_lib.reading.rule import RuleSyntaxError, split


def unaskable(rule: str, major: int = suricata.VERSION[0]) -> str | None:
    """Why a plain Suricata of this major version cannot be asked about a rule; None where it can.

    Its refusal would say nothing of the service, which has a word that it lacks.
    """
    try:
        header, options = split(rule)
    except RuleSyntaxError:
        return None
    names = {option.name for option in options}
    if own := sorted(name for name in names if name.startswith(vocabulary.OF_AWS)):
        return f"plain Suricata does not know {own[0]}; the service does"
    if newer := (names & suricata.keywords()) - suricata.keywords(major):
        return f"Suricata {major} does not know {', '.join(sorted(newer))}; the service's does"
    if major < suricata.VERSION[0] and "=>" in header.split():
        return f"Suricata {major} does not know the direction =>; the service's does"
    return _protocol(header.split()[1:2], major)


def _protocol(fields: list[str], major: int) -> str | None:
    """Why the protocol of a header is one that only the service's engine has."""
    for field in fields:
        name, _, hook = field.lower().partition(":")
        newer = name in suricata.PROTOCOLS - suricata.protocols(major)
        if newer or (hook and major < suricata.VERSION[0]):
            return f"Suricata {major} does not know the protocol {field}; the service's does"
    return None
