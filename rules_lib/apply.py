"""A plan, proven and carried out: a failed group stops no other, and nothing goes too early.

Whatever fills a slot is written first. Then each policy is switched, in one update: no moment is
without a category's rules, and none has them twice. Only then do unwanted groups go, each after a
fresh look at it: none that a policy still uses, and none with a wanted rule that, because another
group failed, is in force nowhere else.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, TypeAlias

from rules_lib.content import by_sid, holds
from rules_lib.errors import FirewallError
from rules_lib.groups import DeployedGroup, Group
from rules_lib.outcome import Applied, Failure, Proof, Staying
from rules_lib.policy import Reference, Switch
from rules_lib.steps import Create, Delete, Keep, Plan, Replace, Step, Update

if TYPE_CHECKING:
    from rules_lib.aws.firewall import Firewall
    from rules_lib.aws.refusals import Refusal

__all__ = ["Applied", "Failure", "Proof", "Staying", "apply", "prove"]

_Filling: TypeAlias = Create | Update | Replace | Keep


def prove(plan: Plan, firewall: Firewall) -> Proof:
    """Have the service validate every group that would be written; changes nothing."""
    refusals: list[Refusal] = []
    failures: list[Failure] = []
    for step in plan.changes:
        try:
            refusals += _refusals(step, firewall)
        except FirewallError as error:
            failures.append(Failure.of(step.name, error))
    return Proof(tuple(refusals), tuple(failures))


def apply(plan: Plan, firewall: Firewall, unproven: Collection[Failure] = ()) -> Applied:
    """Carry a plan out as far as the service lets it; raises no `FirewallError`.

    Args:
        plan: whole, with the groups that could not be proven: what goes depends on them too.
        firewall: to be brought to what the plan says.
        unproven: the failures of the proof; these groups are not written, and are told as failed.
    """
    known = {failure.name: failure for failure in unproven}
    arns: dict[str, str] = {}
    filling = [step for step in plan.steps if not isinstance(step, Delete)]
    outcomes = [known.get(step.name) or _written(step, firewall, arns) for step in filling]
    done: list[Step] = [found for found in outcomes if not isinstance(found, Failure)]
    failures = [found for found in outcomes if isinstance(found, Failure)]
    missing = _missing(filling, done)
    going = [step for step in plan.steps if isinstance(step, Replace | Delete)]
    held = {step.name: stay for step in going if (stay := _staying(step, done, missing))}
    failures += _switched(plan, arns, held, firewall)
    staying = list(held.values())
    for step in going:
        outcome = None if step.name in held else _deleted(step.deployed, firewall)
        if isinstance(outcome, Staying):
            staying.append(outcome)
        elif isinstance(outcome, Failure):
            failures.append(outcome)
        elif isinstance(step, Delete) and step.name not in held:
            done.append(step)
    return Applied(tuple(done), tuple(failures), tuple(staying))


def _switched(
    plan: Plan, arns: Mapping[str, str], held: Collection[str], firewall: Firewall
) -> list[Failure]:
    """Switch every policy, in one update each; what must stay in force stays attached.

    Args:
        plan: what the policies are to refer to.
        arns: name -> ARN of the groups that fill their slot as desired.
        held: names of steps whose old group must not go yet.
        firewall: where the policies are.
    """
    failures = []
    old = {step.name: step.deployed.arn for step in plan.steps if step.deployed}
    for planned in plan.switches:
        references = (*planned.others, *_attached(planned, {**old, **arns}))
        leaving = [old[name] for name in held if name in old]
        references += _behind(references, planned, leaving)
        if set(references) == set(planned.policy.references):
            continue
        try:
            firewall.switch(planned.policy, references)
        except FirewallError as error:
            failures.append(Failure.of(planned.policy.name, error))
    return failures


def _attached(planned: Switch, arns: Mapping[str, str]) -> Iterator[Reference]:
    """Our groups at their priorities: the new one, or else the old one of the same slot."""
    for attachment in planned.attachments:
        if arn := arns.get(attachment.name):
            yield Reference(arn, attachment.priority)


def _behind(
    references: Sequence[Reference], planned: Switch, leaving: Iterable[str]
) -> tuple[Reference, ...]:
    """Groups that go later, since rules of theirs are in force nowhere else: behind all others."""
    before = {reference.arn for reference in planned.policy.references}
    keep = [arn for arn in leaving if arn in before - {one.arn for one in references}]
    last = max((reference.priority for reference in references), default=0)
    return tuple(Reference(arn, last + place) for place, arn in enumerate(keep, start=1))


def _refusals(step: Step, firewall: Firewall) -> tuple[Refusal, ...]:
    match step:
        case Create() | Replace():
            begun = step.begun if isinstance(step, Replace) else None
            return firewall.prove(step.group, begun)
        case Update():
            return firewall.prove(step.group, step.deployed)
        case Keep() | Delete():
            return ()


def _written(step: _Filling, firewall: Firewall, arns: dict[str, str]) -> _Filling | Failure:
    """Write one group and note its ARN."""
    try:
        match step:
            case Replace(begun=DeployedGroup() as begun):
                arns[step.name] = _resumed(step.group, begun, firewall)
            case Create() | Replace():
                arns[step.name] = firewall.create(step.group)
            case Update():
                firewall.update(step.group, step.deployed)
                arns[step.name] = step.deployed.arn
            case Keep():
                arns[step.name] = step.deployed.arn
    except FirewallError as error:
        return Failure.of(step.name, error)
    return step


def _resumed(group: Group, begun: DeployedGroup, firewall: Firewall) -> str:
    """Go on with a replacement that broke off: the new group is there, and used by nobody."""
    if begun.capacity != group.capacity or not begun.strict:
        firewall.delete(begun)
        return firewall.create(group)
    if not holds(begun, group):
        firewall.update(group, begun)
    return begun.arn


def _missing(filling: Collection[_Filling], done: Collection[Step]) -> frozenset[int]:
    """Sids that are wanted and, as a group failed, in force in none that fills a slot."""
    wanted, in_force = set[int](), set[int]()
    for step in filling:
        sids = {rule.sid for rule in step.group.rules}
        wanted |= sids
        if step in done:
            in_force |= sids
        elif step.deployed:
            in_force |= by_sid(step.deployed.text).keys()
    return frozenset(wanted - in_force)


def _staying(
    step: Replace | Delete, done: Collection[Step], missing: frozenset[int]
) -> Staying | None:
    """Why the step's old group must not go yet, from what became of the others."""
    old = step.deployed
    if isinstance(step, Replace) and step not in done:
        why = (
            f"{step.name}, which is to replace it, could not be created; the next sync tries again"
        )
        return Staying(old.name, old.associations, why)
    if held := missing & by_sid(old.text).keys():
        why = (
            f"{len(held)} of its rules are wanted in a group that failed, and are in force nowhere "
            "else; the next sync tries again"
        )
        return Staying(old.name, old.associations, why)
    return None


def _deleted(old: DeployedGroup, firewall: Firewall) -> Staying | Failure | None:
    """Delete a group that nobody uses; None where it is gone, or is no longer ours."""
    try:
        current = firewall.describe(old.name)
        if current is None:
            return None
        if current.associations:
            return _in_use(current)
        firewall.delete(current)
    except FirewallError as error:
        return Failure.of(old.name, error)
    return None


def _in_use(group: DeployedGroup) -> Staying:
    policies = (
        "1 firewall policy uses it"
        if group.associations == 1
        else (f"{group.associations} firewall policies use it")
    )
    why = f"{policies}; take it out of them, and the next sync deletes it"
    return Staying(group.name, group.associations, why)
