"""What the service cannot take is discarded: each check a function, the first to object counts."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple, TypeAlias

from rules_lib import engine, limits
from rules_lib.allowlist.endpoints import kind_of
from rules_lib.model import Candidate, Discarded, Header, Reason, Rule
from rules_lib.rule import negates_any, variables_of, write_variables

if TYPE_CHECKING:
    from rules_lib.allowlist import Allowlist

DOCUMENTED_UNSUPPORTED: Final = frozenset(
    {"filename", "file.name", "fileext", "filesize", "file.magic", "filemagic", "tag:host"}
    | {"xbits:address", "hostbits:address", "enip_command", "cip_service"}
)
"""Options that the developer guide rules out although the service takes them."""

Objection: TypeAlias = tuple[Reason, str]
Check: TypeAlias = "Callable[[Traits, Allowlist], Objection | None]"


class Traits(NamedTuple):
    """All that a check looks at; many rules share them, so they are judged once."""

    header: Header
    keywords: frozenset[str]


@dataclass(frozen=True, slots=True)
class Screened:
    """Candidates that nothing is known against, and those that were discarded."""

    rules: tuple[Candidate, ...]
    discarded: tuple[Discarded, ...]


def screen(candidates: Iterable[Candidate], allowlist: Allowlist) -> Screened:
    """Part the candidates into usable and discarded."""
    usable, discarded = [], []
    seen: dict[Traits, Objection | None] = {}
    for candidate in candidates:
        rule = candidate.rule
        traits = Traits(rule.header, rule.keywords)
        if traits not in seen:
            seen[traits] = _objection(traits, allowlist)
        if objection := seen[traits]:
            discarded.append(Discarded(rule, *objection))
        else:
            usable.append(candidate)
    return Screened(tuple(usable), tuple(discarded))


def _objection(rule: Traits, allowlist: Allowlist) -> Objection | None:
    return next(filter(None, (check(rule, allowlist) for check in CHECKS)), None)


def _action(rule: Traits, _: Allowlist) -> Objection | None:
    if rule.header.action.lower() in limits.ACTIONS:
        return None
    return Reason.UNSUPPORTED_ACTION, f"the service does not have the action {rule.header.action}"


def _reject(rule: Traits, _: Allowlist) -> Objection | None:
    protocol = rule.header.protocol.lower()
    if rule.header.action.lower() != "reject" or protocol in limits.REJECT_PROTOCOLS:
        return None
    return Reason.UNSUPPORTED_REJECT, f"the service does not reject on {protocol}"


def _protocol(rule: Traits, _: Allowlist) -> Objection | None:
    if rule.header.protocol.lower() in engine.PROTOCOLS:
        return None
    detail = f"the service does not have the protocol {rule.header.protocol}"
    return Reason.UNSUPPORTED_PROTOCOL, detail


def _refused_keyword(rule: Traits, _: Allowlist) -> Objection | None:
    return _keyword_objection(rule.keywords & limits.REFUSED_KEYWORDS, "the service does not take")


def _unknown_keyword(rule: Traits, _: Allowlist) -> Objection | None:
    unknown = {name for name in rule.keywords - engine.keywords() if ":" not in name}
    return _keyword_objection(unknown, "Suricata 7 does not know")


def _documented(rule: Traits, allowlist: Allowlist) -> Objection | None:
    if allowlist.documented_unsupported == "keep":
        return None
    return _keyword_objection(
        rule.keywords & DOCUMENTED_UNSUPPORTED, "the service documents as unsupported"
    )


def _threshold(rule: Traits, allowlist: Allowlist) -> Objection | None:
    if allowlist.threshold == "keep":
        return None
    return _keyword_objection(rule.keywords & {"threshold"}, "the allowlist discards")


def _keyword_objection(names: Iterable[str], why: str) -> Objection | None:
    found = ", ".join(sorted(names))
    return (Reason.UNSUPPORTED_KEYWORD, f"{why}: {found}") if found else None


def _pcre(rule: Traits, _: Allowlist) -> Objection | None:
    if "pcre" not in rule.keywords or rule.keywords & limits.PCRE_COMPANIONS:
        return None
    companions = ", ".join(sorted(limits.PCRE_COMPANIONS))
    return Reason.PCRE_WITHOUT_CONTENT, f"the service takes pcre only beside one of: {companions}"


def _variables(rule: Traits, allowlist: Allowlist) -> Objection | None:
    missing = missing_variables(rule, allowlist)
    if not missing:
        return None
    names = ", ".join(f"${name}" for name in missing)
    return Reason.UNDEFINED_VARIABLE, f"the allowlist gives no value for {names}"


def missing_variables(rule: Rule | Traits, allowlist: Allowlist) -> tuple[str, ...]:
    """Names of the header variables, without `$`, that have no value; sorted."""
    variables = allowlist.variables
    given = limits.BUILT_IN_VARIABLES | variables.written.keys() | variables.declared.keys()
    return tuple(sorted(frozenset().union(*variables_of(rule.header)) - given))


def _misplaced_variables(rule: Traits, allowlist: Allowlist) -> Objection | None:
    """Addresses where the rule wants a port, or ports where it wants an address, are no value."""
    addresses, ports = variables_of(rule.header)
    wanted = (*((name, "ip") for name in addresses), *((name, "port") for name in ports))
    wrong = sorted(name for name, kind in wanted if _kind(name, allowlist) not in {kind, None})
    if not wrong:
        return None
    names = ", ".join(f"${name}" for name in wrong)
    return Reason.UNDEFINED_VARIABLE, f"it mixes up addresses and ports: {names}"


def _kind(name: str, allowlist: Allowlist) -> str | None:
    """What a variable that has a value stands for; None where that is `any`, so either."""
    variables = allowlist.variables
    _, reference, target = variables.written.get(name, f"${name}").rpartition("$")
    if not reference:
        return None
    return "ip" if target in limits.BUILT_IN_VARIABLES else kind_of(variables.declared[target][0])


def _nothing_left(rule: Traits, allowlist: Allowlist) -> Objection | None:
    """A variable that is written as `any` cannot be negated; `!any` is refused."""
    written = allowlist.variables.written
    for field in (*rule.header.addresses, *rule.header.ports):
        if "!" in field and negates_any(write_variables(field, written)):
            detail = f"{field} leaves nothing, as the allowlist has any for the variable in it"
            return Reason.UNDEFINED_VARIABLE, detail
    return None


CHECKS: Final[tuple[Check, ...]] = (
    _action,
    _reject,
    _protocol,
    _refused_keyword,
    _unknown_keyword,
    _documented,
    _threshold,
    _pcre,
    _variables,
    _misplaced_variables,
    _nothing_left,
)
"""In the order in which their reasons count."""
