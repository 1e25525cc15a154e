"""What the service refuses in a rule's options: a function each.

The messages are the service's own, as measured in September 2026, unless a check says otherwise.
"""

from __future__ import annotations

from typing import Final

from localaws.countries import COUNTRIES
from localaws.grammar import Rule
from localaws.limits import (
    CATEGORY_PROTOCOLS,
    COUNTRIES_IN_A_RULE,
    ORDERED_KEYWORDS,
    PCRE_COMPANIONS,
    PRIORITY_MAX,
    REFUSED_KEYWORDS,
)
from localaws.terms import Terms
from localaws.words import invalid, quoted

_SID_MAX: Final = 2**32 - 1  # Suricata 8.0.8
_COMPANIONS: Final = frozenset(PCRE_COMPANIONS)
_SIDES: Final = frozenset({"src", "dst", "both", "any"})


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


def countries_are_known(rule: Rule, _: Terms) -> str | None:
    """`geoip` takes codes of ISO 3166-1, after the side that is meant, negated or not.

    That there are 64 at most is of the engine, as are the words (8.0.8).
    """
    for value in rule.values("geoip"):
        side, *rest = (word.strip() for word in value.split(","))
        codes = rest if side in _SIDES else [side, *rest]
        if len(codes) > COUNTRIES_IN_A_RULE:
            return invalid("too many arguments for geoip keyword", rule.text)
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
        if rule.base not in CATEGORY_PROTOCOLS[keyword]:
            return invalid(f"{keyword} is not supported on {rule.protocol}", rule.text)
    return None


def fast_pattern_has_a_buffer(rule: Rule, _: Terms) -> str | None:
    """What base64_data holds is not there to be searched fast; only pkt_data ends it.

    Tried with Suricata 8.0.8, which takes `fast_pattern:only` and `fast_pattern:0,3` there.
    """
    if not rule.keywords >= {"base64_data", "fast_pattern"}:
        return None
    decoded, about = False, False
    for keyword, value in rule.options:
        if keyword in {"base64_data", "pkt_data"}:
            decoded = keyword == "base64_data"
        elif keyword == "content":
            about = decoded
        elif keyword == "fast_pattern" and about and not value:
            return invalid("fast_pattern cannot be used with base64_data", rule.text)
    return None
