"""The steps of a plan, as data: what is done to one rule group, or to one policy."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, TypeAlias

from rules_lib.facts.targets import is_classic
from rules_lib.groups.content import compare_rules
from rules_lib.groups.operation import Operation
from rules_lib.groups.policy import Switch
from rules_lib.groups.rule_group import DeployedGroup, Group, GroupVariables


@dataclass(frozen=True, slots=True)
class Create:
    """Nothing fills the slot yet."""

    group: Group
    deployed: ClassVar[None] = None
    change: ClassVar[Operation] = Operation.CREATE

    @property
    def name(self) -> str:
        """Of the group that is made."""
        return self.group.name


@dataclass(frozen=True, slots=True)
class _Meeting:
    group: Group
    deployed: DeployedGroup

    @property
    def name(self) -> str:
        """Of the group that fills the slot afterwards."""
        return self.group.name


@dataclass(frozen=True, slots=True)
class Update(_Meeting):
    """The group stays, with another text or other variables."""

    change: ClassVar[Operation] = Operation.UPDATE


@dataclass(frozen=True, slots=True)
class Replace(_Meeting):
    """The deployed group cannot hold what is desired: a new one is made, then the old one goes.

    Attributes:
        begun: the new group itself, as a replacement that broke off left it.
    """

    begun: DeployedGroup | None = None
    change: ClassVar[Operation] = Operation.REPLACE


@dataclass(frozen=True, slots=True)
class Keep(_Meeting):
    """The group is already as desired: nothing is asked of the service."""

    change: ClassVar[Operation] = Operation.KEEP


@dataclass(frozen=True, slots=True)
class Delete:
    """The group is ours, and nothing desired meets it."""

    deployed: DeployedGroup
    group: ClassVar[None] = None
    change: ClassVar[Operation] = Operation.DELETE

    @property
    def name(self) -> str:
        """Of the group that goes."""
        return self.deployed.name


Step: TypeAlias = Create | Update | Replace | Keep | Delete


@dataclass(frozen=True, slots=True)
class Plan:
    """Every step of a sync: the desired groups by priority, then the deletes by name.

    Attributes:
        switches: what the firewall policies that we were given are to refer to.
    """

    steps: tuple[Step, ...] = ()
    switches: tuple[Switch, ...] = ()

    @property
    def changes(self) -> tuple[Step, ...]:
        """The steps that change something."""
        return tuple(step for step in self.steps if not isinstance(step, Keep))

    @property
    def switched(self) -> tuple[Switch, ...]:
        """The policies that change."""
        return tuple(one for one in self.switches if one.change is not Operation.KEEP)

    @property
    def is_empty(self) -> bool:
        """Whether carrying it out changes nothing: no group, and no policy."""
        return not self.changes and not self.switched


def record(step: Step) -> dict[str, Any]:
    """A step as plan.json shows it.

    `capacity` is what the group has afterwards, or had where it goes; sids stand under `added`,
    `removed` and `changed`; only a replaced group has `replaces`.
    """
    group, deployed = step.group, step.deployed
    before = deployed.content.by_sid if deployed else {}
    after = {rule.sid: rule.text for rule in group.rules} if group else {}
    changes = compare_rules(before, after)
    found: dict[str, Any] = {"name": step.name, "change": step.change}
    if isinstance(step, Replace):
        found["replaces"] = step.deployed.name
    return found | {
        "capacity": _capacity(step),
        "rules": {
            "before": len(deployed.content.rules) if deployed else 0,
            "after": len(after),
        },
        "added": list(changes.added),
        "removed": list(changes.removed),
        "changed": list(changes.changed),
        "moved": changes.moved,
        "variables_changed": _sets(group) != _sets(deployed),
        "references": dict(_variables(group).references),
        "references_changed": _variables(group).references != _variables(deployed).references,
    }


def _capacity(step: Step) -> int:
    """A group that stays has the capacity that it was created with."""
    if isinstance(step, Create | Replace):
        return step.group.capacity
    return step.deployed.capacity


def _variables(group: Group | DeployedGroup | None) -> GroupVariables:
    return group.variables if group else GroupVariables()


def _sets(group: Group | DeployedGroup | None) -> tuple[object, object]:
    variables = _variables(group)
    return variables.ip_sets, variables.port_sets


def switch_record(planned: Switch) -> dict[str, Any]:
    """What a policy is to refer to, as plan.json shows it: ours by name, others by ARN.

    A kind that knows no priorities has None for them, and its mode beside.
    """
    policy = planned.policy
    mode = {} if is_classic(policy.target) else {"target": policy.target, "mode": policy.mode}
    return {
        "policy": policy.name,
        **mode,
        "change": planned.change,
        "rule_groups": [
            {"name": one.name, "priority": one.priority or None} for one in planned.attachments
        ],
        "others": [{"arn": one.arn, "priority": one.priority or None} for one in planned.others],
    }
