"""What the service refuses in one rule: a function each, in the order of `RULE_CHECKS`.

A check takes a rule and the terms of its group, and answers with the service's message or None.
The messages are the service's own, as measured in September 2026, unless a check says otherwise.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import chain
from typing import Final

from localaws.countries import COUNTRIES
from localaws.grammar import Rule
from localaws.limits import (
    ACTIONS,
    BUILT_IN_VARIABLES,
    CATEGORY_PROTOCOLS,
    ORDERED_KEYWORDS,
    PCRE_COMPANIONS,
    PRIORITY_MAX,
    REFUSED_KEYWORDS,
    REJECT_PROTOCOLS,
    RULE_LENGTH,
    RULE_SUFFIX,
)
from localaws.terms import Terms

Check = Callable[[Rule, Terms], str | None]

_SID_MAX: Final = 2**32 - 1  # Suricata 8.0.8
_VARIABLE: Final = re.compile(r"\$(\w+)")
_REFERENCE: Final = re.compile(r"@(\w+)")
_COMPANIONS: Final = frozenset(PCRE_COMPANIONS)
_APPLICATIONS: Final = frozenset({"http", "dns", "tls", "ssh"})
_APPLICATION_HEADERS: Final = {
    "http": "http",
    "http1": "http",
    "http2": "http",
    **{name: name for name in ("dns", "tls", "ssh", "smtp", "ftp", "smb", "snmp", "sip", "quic")},
}
_OF_A_CONTENT: Final = frozenset(
    {"content", "nocase", "depth", "offset", "distance", "within", "startswith", "endswith"}
    | {"fast_pattern", "isdataat", "bsize", "pcre"}
)
_SIDES: Final = frozenset({"src", "dst", "both", "any"})
_LIST_SPACE: Final = re.compile(r",\s|\[\s|\s\]")


def quoted(rule: str) -> str:
    """The rule as the service quotes it: with its own gid before the last parenthesis."""
    head, parenthesis, tail = rule.rpartition(")")
    return f"{head}{RULE_SUFFIX}{parenthesis}{tail}" if parenthesis else rule


def invalid(reason: str, rule: str | None = None) -> str:
    """The service's message about a rule, which it names or does not."""
    named = "" if rule is None else f"rule: {quoted(rule)}, "
    return f"stateful rule is invalid, {named}reason: {reason}"


def action_is_supported(rule: Rule, _: Terms) -> str | None:
    """Only alert, pass, drop and reject are actions; the engine ignores their case."""
    if rule.action.lower() in ACTIONS:
        return None
    return invalid(f"Action {rule.action} is not supported", rule.text)


def reject_is_possible(rule: Rule, _: Terms) -> str | None:
    """A reject answers the sender, which not every protocol allows."""
    if rule.action.lower() != "reject" or rule.protocol.lower() in REJECT_PROTOCOLS:
        return None
    return invalid(f"{rule.protocol} reject is not supported", rule.text)


def keywords_are_supported(rule: Rule, _: Terms) -> str | None:
    """Some keywords need files that a rule group cannot bring."""
    if rule.keywords.isdisjoint(REFUSED_KEYWORDS):
        return None
    keyword = next(option.keyword for option in rule.options if option.keyword in REFUSED_KEYWORDS)
    return invalid(f"RuleOptions {keyword} is not supported", rule.text)


def order_is_left_to_the_group(rule: Rule, terms: Terms) -> str | None:
    """In strict order the text decides, so nothing in a rule may."""
    if not terms.strict_order or rule.keywords.isdisjoint(ORDERED_KEYWORDS):
        return None
    return (
        "RulesString has invalid keywords. Rule groups that use strict order can't have rules "
        "that contain the keywords `priority` or `classtype`, "
        f"parameter: [{quoted(rule.text)}], context: RulesSource.RulesString"
    )


def priority_is_in_range(rule: Rule, terms: Terms) -> str | None:
    """Where the priority decides, in a group of type IPS; the words are this package's own."""
    for value in rule.values("priority") if terms.ips else ():
        if not (value.isascii() and value.isdecimal() and 0 < int(value) <= PRIORITY_MAX):
            return invalid(f"priority {value} is invalid", rule.text)
    return None


def gid_is_left_to_the_service(rule: Rule, _: Terms) -> str | None:
    """The service writes the gid itself."""
    if "gid" not in rule.keywords:
        return None
    illegal = f"gid:{rule.values('gid')[0]}"
    return invalid(f"GIDs are not allowed. Illegal option(s): [{illegal}]", rule.text)


