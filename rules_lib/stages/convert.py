"""The text as it will be published: only the tokens that must change, in their place."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from sys import intern
from typing import TYPE_CHECKING, Final

from rules_lib.facts import limits
from rules_lib.model import Change, Mode, Reason
from rules_lib.outcome import Candidate, Converted, Discarded
from rules_lib.reading.rule import (
    close_up,
    reference_names_in,
    rest_without,
    variables_in,
    write_variables,
)
from rules_lib.stages.narrow import narrow

if TYPE_CHECKING:
    from datetime import date

    from rules_lib.allowlist import Allowlist, RuleException
    from rules_lib.model import NumberedOption

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
    candidates: Iterable[Candidate], allowlist: Allowlist, refusals: Mapping[str, str], day: date
) -> ConvertedRules:
    """Write every candidate's final text.

    Args:
        candidates: usable rules.
        allowlist: for the variables' values, and exceptions of rules.
        refusals: what the service said of a text that it refused, by the text's `fingerprint`.
        day: on which the exceptions are to hold, in UTC.
    """
    kept, discarded = [], []
    headers, exceptions = _Headers(allowlist.variables.written), allowlist.exceptions_on(day)
    by_action = allowlist.firewall.target.in_action_order
    declared = allowlist.variables.declared
    for candidate in candidates:
        rule = _converted(candidate, headers, by_action=by_action)
        if (rule.rule.sid or 0) in exceptions:
            rule, empty = _without(rule, exceptions[rule.sid], declared)
            if empty:
                discarded.append(Discarded(rule.rule, Reason.EXCEPTED, empty))
                continue
        if flaw := flaw_of(rule, declared, refusals):
            discarded.append(flaw)
        else:
            kept.append(rule)
    return ConvertedRules(tuple(kept), tuple(discarded))


def flaw_of(
    rule: Converted, declared: Mapping[str, tuple[str, ...]], refusals: Mapping[str, str]
) -> Discarded | None:
    """Why the service cannot take a rule in its final text: its length, or that it said no."""
    length = expanded_length(rule, declared)
    if length > limits.RULE_BYTES:
        detail = f"{length:,} bytes as published, {limits.RULE_BYTES:,} are allowed"
        return Discarded(rule.rule, Reason.TOO_LONG, detail)
    if refusals and (words := refusals.get(fingerprint(rule.text))):
        return Discarded(rule.rule, Reason.REJECTED_BY_SERVICE, words)
    return None


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


def _converted(
    candidate: Candidate, headers: Mapping[str, _Header], *, by_action: bool
) -> Converted:
    rule, setter = candidate.rule, candidate.setter
    unwanted = rule.unwanted
    if by_action and candidate.given.mode is Mode.AS_WRITTEN:
        unwanted = tuple(one for one in unwanted if one.written.lower() != "priority")
    cut = rule.text.index("(")
    published = headers[rule.text[:cut]]
    header, changes = published.text, published.changes
    options = rest_without(rule.text, cut, unwanted)
    action = rule.header.action
    if (wanted := candidate.cause.action) and wanted != action:
        header, action = wanted + header[len(action) :], wanted
        changes += () if setter else (_TURNED[wanted],)
    if setter:
        options = options if rule.noalert else _silenced(options)
        changes += (Change.SETTER_BROUGHT_IN,)
    if candidate.cause.stage:
        changes += (Change.STAGED,)
    return Converted(
        rule=rule,
        text=header + options,
        action=intern(action.lower()),
        given=candidate.given,
        cause=candidate.cause,
        changes=_together(changes, unwanted),
        variables=published.variables,
    )


def _without(
    rule: Converted, exceptions: Iterable[RuleException], declared: Mapping[str, tuple[str, ...]]
) -> tuple[Converted, str]:
    """The rule without the hosts of its exceptions; and why nothing is left of it, if so.

    What is published as written stays so, and a pass that names less would have more blocked.
    """
    if rule.given.mode is Mode.AS_WRITTEN or rule.action == "pass":
        return rule, ""
    without = tuple(one.without for one in exceptions)
    cut = rule.text.index("(")
    narrowed = narrow(rule.text[:cut], without, declared)
    if narrowed.empty:
        ends, said = " and no ".join(narrowed.empty), "; ".join(map(str, without))
        return rule, f"its exceptions leave no {ends} that it could match: {said}"
    if narrowed.text == rule.text[:cut]:
        return rule, ""
    text, changes = narrowed.text + rule.text[cut:], (*rule.changes, Change.EXCEPTION)
    return rule._replace(text=text, changes=changes, without=without), ""


def _silenced(options: str) -> str:
    """Add noalert as the last option."""
    body = options.rstrip()[:-1]
    return f"{body}noalert;)" if body.endswith((" ", "(")) else f"{body} noalert;)"


@lru_cache(maxsize=1024)
def _together(
    changes: tuple[Change, ...], removed: tuple[NumberedOption, ...]
) -> tuple[Change, ...]:
    """All changes of a rule; many rules share them."""
    return changes + tuple(dict.fromkeys(_REMOVED[one.written.lower()] for one in removed))


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
