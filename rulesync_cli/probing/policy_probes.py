"""What is asked about Classic policies; AWS's managed groups serve as groups that exist."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from rules_lib.facts.api import DEFAULT_ACTION_ORDER
from rulesync_cli.probing.requests import policy_request
from rulesync_cli.probing.values import (
    ACCEPTED,
    ANY_CODE,
    GUIDE,
    MEASURED,
    MODEL,
    Probe,
    ServiceAnswer,
)

_REFERENCES: Final = "StatefulRuleGroupReferences"
_SCOPES: Final = ("strict", "established", "established_app_layer",
                  "established_app_layer_to_server")  # fmt: skip
_TOGETHER: Final = ServiceAnswer(
    "StatefulDefaultActions cannot exist together, parameter: ", whole=False
)
STRICT_GROUP: Final = "<managed-strict-{}>"
ANY_GROUP: Final = "<managed-any-{}>"
ORDERED_GROUP: Final = "<managed-default-{}>"
OWN_GROUP: Final = "<own-strict>"


def policy_probes() -> tuple[Probe, ...]:
    """All of them."""
    return (*_plain(), *_groups(), *_defaults(), *_others())


def measured_policy(
    name: str, fact: str, request: dict[str, Any], expected: ServiceAnswer, source: str = MEASURED
) -> Probe:
    """A fact that the creation of a policy tells."""
    return Probe(name, fact, expected, source, known=True, action="CreateFirewallPolicy",
                 request=request, plain="arn-policy")  # fmt: skip


def _plain() -> Iterator[Probe]:
    yield Probe(
        "arn-policy", "The form of a policy's ARN",
        ServiceAnswer(value="arn:aws:network-firewall:<region>:<account>:firewall-policy/<name>"),
        MODEL, known=True, action="CreateFirewallPolicy", request=policy_request(),
        observe="FirewallPolicyResponse.FirewallPolicyArn",
    )  # fmt: skip


def _groups() -> Iterator[Probe]:
    many = [(ANY_GROUP.format(at), at + 1) for at in range(21)]
    first, second = STRICT_GROUP.format(0), STRICT_GROUP.format(1)
    yield measured_policy(
        "policy-groups-21", "A policy refers to at most 20 stateful groups", policy_request(*many),
        ServiceAnswer(f"{_REFERENCES} limit exceeded, parameter: [21], context: {_REFERENCES}"),
    )  # fmt: skip
    yield Probe(
        "policy-capacity",
        "A policy's groups reserve at most 30,000 units, where no more is granted",
        ServiceAnswer("", whole=False, code=ANY_CODE), GUIDE, action="CreateFirewallPolicy",
        request=policy_request(*((STRICT_GROUP.format(at), at + 1) for at in range(20))),
        plain="arn-policy",
    )  # fmt: skip
    yield measured_policy("policy-priority-missing", "Strict order demands a priority",
                          policy_request((first, None)),
                          ServiceAnswer(
                              f"Priority cannot be null, context: {_REFERENCES}[0]"))  # fmt: skip
    yield measured_policy(
        "policy-priority-twice", "Priorities are unique", policy_request((first, 1), (second, 1)),
        ServiceAnswer("Priority has duplicate values, parameter: [1], "
                      f"context: {_REFERENCES}[Priority=1]"),
    )  # fmt: skip
    yield measured_policy(
        "policy-priority-65536",
        "A priority is at most 65,535",
        policy_request((first, 65_536)),
        ServiceAnswer("", whole=False),
        MODEL,
    )
    yield measured_policy(
        "policy-order-of-group", "A group has the policy's order",
        policy_request((ORDERED_GROUP.format(0), 1)),
        ServiceAnswer(f"ResourceArn has invalid rule order, context: {_REFERENCES}[0].ResourceArn"),
    )  # fmt: skip
    yield measured_policy("policy-priority-default", "Default order refuses a priority",
                          policy_request((ORDERED_GROUP.format(0), 1), order=DEFAULT_ACTION_ORDER),
                          ServiceAnswer("Priority", whole=False), MODEL)  # fmt: skip
    override = [{"ResourceArn": OWN_GROUP, "Priority": 1, "Override": {"Action": "DROP_TO_ALERT"}}]
    yield measured_policy(
        "policy-override-own",
        "Only managed groups may be overridden",
        policy_request(StatefulRuleGroupReferences=override),
        ServiceAnswer("rule group must be a managed resource", whole=False),
    )
    override = [{**override[0], "ResourceArn": first}]
    yield measured_policy(
        "policy-override-managed",
        "A managed group may be overridden",
        policy_request(StatefulRuleGroupReferences=override),
        ACCEPTED,
        GUIDE,
    )


def _defaults() -> Iterator[Probe]:
    for scope in _SCOPES:
        pair = [f"aws:drop_{scope}", f"aws:alert_{scope}"]
        yield measured_policy(
            f"policy-default-{scope.replace('_', '-')}",
            f"`{pair[0]}` is accepted with its alert twin",
            policy_request(StatefulDefaultActions=pair),
            ACCEPTED,
            GUIDE,
        )
    for name, pair in {
        "drops": ["aws:drop_established", "aws:drop_established_app_layer"],
        "twins": ["aws:drop_established", "aws:alert_established_app_layer"],
        "alerts": ["aws:alert_established", "aws:alert_established_app_layer"],
    }.items():
        yield measured_policy(
            f"policy-families-{name}",
            f"`{pair[0]}` and `{pair[1]}` exclude each other",
            policy_request(StatefulDefaultActions=pair),
            _TOGETHER,
        )
    yield measured_policy(
        "policy-two-drops",
        "At most one default action drops",
        policy_request(StatefulDefaultActions=["aws:drop_strict", "aws:drop_established"]),
        ServiceAnswer("StatefulDefaultActions", whole=False),
        GUIDE,
    )
    yield measured_policy(
        "policy-default-order", "Default actions need strict order",
        policy_request(order=DEFAULT_ACTION_ORDER, StatefulDefaultActions=["aws:drop_strict"]),
        ServiceAnswer("StatefulDefaultActions has invalid rule order, "
                      f"parameter: [{DEFAULT_ACTION_ORDER}], context: StatefulDefaultActions"),
    )  # fmt: skip


def _others() -> Iterator[Probe]:
    sets = {"EXTERNAL_NET": {"Definition": ["10.0.0.0/8"]}}
    yield measured_policy(
        "policy-external-net", "A policy sets HOME_NET alone",
        policy_request(PolicyVariables={"RuleVariables": sets}),
        ServiceAnswer("RuleVariables is invalid, parameter: [EXTERNAL_NET], "
                      "context: PolicyVariables.RuleVariables.IPSet.EXTERNAL_NET"),
    )  # fmt: skip
    home = {"HOME_NET": {"Definition": ["10.0.0.0/8"]}}
    yield measured_policy(
        "policy-home-net",
        "A policy sets HOME_NET",
        policy_request(PolicyVariables={"RuleVariables": home}),
        ACCEPTED,
        GUIDE,
    )
    yield measured_policy(
        "policy-stateless", "A policy has stateless default actions",
        policy_request(StatelessDefaultActions=[]),
        ServiceAnswer("StatelessDefaultActions cannot be null or empty, "
                      "context: StatelessDefaultActions"),
    )  # fmt: skip
