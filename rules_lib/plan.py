"""Desired against deployed, as data: what a sync would do, and nothing done.

A slot's desired group meets the slot's deployed group, whatever their names are: so a group that is
replaced under a new name is known to fill the same place. Nothing is ever planned for a group that
is not ours.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, TypeAlias

from rules_lib.content import difference, holds, rules_in
from rules_lib.errors import RefusedError
from rules_lib.groups import Deployed, DeployedGroup, Group, Variables

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


@dataclass(frozen=True, slots=True)
class Create:
    """Nothing fills the slot yet."""

    group: Group
    deployed: ClassVar[None] = None
    change: ClassVar[str] = "create"

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

    change: ClassVar[str] = "update"


@dataclass(frozen=True, slots=True)
class Replace(_Meeting):
    """The deployed group cannot hold what is desired: a new one is made, then the old one goes."""

    change: ClassVar[str] = "replace"


@dataclass(frozen=True, slots=True)
class Keep(_Meeting):
    """The group is already as desired: nothing is asked of the service."""

    change: ClassVar[str] = "keep"


@dataclass(frozen=True, slots=True)
class Delete:
    """The group is ours, and nothing desired meets it."""

    deployed: DeployedGroup
    group: ClassVar[None] = None
    change: ClassVar[str] = "delete"

    @property
    def name(self) -> str:
        """Of the group that goes."""
        return self.deployed.name


Step: TypeAlias = Create | Update | Replace | Keep | Delete


@dataclass(frozen=True, slots=True)
class Plan:
    """Every step of a sync: the desired groups by priority, then the deletes by name."""

    steps: tuple[Step, ...] = ()

    @property
    def changes(self) -> tuple[Step, ...]:
        """The steps that change something."""
        return tuple(step for step in self.steps if not isinstance(step, Keep))


def plan(desired: Sequence[Group], deployed: Deployed) -> Plan:
    """Say what turns the deployed groups into the desired ones.

    Args:
        desired: at most one group a slot.
        deployed: all that the account has under our prefix.

    Raises:
        RefusedError: a desired name is taken by a group that is not ours, or by one that fills
            another slot; the text names all of them.
    """
    if problems := (*_foreign_names(desired, deployed), *_names_in_other_slots(desired, deployed)):
        raise RefusedError(
            "\n".join(("rule groups are in the way; nothing was changed", *problems))
        )
    by_priority = sorted(desired, key=lambda group: group.priority)
    matched = [(group, _deployed_in_slot(group, deployed.groups)) for group in by_priority]
    met = {current.name for _, current in matched if current}
    left = sorted((old for old in deployed.groups if old.name not in met), key=lambda old: old.name)
    return Plan((*(_step(group, current) for group, current in matched), *map(Delete, left)))


def record(step: Step) -> dict[str, Any]:
    """A step as plan.json shows it.

    `capacity` is what the group has afterwards, or had where it goes; sids stand under `added`,
    `removed` and `changed`; only a replaced group has `replaces`.
    """
    group, deployed = step.group, step.deployed
    before, after = deployed.text if deployed else "", group.text if group else ""
    changes = difference(before, after)
    found: dict[str, Any] = {"name": step.name, "change": step.change}
    if isinstance(step, Replace):
        found["replaces"] = step.deployed.name
    return found | {
        "capacity": _capacity(step),
        "rules": {"before": len(rules_in(before)), "after": len(rules_in(after))},
        "added": list(changes.added),
        "removed": list(changes.removed),
        "changed": list(changes.changed),
        "moved": changes.moved,
        "variables_changed": _variables(group) != _variables(deployed),
    }


def _capacity(step: Step) -> int:
    """A group that stays has the capacity that it was created with."""
    if isinstance(step, Create | Replace):
        return step.group.capacity
    return step.deployed.capacity


def _variables(group: Group | DeployedGroup | None) -> Variables:
    return group.variables if group else Variables()


def _deployed_in_slot(group: Group, deployed: Sequence[DeployedGroup]) -> DeployedGroup | None:
    """The slot's group; where a sync that broke off left two, the one with the desired name."""
    found = [old for old in deployed if old.slot == group.slot]
    return min(
        found, key=lambda old: (old.name != group.name, -old.associations, old.name), default=None
    )


def _step(group: Group, current: DeployedGroup | None) -> Step:
    if current is None:
        return Create(group)
    if current.name != group.name:
        return Replace(group, current)
    return Keep(group, current) if holds(current, group) else Update(group, current)


def _foreign_names(desired: Sequence[Group], deployed: Deployed) -> Iterator[str]:
    for group in desired:
        if group.name in deployed.foreign:
            yield (
                f"  {group.name} exists and is not ours: it has no readable rulesync:prefix and "
                "rulesync:slot tags; delete it, or set another firewall.prefix"
            )


def _names_in_other_slots(desired: Sequence[Group], deployed: Deployed) -> Iterator[str]:
    slots = {old.name: old.slot for old in deployed.groups}
    for group in desired:
        if (slot := slots.get(group.name, group.slot)) != group.slot:
            yield (
                f"  {group.name} is tagged rulesync:slot={slot} and is wanted for {group.slot}; "
                "correct its tag, or delete it"
            )
