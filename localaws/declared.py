"""What a rule group declares for its rules: variables and reference sets."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from localaws.errors import InvalidRequestError
from localaws.groups import STRICT_ORDER, rule_order
from localaws.limits import CONTAINER_REFERENCES, IP_SET_REFERENCES
from localaws.terms import Terms

if TYPE_CHECKING:
    from collections.abc import Mapping

    from localaws.control import Control

_CONTAINERS: Final = ":container-association/"
_REFERENCE: Final = re.compile(r"@(\w+)")


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
