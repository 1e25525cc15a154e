"""The set-up of the double as JSON, for a server that no test can reach into."""

from __future__ import annotations

import inspect
import json
import math
from typing import TYPE_CHECKING, Any, Final, TypeVar

from localaws.checks import RULE_CHECKS
from localaws.control import Control
from localaws.faults import Fault
from localaws.nextgen import NEXT_CHECKS
from localaws.policy_checks import POLICY_CHECKS
from localaws.quotas import Quotas
from localaws.rulecheck import GROUP_CHECKS
from localaws.terms import Refusal, Strictness

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

T = TypeVar("T")

_SECTIONS: Final = ("quotas", "strictness", "lenient", "refusals", "faults", "longest_wait")

CHECKS: Final = frozenset(
    check.__name__
    for checks in (RULE_CHECKS, GROUP_CHECKS, POLICY_CHECKS, NEXT_CHECKS)
    for check in checks
)
"""The checks that a double may leave out, by name."""


def read_settings(text: str) -> Mapping[str, Any]:
    """Read a JSON object whose members are among the six sections.

    Raises:
        ValueError: It is no JSON, no object, or has another member.
    """
    document = json.loads(text)
    if not isinstance(document, dict):
        raise ValueError("the settings are no JSON object")  # noqa: TRY004  # callers catch one
    if unknown := sorted(set(document) - set(_SECTIONS)):
        raise ValueError(f"unknown section {unknown[0]}; there are {', '.join(_SECTIONS)}")
    return document


def control_of(document: Mapping[str, Any]) -> Control:
    """Make the control that a document describes.

    Args:
        document: `quotas` and `strictness` are objects, `refusals` and `faults` lists of objects,
            with the attributes of `Quotas`, `Strictness`, `Refusal` and `Fault`; `lenient` is a
            list of `CHECKS`, and `longest_wait` a number of seconds. All are optional.

    Raises:
        ValueError: An attribute is unknown, missing or has a value that cannot be used.
    """
    return Control(
        quotas=_made(Quotas, "quotas", document.get("quotas", {})),
        strictness=_made(Strictness, "strictness", document.get("strictness", {})),
        lenient=checks_named(document.get("lenient", ())),
        refusals=tuple(_made(Refusal, "refusals", each) for each in document.get("refusals", ())),
        faults=tuple(_made(Fault, "faults", each) for each in document.get("faults", ())),
        longest_wait=_seconds(document.get("longest_wait", math.inf)),
    )


def _seconds(given: object) -> float:
    if isinstance(given, int | float) and given >= 0:
        return given
    raise ValueError(f"longest_wait: {given!r} is no number of seconds")


def checks_named(names: Iterable[str]) -> frozenset[str]:
    """The names of checks, all of which there are.

    Raises:
        ValueError: There is no check of a name.
    """
    if unknown := sorted(set(names) - CHECKS):
        raise ValueError(f"lenient: no check {unknown[0]}; there are {', '.join(sorted(CHECKS))}")
    return frozenset(names)


def _made(kind: type[T], section: str, given: Mapping[str, Any]) -> T:
    if not isinstance(given, dict):
        raise ValueError(f"{section}: {given!r} is no object")  # noqa: TRY004  # as above
    known = inspect.signature(kind).parameters
    if unknown := sorted(set(given) - set(known)):
        raise ValueError(f"{section}: unknown attribute {unknown[0]}; there are {', '.join(known)}")
    try:
        return kind(**given)
    except (TypeError, ValueError) as error:
        raise ValueError(f"{section}: {error}") from error
