"""What a request about a rule group must look like, and what its rules consume."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from localaws.declared import check_references, check_variables, terms_of
from localaws.errors import InvalidRequestError
from localaws.grammar import rule_lines
from localaws.groups import CONTENT, IPS, STATEFUL, RuleGroup, rule_order
from localaws.limits import GROUP_CAPACITY, RULES_STRING_BYTES
from localaws.rulecheck import refusal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from localaws.control import Control

SOURCES: Final = ("RulesString", "RulesSourceList", "StatefulRules")


def check_type(params: Mapping[str, Any], *, needed: bool) -> None:
    """Accept groups with Suricata's rules only: this package has no others.

    Args:
        params: The request.
        needed: Whether the type must be there, as where a group is meant by name.

    Raises:
        InvalidRequestError: The type is missing or another one.
    """
    kind = params.get("Type")
    if kind is None and needed:
        raise InvalidRequestError("Type is required where RuleGroupArn is not given")
    if kind not in {None, STATEFUL, IPS}:
        raise InvalidRequestError(f"parameter is invalid, parameter: [{kind}], context: Type")


def requested_content(params: Mapping[str, Any], kind: str = STATEFUL) -> Mapping[str, Any]:
    """The `RuleGroup` structure that a request gives, or has built from its flat `Rules`.

    Raises:
        InvalidRequestError: The request has both or neither, or other rules than a rules string.
    """
    if kind == IPS:
        return _ips_content(params)
    if ("Rules" in params) == ("RuleGroup" in params):
        raise InvalidRequestError("Exactly one of RuleGroup and Rules must be provided")
    if "Rules" in params:
        return {"RulesSource": {"RulesString": params["Rules"]}}
    content: Mapping[str, Any] = params["RuleGroup"]
    check_source(content)
    return content


def _ips_content(params: Mapping[str, Any]) -> Mapping[str, Any]:
    """The `IpsRuleGroup` structure of a request; the words are this package's own.

    Raises:
        InvalidRequestError: It has none, or rules of another kind beside it.
    """
    member = CONTENT[IPS]
    if member not in params:
        raise InvalidRequestError(f"{member} cannot be null, context: {member}")
    if others := {"Rules", CONTENT[STATEFUL], "FirewallRuleGroup"} & params.keys():
        other = min(others)
        raise InvalidRequestError(f"parameter is invalid, parameter: [{other}], context: {other}")
    content: Mapping[str, Any] = params[member]
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
    if group.kind == IPS or group.order == rule_order(content):
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
