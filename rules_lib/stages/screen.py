"""What the service cannot take is discarded: each check a function, the first to object counts."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeAlias, TypeVar

from rules_lib import engine, limits, vocabulary
from rules_lib.allowlist.endpoints import kind_of
from rules_lib.model import Candidate, Discarded, Header, Reason
from rules_lib.reading.rule import (
    base_of,
    negates_any,
    references_in,
    variables_of,
    write_variables,
)
from rules_lib.stages.keywords import (
    KEYWORD_CHECKS,
    OWN_KEYWORD_CHECKS,
    RESTRICTIONS,
    WORD_CHECKS,
    Objection,
)

if TYPE_CHECKING:
    from rules_lib.allowlist import Allowlist

HeaderCheck: TypeAlias = "Callable[[Header, Allowlist], Objection | None]"

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
    feeds, own = _Judged(KEYWORD_CHECKS, allowlist), _Judged(OWN_KEYWORD_CHECKS, allowlist)
    restrictions, words = _Judged(RESTRICTIONS, allowlist), _Judged(WORD_CHECKS, allowlist)
    variables = _Judged(VARIABLE_CHECKS, allowlist)
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
        objections = (check(trait, self._allowlist) for check in self._checks)
        self[trait] = next(filter(None, objections), None)
        return self[trait]


def _feed_pass(candidate: Candidate, allowlist: Allowlist) -> Objection | None:
    """A feed must not be able to switch protection off; one that is brought in only marks flows."""
    rule = candidate.rule
    trusted = allowlist.feed_pass == "keep"  # noqa: S105 - no password
    if rule.is_local or candidate.setter or trusted:
        return None
    passing = rule.header.action.lower() == "pass"
    if not passing and "bypass" not in rule.keywords:
        return None
    word = "pass" if passing else "bypass"
    return Reason.PASS_FROM_FEED, f"by {word} a feed would have what it matches go uninspected"


def _action(header: Header, _: Allowlist) -> Objection | None:
    if header.action.lower() in limits.ACTIONS:
        return None
    return Reason.UNSUPPORTED_ACTION, f"the service does not have the action {header.action}"


def _reject(header: Header, _: Allowlist) -> Objection | None:
    protocol = header.protocol.lower()
    if header.action.lower() != "reject" or base_of(protocol) in limits.REJECT_PROTOCOLS:
        return None
    return Reason.UNSUPPORTED_REJECT, f"the service does not reject on {protocol}"


def _protocol(header: Header, _: Allowlist) -> Objection | None:
    if base_of(header.protocol) in engine.PROTOCOLS:
        return None
    detail = f"the service does not have the protocol {header.protocol}"
    return Reason.UNSUPPORTED_PROTOCOL, detail


def _variables(header: Header, allowlist: Allowlist) -> Objection | None:
    missing = missing_variables(header, allowlist)
    if not missing:
        return None
    names = ", ".join(name if name.startswith("@") else f"${name}" for name in missing)
    return Reason.UNDEFINED_VARIABLE, f"the allowlist gives no value for {names}"


def missing_variables(header: Header, allowlist: Allowlist) -> tuple[str, ...]:
    """Names in a header that have no value, sorted: variables without `$`, references with `@`."""
    variables = allowlist.variables
    given = limits.BUILT_IN_VARIABLES | variables.written.keys() | variables.declared.keys()
    sets = frozenset(references_in(" ".join(header.addresses))) - allowlist.references.keys()
    names = frozenset().union(*variables_of(header)) - given
    return tuple(sorted(names | {f"@{name}" for name in sets}))


def _misplaced_variables(header: Header, allowlist: Allowlist) -> Objection | None:
    """Addresses where the rule wants a port, or ports where it wants an address, are no value."""
    addresses, ports = variables_of(header)
    wanted = (*((name, "ip") for name in addresses), *((name, "port") for name in ports))
    wrong = sorted(
        f"${name}" for name, kind in wanted if _kind(name, allowlist) not in {kind, None}
    )
    wrong += sorted(f"@{name}" for name in references_in(" ".join(header.ports)))
    if not wrong:
        return None
    names = ", ".join(wrong)
    return Reason.UNDEFINED_VARIABLE, f"it mixes up addresses and ports: {names}"


def _kind(name: str, allowlist: Allowlist) -> str | None:
    """What a variable that has a value stands for; None where that is `any`, so either."""
    variables = allowlist.variables
    _, reference, target = variables.written.get(name, f"${name}").rpartition("$")
    if not reference:
        return None
    return "ip" if target in limits.BUILT_IN_VARIABLES else kind_of(variables.declared[target][0])


def _nothing_left(header: Header, allowlist: Allowlist) -> Objection | None:
    """A variable that is written as `any` cannot be negated; `!any` is refused."""
    written = allowlist.variables.written
    for field in (*header.addresses, *header.ports):
        if "!" in field and negates_any(write_variables(field, written)):
            detail = f"{field} leaves nothing, as the allowlist has any for the variable in it"
            return Reason.UNDEFINED_VARIABLE, detail
    return None


HEADER_CHECKS: Final[tuple[HeaderCheck, ...]] = (_action, _reject, _protocol)
VARIABLE_CHECKS: Final[tuple[HeaderCheck, ...]] = (_variables, _misplaced_variables, _nothing_left)
"""These and those above are in the order in which their reasons count."""
