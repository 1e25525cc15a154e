"""Parameters that point at the rule groups in force, for templates of others."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from rules_lib.deploy.outcome import Failure
from rules_lib.deploy.steps import Delete, Plan
from rules_lib.errors import FirewallError
from rules_lib.groups.naming import arn_parameter, lasting_names

if TYPE_CHECKING:
    from rules_lib.aws.arn_parameters import ArnParameters
    from rules_lib.deploy.effect import Effect
    from rules_lib.groups.rule_group import Slot


def point(
    plan: Plan, arns: Mapping[str, str], chosen: Effect, prefix: str, parameters: ArnParameters
) -> Iterator[Failure]:
    """Have each parameter say which rule group is in force in its slot.

    Args:
        plan: with every slot, also of groups that stay as they are.
        arns: name -> ARN of the groups that are as desired.
        chosen: which of them took effect, and which of the others must stay.
        prefix: of our groups' names.
        parameters: where they are written.

    Yields:
        A failure where they could not be; the next sync tries again.
    """
    filling = _in_force(plan, arns, chosen)
    gone = {
        step.deployed.slot: step.deployed.arn
        for step in plan.steps
        if isinstance(step, Delete) and step.name not in chosen.needed
    }
    names = lasting_names({*filling, *gone}, prefix)
    wanted = {arn_parameter(names[slot]): arn for slot, arn in filling.items()}
    unwanted = {arn_parameter(names[slot]): arn for slot, arn in gone.items()}
    try:
        parameters.point(wanted)
        parameters.remove(unwanted)
    except FirewallError as error:
        yield Failure.of("SSM parameters", error)


def _in_force(plan: Plan, arns: Mapping[str, str], chosen: Effect) -> Mapping[Slot, str]:
    """Slot -> ARN of what fills it: the new group where it took effect, else the old one."""
    found = dict["Slot", str]()
    for step in plan.steps:
        old = step.deployed.arn if step.deployed else ""
        arn = arns[step.name] if step.name in chosen.taking else old
        if arn and not isinstance(step, Delete):
            found[step.group.slot] = arn
    return found
