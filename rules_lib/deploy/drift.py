"""What somebody else did to our groups; the sync that notices it puts it right."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from rules_lib.deploy.steps import Create, Replace, Step, Update

if TYPE_CHECKING:
    from rules_lib.deploy.steps import Plan


def drift_of(plan: Plan, recorded: Mapping[str, str]) -> Iterator[str]:
    """Name the groups that are not as we left them, and what the plan does about it.

    Args:
        plan: of this sync.
        recorded: name -> slot of the groups that the newest build left in force.
    """
    names = {slot: name for name, slot in recorded.items()}
    for step in plan.steps:
        yield from _drift(step, names)


def _drift(step: Step, names: Mapping[str, str]) -> Iterator[str]:
    match step:
        case Create(group=group) if lost := names.get(str(group.slot)):
            yield f"rule group {lost} was deleted by somebody else; {step.name} is created again"
        case Replace(deployed=old) if not old.strict:
            yield f"rule group {old.name} is not in strict order; {step.name} replaces it"
        case Update(deployed=old) | Replace(deployed=old) if old.edited:
            yield f"rule group {old.name} was edited by somebody else; the edit is reverted"
