"""Stateful rule groups: what a request must look like, and what a stored one answers."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from localaws.errors import InvalidRequestError
from localaws.grammar import rule_lines
from localaws.limits import (
    CONTAINER_REFERENCES,
    GROUP_CAPACITY,
    IP_SET_REFERENCES,
    RULES_STRING_BYTES,
)
from localaws.rulecheck import refusal
from localaws.terms import Terms

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from localaws.control import Control

SOURCES: Final = ("RulesString", "RulesSourceList", "StatefulRules")
STRICT_ORDER: Final = "STRICT_ORDER"
DEFAULT_ORDER: Final = "DEFAULT_ACTION_ORDER"
_CONTAINERS: Final = ":container-association/"
_REFERENCE: Final = re.compile(r"@(\w+)")


@dataclass(frozen=True, slots=True)
class RuleGroup:
    """One stored rule group; `content` is its `RuleGroup` structure as the service returns it."""

    arn: str
    name: str
    id: str
    token: str
    capacity: int
    consumed: int
    content: Mapping[str, Any]
    description: str | None
    encryption: Mapping[str, str] | None
    modified: datetime
    managed: bool = False

    @property
    def order(self) -> str:
        """`STRICT_ORDER` or `DEFAULT_ACTION_ORDER`."""
        return rule_order(self.content)


def rule_order(content: Mapping[str, Any]) -> str:
    """The evaluation order of a `RuleGroup` structure; strict order has to be asked for."""
    return str(content.get("StatefulRuleOptions", {}).get("RuleOrder", DEFAULT_ORDER))


def check_type(params: Mapping[str, Any], *, needed: bool) -> None:
    """Accept stateful groups only: this package has no others.

    Args:
        params: The request.
        needed: Whether the type must be there, as where a group is meant by name.

    Raises:
        InvalidRequestError: The type is missing or another one.
    """
    kind = params.get("Type")
    if kind is None and needed:
        raise InvalidRequestError("Type is required where RuleGroupArn is not given")
    if kind not in {None, "STATEFUL"}:
        raise InvalidRequestError(f"parameter is invalid, parameter: [{kind}], context: Type")


def requested_content(params: Mapping[str, Any]) -> Mapping[str, Any]:
    """The `RuleGroup` structure that a request gives, or has built from its flat `Rules`.

    Raises:
        InvalidRequestError: The request has both or neither, or other rules than a rules string.
    """
    if ("Rules" in params) == ("RuleGroup" in params):
        raise InvalidRequestError("Exactly one of RuleGroup and Rules must be provided")
    if "Rules" in params:
        return {"RulesSource": {"RulesString": params["Rules"]}}
    content: Mapping[str, Any] = params["RuleGroup"]
    check_source(content)
    return content


def check_source(content: Mapping[str, Any]) -> None:
    """Refuse a source of no rules or of several; of the three kinds this package has strings only.

    Raises:
        InvalidRequestError: One of these.
    """
    given = [kind for kind in SOURCES if kind in content["RulesSource"]]
    if len(given) != 1:
        raise InvalidRequestError(
            f"{', '.join(SOURCES)} must set exactly one of them, context: RulesSource"
        )
    if given != ["RulesString"]:
        raise InvalidRequestError("parameter is invalid, context: RulesSource")


def check_order(group: RuleGroup, params: Mapping[str, Any], content: Mapping[str, Any]) -> None:
    """Refuse an update that would change the evaluation order; flat `Rules` carry none.

    Raises:
        InvalidRequestError: The orders differ.
    """
    if group.order == rule_order(content):
        return
    if "Rules" in params:
        raise InvalidRequestError("parameter is invalid")
    raise InvalidRequestError(
        f"parameter is invalid, parameter: [{rule_order(content)}], "
        "context: StatefulRuleOptions.RuleOrder"
    )


def check_capacity(capacity: int) -> None:
    """Refuse a capacity that no stateful group can have.

    Raises:
        InvalidRequestError: It is below 1 or above the service's limit.
    """
    if capacity > GROUP_CAPACITY:
        raise InvalidRequestError(
            f"Capacity capacity exceeded, parameter: [{capacity}], context: Capacity"
        )
    if capacity < 1:
        raise InvalidRequestError(
            f"parameter is invalid, parameter: [{capacity}], context: Capacity"
        )


def consumed_capacity(content: Mapping[str, Any], capacity: int, control: Control) -> int:
    """Validate a group's variables and rules, and count what they consume: a unit a rule.

    Raises:
        InvalidRequestError: With the service's words about the first thing that is wrong.
    """
    if control.strictness.home_net_alone:
        check_variables(content)
    check_references(content)
    rules = content["RulesSource"]["RulesString"]
    check_size(rules)
    consumed = len(rule_lines(rules))
    if consumed > capacity:
        raise InvalidRequestError(
            f"StatefulRules capacity exceeded, parameter: [{consumed}], "
            "context: RulesSource.StatefulRules"
        )
    if message := refusal(rules, terms_of(content, control)):
        raise InvalidRequestError(message)
    return consumed


def check_size(rules: str) -> None:
    """Refuse a text of more bytes than the guide allows, in this package's words.

    Raises:
        InvalidRequestError: It has more.
    """
    if (size := len(rules.encode())) > RULES_STRING_BYTES:
        raise InvalidRequestError(
            f"RulesString exceeds max size ({RULES_STRING_BYTES} bytes), Size: {size}, "
            "context: RulesSource.RulesString"
        )


def check_variables(content: Mapping[str, Any]) -> None:
    """Refuse HOME_NET without EXTERNAL_NET, on demand: it is not known that the service does.

    Without it EXTERNAL_NET keeps the policy's meaning. The words follow those of the service for a
    variable without a value.

    Raises:
        InvalidRequestError: That is so.
    """
    sets = content.get("RuleVariables", {}).get("IPSets", {})
    if "HOME_NET" in sets and "EXTERNAL_NET" not in sets:
        raise InvalidRequestError(
            "EXTERNAL_NET cannot be null or empty, context: RuleVariables.IPSets.EXTERNAL_NET"
        )


def check_references(content: Mapping[str, Any]) -> None:
    """Refuse more reference sets than a group takes, and one that has two names.

    That container associations stand beside nothing else is documented; the words are this
    package's own, as are those for a reference in a variable that the group does not declare.

    Raises:
        InvalidRequestError: One of these.
    """
    references = _references(content)
    arns = [reference.get("ReferenceArn", "") for reference in references.values()]
    containers = [_CONTAINERS in arn for arn in arns]
    most = CONTAINER_REFERENCES if arns and all(containers) else IP_SET_REFERENCES
    if len(arns) > most:
        raise InvalidRequestError(
            f"IPSetReferences limit exceeded, parameter: [{len(arns)}], context: ReferenceSets"
        )
    if len(set(arns)) < len(arns) or len(set(containers)) > 1:
        raise InvalidRequestError("IPSetReferences is invalid, context: ReferenceSets")
    for values in _definitions(content.get("RuleVariables", {}).get("IPSets", {})).values():
        for name in (name for value in values for name in _REFERENCE.findall(value)):
            if name not in references:
                raise InvalidRequestError(
                    f"{name} cannot be null or empty, context: ReferenceSets.IPSetReferences.{name}"
                )


def terms_of(content: Mapping[str, Any], control: Control) -> Terms:
    """What this content's rules are judged by."""
    variables = content.get("RuleVariables", {})
    return Terms(
        strict_order=rule_order(content) == STRICT_ORDER,
        ips=content.get("Type") == "IPS",
        addresses=_definitions({**variables.get("ContextSets", {}), **variables.get("IPSets", {})}),
        ports=_definitions(variables.get("PortSets", {})),
        references=frozenset(_references(content)),
        strictness=control.strictness,
        refusals=control.refusals,
        lenient=control.lenient,
    )


def _definitions(sets: Mapping[str, Any]) -> Mapping[str, tuple[str, ...]]:
    return {name: tuple(value.get("Definition", ())) for name, value in sets.items()}


def _references(content: Mapping[str, Any]) -> Mapping[str, Any]:
    references: Mapping[str, Any] = content.get("ReferenceSets", {}).get("IPSetReferences", {})
    return references