def sid_is_assigned(rule: Rule, _: Terms) -> str | None:
    """A rule has one sid, a number from 1 on; the words beyond the first case are the engine's."""
    sids = rule.values("sid")
    if not sids:
        return invalid("sid not assigned", rule.text)
    if len(sids) > 1:
        return invalid("duplicated 'sid' keyword detected", rule.text)
    if not (sids[0].isascii() and sids[0].isdecimal() and 0 < int(sids[0]) <= _SID_MAX):
        return invalid(f"sid value {sids[0]} is invalid", rule.text)
    return None


def pcre_has_a_companion(rule: Rule, _: Terms) -> str | None:
    """An expression alone would be tried on every packet."""
    if "pcre" not in rule.keywords or not rule.keywords.isdisjoint(_COMPANIONS):
        return None
    return invalid(
        'Using "pcre" without one of the following options is not allowed: '
        f"[{', '.join(PCRE_COMPANIONS)}].",
        rule.text,
    )


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


def countries_are_known(rule: Rule, _: Terms) -> str | None:
    """`geoip` takes codes of ISO 3166-1, after the side that is meant, negated or not."""
    for value in rule.values("geoip"):
        side, *rest = (word.strip() for word in value.split(","))
        codes = rest if side in _SIDES else [side, *rest]
        if not codes or not all(code.removeprefix("!").strip() in COUNTRIES for code in codes):
            return invalid("Rule contains an incorrect country code", rule.text)
    return None


def categories_are_in_their_place(rule: Rule, _: Terms) -> str | None:
    """AWS's categories stand beside no `geoip`, and are for http, that of a domain for tls too.

    Documented; the words are this package's own.
    """
    for keyword in sorted(rule.keywords & CATEGORY_PROTOCOLS.keys()):
        if "geoip" in rule.keywords:
            return invalid(f"{keyword} cannot be used together with geoip", rule.text)
        if rule.protocol.lower() not in CATEGORY_PROTOCOLS[keyword]:
            return invalid(f"{keyword} is not supported on {rule.protocol}", rule.text)
    return None


def lists_have_no_spaces(rule: Rule, terms: Terms) -> str | None:
    """Reported by users, unconfirmed, so only on demand; the words are this package's own."""
    header = rule.text.partition("(")[0]
    if not terms.strictness.list_spaces or not _LIST_SPACE.search(header):
        return None
    return invalid("spaces inside a list are not supported", rule.text)


def protocols_agree(rule: Rule, _: Terms) -> str | None:
    """A rule is about one application protocol, that of its header or of its buffers.

    Measured with Suricata 7.0.10; the words are those that the service was seen to answer with.
    """
    families = {
        family for word in rule.keywords if (family := word.partition(".")[0]) in _APPLICATIONS
    }
    header = rule.protocol.lower()
    if header in _APPLICATION_HEADERS:
        families.add(_APPLICATION_HEADERS[header])
    if len(families) < 2:  # noqa: PLR2004 - two protocols conflict
        return None
    return invalid("rule contains conflicting alprotos set", rule.text)


def fast_pattern_has_a_buffer(rule: Rule, _: Terms) -> str | None:
    """What base64_data holds is not there to be searched fast; tried with Suricata 8.0.8."""
    decoded = False
    for option in rule.options:
        if option.keyword == "fast_pattern" and decoded:
            return invalid("fast_pattern cannot be used with base64_data", rule.text)
        decoded = option.keyword == "base64_data" or (decoded and option.keyword in _OF_A_CONTENT)
    return None


def engine_accepts(rule: Rule, terms: Terms) -> str | None:
    """What the caller of this package has the engine refuse."""
    for refusal in terms.refusals:
        if re.search(refusal.pattern, rule.text):
            return invalid(refusal.reason, rule.text if refusal.named else None)
    return None


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


RULE_CHECKS: Final[tuple[Check, ...]] = (
    action_is_supported,
    reject_is_possible,
    keywords_are_supported,
    order_is_left_to_the_group,
    priority_is_in_range,
    gid_is_left_to_the_service,
    sid_is_assigned,
    pcre_has_a_companion,
    variables_are_declared,
    length_is_allowed,
    countries_are_known,
    categories_are_in_their_place,
    lists_have_no_spaces,
    protocols_agree,
    fast_pattern_has_a_buffer,
    engine_accepts,
)
