"""Whether the service's engine meets what a rule requires; a rule that it does not, it passes over.

It does so in silence: the rule is in the group, and never in force.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import Final

from rules_lib.facts import suricata
from rules_lib.reading.requires import REQUIRES, Bound, EngineVersion, Requires, read_requires

_QUALIFIED: Final = f"{REQUIRES}:"
"""Begins the qualified keyword by which a rule tells what it requires: `requires:version >= 8`."""

_HOLDS: Final[Mapping[str, Callable[[EngineVersion, EngineVersion], bool]]] = MappingProxyType(
    {">": operator.gt, ">=": operator.ge, "<": operator.lt, "<=": operator.le}
)


def unmet(keywords: frozenset[str], version: EngineVersion = suricata.VERSION) -> str:
    """The first requirement, as written, that the engine does not meet; empty where it meets all.

    Args:
        keywords: of a rule, with the qualified ones.
        version: of the engine.
    """
    if REQUIRES not in keywords:
        return ""
    values = (word.removeprefix(_QUALIFIED) for word in keywords if word.startswith(_QUALIFIED))
    missing = (_missing(read_requires(value), version) for value in sorted(values))
    return next(filter(None, missing), "")


def _missing(requires: Requires, version: EngineVersion) -> str:
    if requires.unknown:
        return requires.unknown[0] or "nothing"
    if requires.versions and not any(_hold(bounds, version) for bounds in requires.versions):
        return f"version {requires.version}"
    for feature in requires.features:
        if feature not in suricata.FEATURES:
            return f"feature {feature}"
    for keyword in requires.keywords:
        if keyword not in suricata.keywords() - suricata.aliases():
            return f"keyword {keyword}"
    return ""


def _hold(bounds: Iterable[Bound], version: EngineVersion) -> bool:
    return all(_HOLDS[comparison](version, bound) for comparison, bound in bounds)
