"""What the next build finds once a plan was carried out, and whether it would change anything."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

from rules_lib.build import comes_again
from rules_lib.deploy.steps import Keep, Step, Update
from rules_lib.groups.content import GroupText
from rules_lib.staging_record import NO_RECORD, StagingRecord

if TYPE_CHECKING:
    from rules_lib.build import Built, Workings
    from rules_lib.deploy.steps import Plan
    from rules_lib.groups.rule_group import Deployed
    from rules_lib.inputs import Inputs


def is_at_rest(inputs: Inputs, built: Built, plan: Plan) -> bool:
    """Whether a build has found nothing to do: so the next one finds what this one has found."""
    return plan.is_empty and _recorded_after(inputs, built) == inputs.staging


def comes_to_rest(inputs: Inputs, built: Built, plan: Plan, workings: Workings) -> bool:
    """Whether the next build would change nothing, if the plan is carried out and nothing else is.

    Args:
        inputs: of the build.
        built: what came of them.
        plan: what is to be done; one that makes or deletes rule groups, or switches a policy, is
            not looked at.
        workings: what the rules went through.
    """
    if is_at_rest(inputs, built, plan):
        return True
    if plan.switched or not all(isinstance(step, Keep | Update) for step in plan.steps):
        return False
    after = replace(
        inputs,
        deployed=deployed_after(inputs.deployed, plan.steps),
        staging=_recorded_after(inputs, built),
        departed={},
    )
    return comes_again(after, built, workings)


def deployed_after(deployed: Deployed, steps: Iterable[Step]) -> Deployed:
    """What is in force after updates; when the service made them is known only once it is read."""
    written = {
        step.name: replace(
            step.deployed,
            content=GroupText(step.group.text),
            variables=step.group.variables,
            edited=False,
            modified="",
        )
        for step in steps
        if isinstance(step, Update)
    }
    groups = tuple(written.get(group.name, group) for group in deployed.groups)
    return replace(deployed, groups=groups)


def _recorded_after(inputs: Inputs, built: Built) -> StagingRecord:
    return replace(built.staging, first=False) if inputs.allowlist.stages_rules else NO_RECORD
