"""What the service cannot take is discarded: each check a function, the first to object counts."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeVar

from rules_lib.facts import limits, suricata, vocabulary
from rules_lib.model import Header, Reason
from rules_lib.outcome import Candidate, Discarded
from rules_lib.reading.rule import base_of
from rules_lib.stages.header_names import VARIABLE_CHECKS, HeaderCheck
from rules_lib.stages.keywords import (
    KEYWORD_CHECKS,
    OWN_KEYWORD_CHECKS,
    RESTRICTIONS,
    WORD_CHECKS,
    KeywordCheck,
    Keywords,
    Objection,
)

if TYPE_CHECKING:
    from rules_lib.allowlist import Allowlist

_Trait = TypeVar("_Trait")


@dataclass(frozen=True, slots=True)
class Screened:
    """Candidates that nothing is known against, and those that were discarded."""

    rules: tuple[Candidate, ...]
    discarded: tuple[Discarded, ...]


def screen(candidates: Iterable[Candidate], allowlist: Allowlist) -> Screened:
    """Part the candidates into usable and discarded."""
    usable, discarded = [], []
    headers = _Judged(HEADER_CHECKS, allowlist)
    feeds = _JudgedKeywords(KEYWORD_CHECKS, allowlist)
    own = _JudgedKeywords(OWN_KEYWORD_CHECKS, allowlist)
    restrictions = _JudgedKeywords(RESTRICTIONS, allowlist)
    words, variables = _Judged(WORD_CHECKS, allowlist), _Judged(VARIABLE_CHECKS, allowlist)
    for candidate in candidates:
        rule = candidate.rule
        keywords = own if rule.is_local else feeds
        objection = (
            headers[rule.header]
            or keywords[rule.keywords]
            or _feed_pass(candidate, allowlist)
            or restrictions[rule.keywords]
            or variables[rule.header]
        )
        if not objection and not rule.keywords.isdisjoint(vocabulary.CATEGORY_PROTOCOLS):
            objection = words[rule.header, rule.keywords]
        if objection:
            discarded.append(Discarded(rule, *objection))
        else:
            usable.append(candidate)
    return Screened(tuple(usable), tuple(discarded))


class _Judged(dict[_Trait, Objection | None]):
    """A header, or a rule's keywords -> what is said against it; judged once, as many share it."""

    def __init__(
        self,
        checks: tuple[Callable[[_Trait, Allowlist], Objection | None], ...],
        allowlist: Allowlist,
    ) -> None:
        super().__init__()
        self._checks = checks
        self._allowlist = allowlist

    def __missing__(self, trait: _Trait) -> Objection | None:
        self[trait] = self._objection(trait)
        return self[trait]

    def _objection(self, trait: _Trait) -> Objection | None:
        objections = (check(trait, self._allowlist) for check in self._checks)
        return next(filter(None, objections), None)


class _JudgedKeywords(_Judged[Keywords]):
    """The same for keywords: each is judged alone first, as a feed has few of them.

    What is said against several together is said against one of them alone too, or against a
    qualified name, such as `requires:…`. So a rule of harmless keywords need not be judged.
    """

    def __init__(self, checks: tuple[KeywordCheck, ...], allowlist: Allowlist) -> None:
        super().__init__(checks, allowlist)
        self._harmless: set[str] = set()

    def __missing__(self, trait: Keywords) -> Objection | None:
        if not trait <= self._harmless:
            self._harmless |= set(filter(self._is_harmless, trait - self._harmless))
        self[trait] = None if trait <= self._harmless else self._objection(trait)
        return self[trait]

    def _is_harmless(self, keyword: str) -> bool:
        return ":" not in keyword and not self._objection(frozenset({keyword}))


def _feed_pass(candidate: Candidate, allowlist: Allowlist) -> Objection | None:
    """A feed must not be able to switch protection off; one that is brought in only marks flows."""
    rule = candidate.rule
    passing = rule.header.action.lower() == "pass"
    if not passing and "bypass" not in rule.keywords:
        return None
    trusted = allowlist.feed_pass == "keep"  # noqa: S105 - no password
    if rule.is_local or candidate.setter or trusted:
        return None
    word = "pass" if passing else "bypass"
    return Objection(
        Reason.PASS_FROM_FEED, f"with {word}, a feed would end the inspection of what it matches"
    )


def _action(header: Header, _: Allowlist) -> Objection | None:
    if header.action.lower() in limits.ACTIONS:
        return None
    return Objection(
        Reason.UNSUPPORTED_ACTION, f"the service does not have the action {header.action}"
    )


def _reject(header: Header, _: Allowlist) -> Objection | None:
    protocol = header.protocol.lower()
    if header.action.lower() != "reject" or base_of(protocol) in limits.REJECT_PROTOCOLS:
        return None
    return Objection(Reason.UNSUPPORTED_REJECT, f"the service does not reject on {protocol}")


def _protocol(header: Header, _: Allowlist) -> Objection | None:
    name, base = header.protocol.partition(":")[0], base_of(header.protocol)
    if suricata.takes_protocol(name):
        return None
    hint = f"; Suricata writes it {base}" if base in suricata.PROTOCOLS else ""
    detail = f"the service does not have the protocol {header.protocol}{hint}"
    return Objection(Reason.UNSUPPORTED_PROTOCOL, detail)


HEADER_CHECKS: Final[tuple[HeaderCheck, ...]] = (_action, _reject, _protocol)
"""They, and those of `keywords` and `names`, are in the order in which their reasons count."""
