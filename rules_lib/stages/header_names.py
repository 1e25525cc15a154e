"""What can be said against the variables and reference sets that a rule's header names."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Final, TypeAlias

from rules_lib.allowlist.endpoints import endpoint_kind
from rules_lib.facts import limits
from rules_lib.model import Header, Reason
from rules_lib.reading.rule import (
    header_variables,
    negates_any,
    reference_names_in,
    write_variables,
)
from rules_lib.stages.keywords import Objection

if TYPE_CHECKING:
    from rules_lib.allowlist import Allowlist

HeaderCheck: TypeAlias = "Callable[[Header, Allowlist], Objection | None]"

_NAME: Final = re.compile(limits.VARIABLE_NAME_PATTERN)


def _misnamed(header: Header, _: Allowlist) -> Objection | None:
    """What nobody can declare, as a bare `$` or `@`."""
    wrong = sorted(name for name in _names(header) if not _is_name(name))
    if not wrong:
        return None
    form = "a letter, then letters, digits and _, at most 32"
    return Objection(Reason.UNDEFINED_VARIABLE, f"{_shown(wrong)} is not a valid name: {form}")


def _variables(header: Header, allowlist: Allowlist) -> Objection | None:
    missing = missing_variables(header, allowlist)
    if not missing:
        return None
    return Objection(
        Reason.UNDEFINED_VARIABLE, f"the allowlist gives no value for {_shown(missing)}", missing
    )


def missing_variables(header: Header, allowlist: Allowlist) -> tuple[str, ...]:
    """Names in a header that could have a value, sorted: variables bare, references with `@`."""
    variables = allowlist.variables
    given = limits.BUILT_IN_VARIABLES | variables.written.keys() | variables.declared.keys()
    missing = _names(header) - given - {f"@{name}" for name in allowlist.references}
    return tuple(sorted(missing)) if all(map(_is_name, missing)) else ()


def _names(header: Header) -> frozenset[str]:
    """All names in a header: variables without `$`, references with `@`."""
    sets = reference_names_in(" ".join(header.addresses))
    return frozenset().union(*header_variables(header), (f"@{name}" for name in sets))


def _is_name(name: str) -> bool:
    return bool(_NAME.fullmatch(name.removeprefix("@")))


def _shown(names: Iterable[str]) -> str:
    return ", ".join(name if name.startswith("@") else f"${name}" for name in names)


def _misplaced_variables(header: Header, allowlist: Allowlist) -> Objection | None:
    """Addresses where the rule wants a port, or ports where it wants an address, are no value."""
    addresses, ports = header_variables(header)
    wanted = (*((name, "ip") for name in addresses), *((name, "port") for name in ports))
    wrong = sorted(
        f"${name}" for name, kind in wanted if _kind(name, allowlist) not in {kind, None}
    )
    wrong += sorted(f"@{name}" for name in reference_names_in(" ".join(header.ports)))
    if not wrong:
        return None
    names = ", ".join(wrong)
    return Objection(Reason.UNDEFINED_VARIABLE, f"it mixes up addresses and ports: {names}")


def _kind(name: str, allowlist: Allowlist) -> str | None:
    """What a variable that has a value stands for; None where that is `any`, so either."""
    variables = allowlist.variables
    _, reference, target = variables.written.get(name, f"${name}").rpartition("$")
    if not reference:
        return None
    return (
        "ip"
        if target in limits.BUILT_IN_VARIABLES
        else endpoint_kind(variables.declared[target][0])
    )


def _nothing_left(header: Header, allowlist: Allowlist) -> Objection | None:
    """A variable that is written as `any` cannot be negated; `!any` is refused."""
    written = allowlist.variables.written
    for field in (*header.addresses, *header.ports):
        if "!" in field and negates_any(write_variables(field, written)):
            detail = f"{field} leaves nothing, because the allowlist has any for the variable in it"
            return Objection(Reason.UNDEFINED_VARIABLE, detail)
    return None


VARIABLE_CHECKS: Final[tuple[HeaderCheck, ...]] = (
    _misnamed,
    _variables,
    _misplaced_variables,
    _nothing_left,
)
