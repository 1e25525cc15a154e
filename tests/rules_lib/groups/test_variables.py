"""Which variables a rule group declares to the service."""

from __future__ import annotations

from typing import TYPE_CHECKING

from support.rules import allow, published, text

from rules_lib.groups.rule_group import GroupVariables
from rules_lib.groups.variables import declared_by

if TYPE_CHECKING:
    from collections.abc import Mapping

LISTS = {
    "A": ["10.0.0.0/8", "!10.1.0.0/16"],
    "B": "192.0.2.0/24",
    "P": ["80", "8080"],
    "W": "$HOME_NET",
    "E": "any",
}
HOME = {**LISTS, "HOME_NET": "10.0.0.0/8"}
HOME_PAIR = {"EXTERNAL_NET": ("!10.0.0.0/8",), "HOME_NET": ("10.0.0.0/8",)}


def _declared(*ends: str, given: Mapping[str, object]) -> GroupVariables:
    rules = published(*(text(n, ends=e) for n, e in enumerate(ends, 1)), variables=given)
    return declared_by(rules, allow(variables=given))


def test_group_declares_what_its_rules_use() -> None:
    """And nothing else: addresses and ports apart, values as in the file."""
    declared = _declared("$A any -> !$HOME_NET $P", "any any -> $E any", given=LISTS)
    assert declared == GroupVariables({"A": ("10.0.0.0/8", "!10.1.0.0/16")}, {"P": ("80", "8080")})


def test_group_without_variables_declares_none() -> None:
    """Not even HOME_NET where the file gives it."""
    assert _declared("any any -> any any", given=HOME) == GroupVariables()


def test_home_net_goes_with_external_net() -> None:
    """The service wants both, whichever of them a rule uses."""
    for ends in ("$HOME_NET any -> any any", "any any -> !$EXTERNAL_NET any", "$W any -> any any"):
        assert _declared(ends, given=HOME) == GroupVariables(HOME_PAIR)


def test_home_net_of_the_policy_is_not_declared() -> None:
    """Where the file does not give it, the policy's value holds."""
    assert _declared("$HOME_NET any -> $EXTERNAL_NET any", given=LISTS) == GroupVariables()


def test_external_net_alone_is_declared_alone() -> None:
    """A group may set it without HOME_NET."""
    given = {"EXTERNAL_NET": "192.0.2.0/24"}
    declared = _declared("$HOME_NET any -> $EXTERNAL_NET any", given=given)
    assert declared == GroupVariables({"EXTERNAL_NET": ("192.0.2.0/24",)})
