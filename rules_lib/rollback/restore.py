"""The groups of an earlier build, named so that they can take the place of those in force."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from rules_lib.groups.moves import exchanging
from rules_lib.groups.naming import group_name, taken_names
from rules_lib.groups.rule_group import Group

if TYPE_CHECKING:
    from rules_lib.groups.rule_group import Deployed, DeployedGroup, Slot


def renamed(groups: Sequence[Group], prefix: str, deployed: Deployed) -> tuple[Group, ...]:
    """Give each group the name that it had, or another where a group in force is in the way.

    A group in force stays where it is the same one, by name or by capacity, and can hold the rules;
    and where a policy that was not given to us uses it.

    Args:
        groups: of the earlier build.
        prefix: of their names.
        deployed: what is there now.
    """
    moving = exchanging(_moves(groups, deployed), deployed)
    found = list[Group]()
    for place, group in enumerate(groups):
        held = deployed.current.get(group.slot)
        if held and (held.pinned or (group.slot not in moving and _stays(held, group))):
            found.append(replace(group, name=held.name, capacity=held.capacity))
            continue
        taken = {one.name for one in (*found, *groups[place + 1 :])}
        taken |= taken_names(group.slot, group.capacity, deployed)
        free = group.name not in taken
        name = group.name if free else group_name(group.slot, prefix, taken)
        found.append(replace(group, name=name))
    return tuple(found)


def _stays(held: DeployedGroup, group: Group) -> bool:
    same = held.name == group.name or held.capacity == group.capacity
    return same and held.strict and len(group.rules) <= held.capacity


def _moves(groups: Sequence[Group], deployed: Deployed) -> Iterator[tuple[Slot, Slot]]:
    """Where rules come from that are deployed in another slot, and where they go."""
    slots = {sid: slot for slot, held in deployed.current.items() for sid in held.content.by_sid}
    for group in groups:
        for rule in group.rules:
            slot = slots.get(rule.sid, group.slot)
            if slot != group.slot:
                yield slot, group.slot
