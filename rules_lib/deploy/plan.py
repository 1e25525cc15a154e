"""Desired against deployed, as data: what a sync would do, and nothing done.

A slot's desired group meets the group in force in that slot, whatever their names are: so a group
that is replaced under a new name is known to fill the same place. Nothing is ever planned for a
group that is not ours.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from rules_lib.deploy.steps import Create, Delete, Keep, Plan, Replace, Step, Update
from rules_lib.errors import RefusedError
from rules_lib.groups.policy import Attachment, Switch, problems_of, remainder_in, switch
from rules_lib.groups.policy_quotas import PolicyQuotas, PolicyRemainder
from rules_lib.groups.rule_group import Deployed, DeployedGroup, Group

_NAMED: Final = 5
_DEFAULT_ROOM: Final = PolicyQuotas()


def plan(desired: Sequence[Group], deployed: Deployed, room: PolicyQuotas = _DEFAULT_ROOM) -> Plan:
    """Say what turns the deployed groups, and the policies, into the desired ones.

    Args:
        desired: at most one group a slot.
        deployed: all that the account has under our prefix.
        room: what a policy takes.

    Raises:
        RefusedError: see `refuse_unfit`.
    """
    steps = unchecked_plan(desired, deployed)
    refuse_unfit(steps, deployed, room)
    return steps


def unchecked_plan(desired: Sequence[Group], deployed: Deployed) -> Plan:
    """As `plan`, whether or not it can be carried out."""
    by_priority = sorted(desired, key=lambda group: group.priority)
    steps = [_step(group, deployed) for group in by_priority]
    met = {old.name for step in steps for old in (step.deployed, _begun(step)) if old}
    left = sorted((old for old in deployed.groups if old.name not in met), key=lambda old: old.name)
    return Plan((*steps, *map(Delete, left)), _switches(by_priority, deployed))


def refuse_unfit(planned: Plan, deployed: Deployed, room: PolicyQuotas) -> None:
    """Let no plan through that the account cannot take.

    Raises:
        RefusedError: a desired name is taken by a group that is not ours, or by one that fills
            another slot, or a policy cannot take the groups; the text names all of them.
    """
    desired = tuple(step.group for step in planned.steps if step.group)
    if problems := (
        *_foreign_names(desired, deployed),
        *_classic_names(desired, deployed),
        *_names_in_other_slots(desired, deployed),
        *_policies(planned.switches, desired, deployed, room),
    ):
        raise RefusedError("this cannot be applied", "\n".join(problems))


def remainders(
    planned: Plan, deployed: Deployed, room: PolicyQuotas
) -> tuple[PolicyRemainder, ...]:
    """What each policy that we were given has left for our groups."""
    return tuple(remainder_in(one, _freed(one, deployed), room) for one in planned.switches)


def _step(group: Group, deployed: Deployed) -> Step:
    """The slot's desired group against the one in force there."""
    current = deployed.current.get(group.slot)
    if current is None:
        return Create(group)
    if current.name == group.name:
        return Keep(group, current) if current.holds(group) else Update(group, current)
    begun = (old for old in deployed.groups if old.name == group.name and old.slot == group.slot)
    return Replace(group, current, next(begun, None))


def _begun(step: Step) -> DeployedGroup | None:
    return step.begun if isinstance(step, Replace) else None


def _switches(desired: Sequence[Group], deployed: Deployed) -> tuple[Switch, ...]:
    attachments = [Attachment(group.name, group.priority) for group in desired]
    ours = {group.arn: group.name for group in deployed.groups}
    return tuple(switch(policy, attachments, ours) for policy in deployed.policies)


def _policies(
    switches: Sequence[Switch], desired: Sequence[Group], deployed: Deployed, room: PolicyQuotas
) -> Iterator[str]:
    capacity = sum(group.capacity for group in desired)
    for planned in switches:
        freed = _freed(planned, deployed)
        yield from (f"  {problem}" for problem in problems_of(planned, capacity, freed, room))


def _freed(planned: Switch, deployed: Deployed) -> int:
    """Capacity that our groups reserve in a policy now."""
    arns = {reference.arn for reference in planned.policy.references}
    return sum(group.capacity for group in deployed.groups if group.arn in arns)


def _foreign_names(desired: Sequence[Group], deployed: Deployed) -> Iterator[str]:
    for group in desired:
        if group.name in deployed.foreign:
            yield (
                f"  {group.name} exists and is not ours: it has no readable rulesync:prefix and "
                "rulesync:slot tags; delete it, or set another firewall.prefix"
            )


def _classic_names(desired: Sequence[Group], deployed: Deployed) -> Iterator[str]:
    """Whether two groups of different types may have one name is not known, so none of ours has."""
    if taken := sorted(deployed.classic.intersection(group.name for group in desired)):
        first = ", ".join(taken[:_NAMED]) + (", …" if len(taken) > _NAMED else "")
        yield (
            f"  {first}: rule groups of classic policies have these names; set another "
            "firewall.prefix, or move them with `rulesync move --to next-generation`"
        )


def _names_in_other_slots(desired: Sequence[Group], deployed: Deployed) -> Iterator[str]:
    slots = {old.name: old.slot for old in deployed.groups}
    for group in desired:
        if (slot := slots.get(group.name, group.slot)) != group.slot:
            yield (
                f"  {group.name} is tagged rulesync:slot={slot} but is needed for {group.slot}; "
                "correct its tag, or delete it"
            )
