"""A plan carried out: a failed group stops no other, and nothing goes too early.

Whatever fills a slot is written first. Then each policy is switched, in one update: no moment is
without a category's rules, and none has them twice. Only then do groups let go of what others have
taken over (`handover`), and unwanted ones go, each after a fresh look at it: none that a policy
still uses, and none that is needed since another one failed.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

from rules_lib.deploy.attach import Attached, attach, check_switched
from rules_lib.deploy.effect import Effect, FillStep, effect
from rules_lib.deploy.handover import Handover, WriteOrder
from rules_lib.deploy.outcome import Applied, Failure, Staying
from rules_lib.deploy.point import point
from rules_lib.deploy.steps import Create, Delete, Keep, Plan, Replace, Step, Update
from rules_lib.errors import FirewallError, StaleError
from rules_lib.groups.rule_group import DeployedGroup, Group

if TYPE_CHECKING:
    from rules_lib.aws.firewall import Firewall


def apply(plan: Plan, firewall: Firewall, unproven: Collection[Failure] = ()) -> Applied:
    """Carry a plan out as far as the service lets it; raises no `FirewallError`.

    Args:
        plan: whole, with the groups that could not be proven: what goes depends on them too.
        firewall: to be brought to what the plan says.
        unproven: the failures of the proof; these groups are not written, and are told as failed.
    """
    known = {failure.name: failure for failure in unproven}
    filling = [step for step in plan.steps if not isinstance(step, Delete)]
    order = WriteOrder.of(plan.steps)
    outcomes = {
        one.name: known.get(one.name) or _begin(one, order, firewall) for one in order.steps
    }
    failures = [found for step in filling if isinstance(found := outcomes[step.name], Failure)]
    arns = {name: found for name, found in outcomes.items() if not isinstance(found, Failure)}
    chosen = effect(plan.steps, arns)
    attached = attach(plan, arns, chosen, firewall)
    failures += attached.failures
    in_force = _in_force(filling, chosen, attached)
    ending = [one for name, one in order.handovers.items() if name in arns]
    unended = [why for one in ending if (why := _end(one, in_force, firewall))]
    failures += unended
    undone = {failure.name for failure in unended}
    done: list[Step] = [one for one in filling if one.name in arns and one.name not in undone]
    if firewall.parameters:
        failures += point(plan, arns, chosen, firewall.prefix, firewall.parameters)
    staying: list[Staying] = []
    for step in plan.steps:
        if not isinstance(step, Replace | Delete):
            continue
        outcome = _remove(step, chosen, written=step.name in arns, firewall=firewall)
        if isinstance(outcome, Staying):
            staying.append(outcome)
        elif isinstance(outcome, Failure):
            failures.append(outcome)
        elif isinstance(step, Delete):
            done.append(step)
    seen = tuple(check_switched(attached.switched, firewall))
    failures += [one for one in seen if isinstance(one, Failure)]
    remarks = tuple(one for one in seen if isinstance(one, str))
    return Applied(tuple(done), tuple(failures), tuple(staying), remarks)


def _write(step: FillStep, firewall: Firewall) -> str | Failure:
    """Write one group; gives its ARN."""
    try:
        match step:
            case Replace(begun=DeployedGroup() as begun):
                _resume(step.group, begun, firewall)
                return begun.arn
            case Create() | Replace():
                return firewall.create(step.group, step.deployed)
            case Update():
                firewall.update(step.group, step.deployed)
                return step.deployed.arn
            case Keep():
                return step.deployed.arn
    except FirewallError as error:
        return Failure.of(step.name, error)


def _begin(step: FillStep, order: WriteOrder, firewall: Firewall) -> str | Failure:
    """Write one group, or what it holds until others have taken over from it; gives its ARN."""
    handover = order.handovers.get(step.name)
    if handover is None:
        return _write(step, firewall)
    if handover.until is None:
        return handover.step.deployed.arn
    return _write(replace(handover.step, group=handover.until), firewall)


def _in_force(filling: Iterable[FillStep], chosen: Effect, attached: Attached) -> frozenset[str]:
    """Names of the groups that are as desired and used; of new ones none, if a policy failed."""
    new = {step.name for step in filling if isinstance(step, Create | Replace)}
    return chosen.taking - new if attached.failures else chosen.taking


def _end(handover: Handover, in_force: Collection[str], firewall: Firewall) -> Failure | None:
    """Have a group let go of what it gives away, provided that others have it."""
    step = handover.step
    if waiting := ", ".join(sorted(handover.takers - {*in_force})):
        why = f"{handover.given} of its rules belong in {waiting}, not in force as desired"
        return Failure(step.name, f"{why}; the next sync tries again")
    try:
        current = step.deployed
        if handover.until:
            current = firewall.describe(step.name) or current
            if not current.holds(handover.until):
                raise StaleError("UpdateRuleGroup", step.name)
        firewall.update(step.group, current)
    except FirewallError as error:
        return Failure.of(step.name, error)
    return None


def _resume(group: Group, begun: DeployedGroup, firewall: Firewall) -> None:
    """Go on with a replacement that broke off: the new group is there, and used by nobody."""
    if not begun.holds(group):
        firewall.update(group, begun)


def _remove(
    step: Replace | Delete, chosen: Effect, *, written: bool, firewall: Firewall
) -> Staying | Failure | None:
    """Delete the step's old group, unless its rules are needed; None where it is gone."""
    old = step.deployed
    if isinstance(step, Replace) and not written:
        why = (
            f"{step.name}, which is to replace it, could not be created; the next sync tries again"
        )
        return Staying(old.name, old.associations, why)
    if step.name in chosen.needed:
        why = (
            f"{chosen.needed[step.name]} of its rules belong in a rule group that failed, or "
            "that waits for one, and are in force nowhere else; the next sync tries again"
        )
        return Staying(old.name, old.associations, why)
    return _delete(old, firewall)


def _delete(old: DeployedGroup, firewall: Firewall) -> Staying | Failure | None:
    """Delete a group that nobody uses; None where it is gone, or is no longer ours."""
    try:
        current = firewall.describe(old.name)
        if current is None:
            return None
        if current.associations:
            return _in_use(current)
        firewall.delete(current)
    except FirewallError as error:
        if error.in_use:  # the policy's update is not yet known everywhere
            return _in_use(old)
        return Failure.of(old.name, error)
    return None


def _in_use(group: DeployedGroup) -> Staying:
    count = max(group.associations, 1)
    policies = "1 firewall policy uses it" if count == 1 else f"{count} firewall policies use it"
    why = (
        f"{policies}; give that policy to rulesync, or take the rule group out of it, and the "
        "next sync deletes it"
    )
    return Staying(group.name, count, why)
