"""What the service refuses in a firewall policy: a function each, in the order in which it looks.

The messages are the service's own, as measured in September 2026, unless a check says otherwise.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final

from localaws.errors import InvalidRequestError, LimitExceededError
from localaws.groups import DEFAULT_ORDER, STATEFUL, STRICT_ORDER
from localaws.limits import ALERT_ACTIONS, DROP_ACTIONS, STATELESS_ACTIONS
from localaws.policies import REFERENCES, Groups, referenced, reserved_capacity
from localaws.quotas import Quotas

if TYPE_CHECKING:
    from localaws.control import Control

PolicyCheck = Callable[[Mapping[str, Any], Groups, Quotas], None]


def check_policy(content: Mapping[str, Any], groups: Groups, control: Control) -> None:
    """Hold a `FirewallPolicy` structure against what the service accepts.

    Args:
        content: The structure.
        groups: The account's rule groups, by ARN.
        control: What the account may have, and the checks that are not made.

    Raises:
        InvalidRequestError: One of the checks refuses it.
        LimitExceededError: It goes over a quota.
    """
    for check in POLICY_CHECKS:
        if check.__name__ not in control.lenient:
            check(content, groups, control.quotas)


def groups_are_not_too_many(content: Mapping[str, Any], _: Groups, quotas: Quotas) -> None:
    """The number of groups is limited, managed ones counted too."""
    count = len(referenced(content))
    if count > quotas.policy_rule_groups:
        raise InvalidRequestError(
            f"{REFERENCES} limit exceeded, parameter: [{count}], context: {REFERENCES}"
        )


def groups_exist_once(content: Mapping[str, Any], groups: Groups, _: Quotas) -> None:
    """Every reference leads to a stateful rule group, and no two to the same."""
    for arn, count in Counter(referenced(content)).items():
        if arn not in groups or groups[arn].kind != STATEFUL or count > 1:
            raise _invalid(arn, f"{REFERENCES}.ResourceArn")


def overrides_are_of_managed_groups(content: Mapping[str, Any], groups: Groups, _: Quotas) -> None:
    """What the rules of one's own groups do is theirs to say."""
    for reference in content.get(REFERENCES, ()):
        if "Override" in reference and not groups[reference["ResourceArn"]].managed:
            raise InvalidRequestError("rule group must be a managed resource")


def priorities_fit_the_order(content: Mapping[str, Any], _: Groups, __: Quotas) -> None:
    """Strict order demands a priority for each group and no two alike; else there is none."""
    references = content.get(REFERENCES, ())
    priorities = [reference.get("Priority") for reference in references]
    strict = _order(content) == STRICT_ORDER
    for index, priority in enumerate(priorities):
        if strict and priority is None:
            raise InvalidRequestError(f"Priority cannot be null, context: {REFERENCES}[{index}]")
        if strict and priority in priorities[:index]:
            raise InvalidRequestError(
                f"Priority has duplicate values, parameter: [{priority}], "
                f"context: {REFERENCES}[Priority={priority}]"
            )
        if not strict and priority is not None:
            raise InvalidRequestError(
                f"Priority cannot be provided, parameter: [{priority}], "
                f"context: {REFERENCES}[{index}][Priority={priority}]"
            )


def orders_match(content: Mapping[str, Any], groups: Groups, _: Quotas) -> None:
    """A policy and its groups are evaluated in the same order."""
    for index, arn in enumerate(referenced(content)):
        if groups[arn].order != _order(content):
            raise InvalidRequestError(
                f"ResourceArn has invalid rule order, context: {REFERENCES}[{index}].ResourceArn"
            )


def default_actions_are_possible(content: Mapping[str, Any], _: Groups, __: Quotas) -> None:
    """Stateful default actions need strict order; at most one of them drops.

    Those of two families of `established` exclude each other, be they drops or alerts.
    """
    actions = content.get("StatefulDefaultActions", ())
    if actions and _order(content) != STRICT_ORDER:
        raise InvalidRequestError(
            f"StatefulDefaultActions has invalid rule order, parameter: [{_order(content)}], "
            "context: StatefulDefaultActions"
        )
    families = {_family(action) for action in actions}
    if {"established", "established_app_layer"} <= families:
        raise InvalidRequestError(
            "StatefulDefaultActions cannot exist together, "
            f"parameter: [{', '.join(actions)}], context: StatefulDefaultActions"
        )
    drops = [action for action in actions if action in DROP_ACTIONS]
    if set(actions) - DROP_ACTIONS - ALERT_ACTIONS or len(drops) > 1:
        raise _invalid(", ".join(actions), "StatefulDefaultActions")


def stateless_actions_are_possible(content: Mapping[str, Any], _: Groups, __: Quotas) -> None:
    """Both stateless lists hold exactly one standard action, custom ones beside it."""
    for name in ("StatelessDefaultActions", "StatelessFragmentDefaultActions"):
        if not content[name]:
            raise InvalidRequestError(f"{name} cannot be null or empty, context: {name}")
        if len(STATELESS_ACTIONS.intersection(content[name])) != 1:
            raise _invalid(", ".join(content[name]), name)


def variables_are_home_net(content: Mapping[str, Any], _: Groups, __: Quotas) -> None:
    """A policy sets HOME_NET and nothing else; EXTERNAL_NET is always its negation."""
    for name in content.get("PolicyVariables", {}).get("RuleVariables", {}):
        if name != "HOME_NET":
            raise InvalidRequestError(
                f"RuleVariables is invalid, parameter: [{name}], "
                f"context: PolicyVariables.RuleVariables.IPSet.{name}"
            )


def capacity_is_kept(content: Mapping[str, Any], groups: Groups, quotas: Quotas) -> None:
    """The capacity that the groups reserve is limited; code and words are this package's own."""
    reserved = reserved_capacity(content, groups)
    if reserved > quotas.policy_capacity:
        raise LimitExceededError(
            f"StatefulRules capacity exceeded, parameter: [{reserved}], context: {REFERENCES}"
        )


def _order(content: Mapping[str, Any]) -> str:
    return str(content.get("StatefulEngineOptions", {}).get("RuleOrder", DEFAULT_ORDER))


def _family(action: str) -> str:
    """`established` of `aws:drop_established`; that to the server alone is of the application's."""
    scope = action.removeprefix("aws:").partition("_")[2]
    return scope.removesuffix("_to_server")


def _invalid(value: object, context: str) -> InvalidRequestError:
    return InvalidRequestError(f"parameter is invalid, parameter: [{value}], context: {context}")


POLICY_CHECKS: Final[tuple[PolicyCheck, ...]] = (
    groups_are_not_too_many,
    groups_exist_once,
    overrides_are_of_managed_groups,
    priorities_fit_the_order,
    orders_match,
    default_actions_are_possible,
    stateless_actions_are_possible,
    variables_are_home_net,
    capacity_is_kept,
)
