"""What is asked about a Classic rule group as a whole: variables, references, sizes, names."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from rules_lib.facts.api import DEFAULT_ACTION_ORDER, STATEFUL
from rulesync_cli.probing.requests import classic, reference_sets, rule, variables
from rulesync_cli.probing.values import (
    ACCEPTED,
    GUIDE,
    MEASURED,
    MODEL,
    NOBODY,
    Probe,
    ServiceAnswer,
)

_PREFIX_LIST: Final = "arn:aws:ec2:<region>:111122223333:prefix-list/pl-{:017x}"
_CONTAINERS: Final = "arn:aws:network-firewall:<region>:111122223333:container-association/probe{}"
_VPC: Final = "vpc-0123456789abcdef0"
_NO_MATCH: Final = "failed to satisfy constraint"


def plain_group() -> Iterator[Probe]:
    """What is asked first: a group that nothing is wrong with."""
    yield Probe(
        "arn-classic",
        "The form of a stateful group's ARN",
        ServiceAnswer(
            value="arn:aws:network-firewall:<region>:<account>:stateful-rulegroup/<name>"
        ),
        MODEL,
        known=True,
        action="CreateRuleGroup",
        request=classic(rule()),
        observe="RuleGroupResponse.RuleGroupArn",
    )


def group_probes() -> tuple[Probe, ...]:
    """All others."""
    return (*_variables(), *_references(), *_sizes(), *_members())


def group(
    name: str,
    fact: str,
    request: dict[str, Any],
    expected: ServiceAnswer = ACCEPTED,
    source: str = NOBODY,
) -> Probe:
    """A fact that the creation of a group tells."""
    return Probe(name, fact, expected, source, source != NOBODY, "CreateRuleGroup", request,
                 plain="arn-classic")  # fmt: skip


def whole_words(*words: str) -> ServiceAnswer:
    """The service's whole words."""
    return ServiceAnswer("".join(words))


def _variables() -> Iterator[Probe]:
    yield group(
        "variable-undeclared", "An address variable in a header is declared by the group",
        classic(rule(header="tcp $MYNET any -> any any")),
        whole_words("MYNET cannot be null or empty, context: RuleVariables.IPSets.MYNET"), MEASURED,
    )  # fmt: skip
    yield group(
        "port-undeclared", "A port variable in a header is declared by the group",
        classic(rule(header="tcp any any -> any $MYPORTS")),
        whole_words("MYPORTS cannot be null or empty, context: RuleVariables.PortSets.MYPORTS"),
    )  # fmt: skip
    yield group(
        "context-set", "`$NAME` may be a context set, which names resources by their ids",
        classic(rule(header="tcp $CONTEXT any -> any any"),
                RuleVariables={"ContextSets": {"CONTEXT": {"Definition": [_VPC]}}}),
    )  # fmt: skip
    yield group("variables-built-in", "HOME_NET and EXTERNAL_NET need no declaration",
                classic(rule(header="tcp $HOME_NET any -> $EXTERNAL_NET any")),
                source=MEASURED)  # fmt: skip
    yield group("home-net-alone", "A group may set HOME_NET without EXTERNAL_NET, which then keeps "
                                  "the policy's meaning",
                classic(rule(), RuleVariables=variables(HOME_NET=["10.0.0.0/8"])))  # fmt: skip
    yield group(
        "exception-in-variable", "`!10.0.0.5` is accepted in a variable",
        classic(rule(header="tcp $NET any -> any any"),
                RuleVariables=variables(NET=["10.0.0.0/8", "!10.0.0.5/32"])),
    )  # fmt: skip
    yield group(
        "variable-name", "A variable's name is a letter, then letters, digits and _",
        classic(rule(), RuleVariables=variables(**{"9NET": ["10.0.0.0/8"]})),
        ServiceAnswer(_NO_MATCH, whole=False), MODEL,
    )  # fmt: skip


