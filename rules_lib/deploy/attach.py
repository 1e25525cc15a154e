"""Policies are switched to what took effect of a plan, each in one update."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rules_lib.deploy.outcome import Failure
from rules_lib.deploy.steps import Delete, Plan, Replace, Step
from rules_lib.errors import FirewallError
from rules_lib.facts import limits
from rules_lib.groups.policy import GroupReference, Policy, Switch

if TYPE_CHECKING:
    from rules_lib.aws.firewall import Firewall
    from rules_lib.deploy.effect import Effect


@dataclass(frozen=True, slots=True)
class Attached:
    """What became of the policies: those that were switched, and those that could not be."""

    switched: tuple[Policy, ...]
    failures: tuple[Failure, ...]


def attach(plan: Plan, arns: Mapping[str, str], chosen: Effect, firewall: Firewall) -> Attached:
    """Switch every policy, in one update each; what must stay in force stays attached.

    Args:
        plan: what the policies are to refer to.
        arns: name -> ARN of the groups that are as desired.
        chosen: which of them may be used.
        firewall: where the policies are.
    """
    switched, failures = list[Policy](), list[Failure]()
    filling = {step.name: step.deployed.arn for step in plan.steps if step.deployed}
    filling |= {name: arns[name] for name in chosen.taking}
    leaving = {filling[step.name] for step in plan.steps if _waits(step, chosen)}
    replaced = {
        arns[step.name]: step.deployed.arn
        for step in plan.steps
        if isinstance(step, Replace) and step.name in chosen.taking
    }
    for planned in plan.switches:
        references = (*planned.others, *_attached(planned, filling))
        references += _behind(references, planned, leaving)
        if set(references) == set(planned.policy.references):
            continue
        try:
            firewall.switch(planned.policy, references, replaced)
        except FirewallError as error:
            failures.append(Failure.of(planned.policy.name, error))
        else:
            switched.append(planned.policy)
    return Attached(tuple(switched), tuple(failures))


def check_switched(switched: Iterable[Policy], firewall: Firewall) -> Iterator[Failure | str]:
    """Look once at what the service says of policies that were switched, which takes it a while.

    Args:
        switched: as they were before.
        firewall: where the policies are.

    Yields:
        A failure where a policy is broken that was not before; else a line for people.
    """
    for policy in switched:
        try:
            health = firewall.health(policy)
        except FirewallError as error:
            yield (
                f"firewall policy {policy.name} was updated, but its status cannot be read: {error}"
            )
            continue
        told = f"the policy was updated, and the service reports: {health.trouble}"
        if health.broken and not policy.health.broken:
            yield Failure(policy.name, told)
        elif health.trouble and health != policy.health:
            yield f"firewall policy {policy.name}: {told}"


def _waits(step: Step, chosen: Effect) -> bool:
    """Whether a group that is no longer wanted has rules that are."""
    return isinstance(step, Delete) and step.name in chosen.needed


def _attached(planned: Switch, filling: Mapping[str, str]) -> Iterator[GroupReference]:
    """Our groups at their priorities: the new one, or else the old one of the same slot."""
    for attachment in planned.attachments:
        if arn := filling.get(attachment.name):
            yield GroupReference(arn, attachment.priority)


def _behind(
    references: Sequence[GroupReference], planned: Switch, leaving: Collection[str]
) -> tuple[GroupReference, ...]:
    """Groups that go later: where they stand, or at the next priority that is free."""
    if not leaving:
        return ()
    free = set(range(1, limits.PRIORITY_MAX + 1)) - {one.priority for one in references}
    found = []
    for reference in planned.policy.references:
        if reference.arn in leaving and not reference.priority:
            found.append(reference)
        elif reference.arn in leaving:
            later = (priority for priority in free if priority >= reference.priority)
            priority = min(later, default=max(free))
            free.discard(priority)
            found.append(GroupReference(reference.arn, priority))
    return tuple(found)
