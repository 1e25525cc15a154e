"""The text as it will be published: only the tokens that must change, in their place."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from rules_lib.facts import limits
from rules_lib.model import Change, Reason
from rules_lib.outcome import Candidate, Converted, Discarded
from rules_lib.reading.rule import (
    close_up,
    reference_names_in,
    variables_in,
    without,
    write_variables,
)

if TYPE_CHECKING:
    from rules_lib.allowlist import Allowlist

_REMOVED: Final = {
    "priority": Change.PRIORITY_REMOVED,
    "classtype": Change.CLASSTYPE_REMOVED,
    "gid": Change.GID_REMOVED,
    "fast_pattern": Change.FAST_PATTERN_REMOVED,
}

_TURNED: Final = {"drop": Change.ALERT_TO_DROP, "alert": Change.DROP_TO_ALERT}


@dataclass(frozen=True, slots=True)
class ConvertedRules:
    """Rules in their final text, and those that the service cannot take in that text."""

    rules: tuple[Converted, ...]
    discarded: tuple[Discarded, ...]


def convert(
    candidates: Iterable[Candidate], allowlist: Allowlist, refusals: Mapping[str, str]
) -> ConvertedRules:
    """Write every candidate's final text.

    Args:
        candidates: usable rules.
        allowlist: for the variables' values.
        refusals: what the service said of a text that it refused, by the text's `fingerprint`.
    """
    kept, discarded = [], []
    headers = _Headers(allowlist.variables.written)
    for candidate in candidates:
        rule = _converted(candidate, headers)
        length = expanded_length(rule, allowlist.variables.declared)
        if length > limits.RULE_BYTES:
            detail = f"{length:,} bytes as published, {limits.RULE_BYTES:,} are allowed"
            discarded.append(Discarded(rule.rule, Reason.TOO_LONG, detail))
        elif refusals and (words := refusals.get(fingerprint(rule.text))):
            discarded.append(Discarded(rule.rule, Reason.REJECTED_BY_SERVICE, words))
        else:
            kept.append(rule)
    return ConvertedRules(tuple(kept), tuple(discarded))


def fingerprint(text: str) -> str:
    """Identify a published text, to remember what the service said of it."""
    return hashlib.sha256(text.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class _Header:
    """A header as it will be published, but for its action; white space behind it included."""

    text: str
    changes: tuple[Change, ...]
    variables: frozenset[str]


class _Headers(dict[str, _Header]):
    """Every header as it stands in the feed -> as it will be published; a feed repeats its own."""

    def __init__(self, written: Mapping[str, str]) -> None:
        super().__init__()
        self._written = written

    def __missing__(self, source: str) -> _Header:
        fields = source.rstrip()
        closed = close_up(fields) + source[len(fields) :]
        final = write_variables(closed, self._written) if "$" in closed else closed
        changes = (
            *((Change.HEADER_SPACES_REMOVED,) if closed != source else ()),
            *((Change.VARIABLE_WRITTEN,) if final != closed else ()),
        )
        names = (*variables_in(final), *(f"@{name}" for name in reference_names_in(final)))
        self[source] = _Header(final, changes, frozenset(names))
        return self[source]


def _converted(candidate: Candidate, headers: Mapping[str, _Header]) -> Converted:
    rule, setter = candidate.rule, candidate.setter
    cut = rule.text.index("(")
    published = headers[rule.text[:cut]]
    header, changes = published.text, published.changes
    options = without(rule.text, rule.unwanted)[cut:]
    action = rule.header.action
    if (wanted := candidate.cause.action) and wanted != action:
        header, action = wanted + header[len(action) :], wanted
        changes += () if setter else (_TURNED[wanted],)
    if setter:
        options = options if rule.noalert else _silenced(options)
        changes += (Change.SETTER_BROUGHT_IN,)
    return Converted(
        rule=rule,
        text=header + options,
        action=action.lower(),
        given=candidate.given,
        cause=candidate.cause,
        changes=_together(changes, tuple(option.name for option in rule.unwanted)),
        variables=published.variables,
    )


def _silenced(options: str) -> str:
    """Add noalert as the last option."""
    body = options.rstrip()[:-1]
    return f"{body}noalert;)" if body.endswith((" ", "(")) else f"{body} noalert;)"


@lru_cache(maxsize=1024)
def _together(changes: tuple[Change, ...], removed: tuple[str, ...]) -> tuple[Change, ...]:
    """All changes of a rule; many rules share them."""
    return changes + tuple(dict.fromkeys(_REMOVED[name] for name in removed))


def expanded_length(rule: Converted, declared: Mapping[str, tuple[str, ...]]) -> int:
    """Bytes of a rule as the service counts it: declared variables by their values.

    A list counts as `[a,b,c]`. HOME_NET counts as written where the file does not give it.
    """
    if not declared or rule.variables.isdisjoint(declared):
        return rule.size
    names = variables_in(rule.text[: rule.text.index("(")])
    values = ((name, _as_list(declared[name])) for name in names if name in declared)
    return rule.size + sum(len(value.encode()) - len(f"${name}") for name, value in values)


def _as_list(values: tuple[str, ...]) -> str:
    return values[0] if len(values) == 1 else f"[{','.join(values)}]"