def _references() -> Iterator[Probe]:
    yield group(
        "reference-undeclared", "A reference set in a header is declared by the group",
        classic(rule(header="tcp @BETA any -> any any")),
        whole_words("BETA cannot be null or empty, context: ReferenceSets.IPSetReferences.BETA"),
        MEASURED,
    )  # fmt: skip
    yield group(
        "references-6",
        "A group has at most 5 reference sets",
        classic(rule(), ReferenceSets=reference_sets([_PREFIX_LIST.format(at) for at in range(6)])),
        whole_words("IPSetReferences limit exceeded, parameter: [6], context: ReferenceSets"),
        MEASURED,
    )
    yield group(
        "references-twice", "A reference set may occur only once in a group",
        classic(rule(), ReferenceSets=reference_sets([_PREFIX_LIST.format(0)] * 2)),
        whole_words("IPSetReferences is invalid, context: ReferenceSets"), MEASURED,
    )  # fmt: skip
    yield group(
        "references-containers", "A group has at most 30 container associations",
        classic(rule(), ReferenceSets=reference_sets([_CONTAINERS.format(at) for at in range(31)])),
        ServiceAnswer("IPSetReferences limit exceeded", whole=False), GUIDE,
    )  # fmt: skip
    mixed = [_PREFIX_LIST.format(0), _CONTAINERS.format(0)]
    yield group("references-mixed", "Container associations allow no other reference sets",
                classic(rule(), ReferenceSets=reference_sets(mixed)),
                ServiceAnswer("", whole=False), GUIDE)  # fmt: skip


def _sizes() -> Iterator[Probe]:
    yield group("capacity-30000", "A group's capacity may be 30,000",
                classic(rule(), capacity=30_000), source=MODEL)  # fmt: skip
    yield group(
        "capacity-30001", "A group's capacity is at most 30,000", classic(rule(), capacity=30_001),
        whole_words("Capacity capacity exceeded, parameter: [30001], context: Capacity"), MEASURED,
    )  # fmt: skip
    yield group(
        "capacity-rules", "A group has no more rules than capacity",
        classic([rule(), rule(sid=2)], capacity=1),
        whole_words("StatefulRules capacity exceeded, parameter: [2], "
                    "context: RulesSource.StatefulRules"), MEASURED,
    )  # fmt: skip
    yield group("rules-string-characters", "A RulesString has at most 2,000,000 characters",
                classic(_filled(2_000_001, "x")),
                ServiceAnswer("", whole=False), MODEL)  # fmt: skip
    yield group("rules-string-full", "A RulesString of 2,000,000 bytes is accepted",
                classic(_filled(2_000_000, "x")), source=MODEL)  # fmt: skip
    yield group("rules-string-bytes", "Bytes count in a RulesString's size, not characters",
                classic(_filled(2_000_000, "é")), ServiceAnswer("", whole=False))  # fmt: skip


def _filled(length: int, filling: str) -> str:
    """A rule behind so many comments that the text has so many characters."""
    line, last = f"# {filling * 997}\n", rule()
    lines, rest = divmod(length - len(last), len(line))
    return f"{line * (lines - 1)}# {filling * (len(line) + rest - 3)}\n{last}"


def _members() -> Iterator[Probe]:
    yield group(
        "rules-source-empty", "A RulesSource has exactly one kind of rules",
        {"Type": STATEFUL, "Capacity": 1, "RuleGroup": {"RulesSource": {}}},
        whole_words("RulesString, RulesSourceList, StatefulRules must set exactly one of them, "
                    "context: RulesSource"), MEASURED,
    )  # fmt: skip
    yield Probe(
        "consumed-classic", "A dry run says what capacity the rules consume: a unit a rule",
        ServiceAnswer(value="2"), MODEL, known=True, action="CreateRuleGroup",
        request=classic(["# a comment", rule(), rule(sid=2)]),
        observe="RuleGroupResponse.ConsumedCapacity", plain="arn-classic",
    )  # fmt: skip
    yield group("priority-default-order", "`priority` is accepted in default order",
                classic(rule("priority:1; "), order=DEFAULT_ACTION_ORDER),
                source=GUIDE)  # fmt: skip
    yield group("description-513", "A description has at most 512 characters",
                {**classic(rule()), "Description": "x" * 513},
                ServiceAnswer(_NO_MATCH, whole=False), MODEL)  # fmt: skip
    yield group("tags-51", "A group has at most 50 tags",
                {**classic(rule()), "Tags": [{"Key": f"k{at}", "Value": ""} for at in range(51)]},
                ServiceAnswer("", whole=False), GUIDE)  # fmt: skip
