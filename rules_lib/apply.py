"""A plan, proven and carried out: a failed group stops no other, and nothing goes too early.

Whatever fills a slot is written first. Only then do unwanted groups go, each after a fresh look at
it: none that a policy still uses, and none with a wanted rule that, because another group failed,
is in force nowhere else.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from rules_lib.content import by_sid
from rules_lib.errors import FirewallError
from rules_lib.outcome import Applied, Failure, Proof, Staying
from rules_lib.plan import Create, Delete, Keep, Plan, Replace, Step, Update

if TYPE_CHECKING:
    from collections.abc import Collection

    from rules_lib.aws.firewall import Firewall
    from rules_lib.aws.refusals import Refusal
    from rules_lib.groups import DeployedGroup

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
    filling = [step for step in plan.steps if not isinstance(step, Delete)]
    outcomes = [known.get(step.name) or _written(step, firewall) for step in filling]
    done: list[Step] = [found for found in outcomes if not isinstance(found, Failure)]
    failures = [found for found in outcomes if isinstance(found, Failure)]
    staying: list[Staying] = []
    missing = _missing(filling, done)
    for step in plan.steps:
        if not isinstance(step, Replace | Delete):
            continue
        outcome = _staying(step, done, missing) or _deleted(step.deployed, firewall)
        if isinstance(outcome, Staying):
            staying.append(outcome)
        elif isinstance(outcome, Failure):
            failures.append(outcome)
        elif isinstance(step, Delete):
            done.append(step)
    return Applied(tuple(done), tuple(failures), tuple(staying))


def _refusals(step: Step, firewall: Firewall) -> tuple[Refusal, ...]:
    match step:
        case Create() | Replace():
            return firewall.prove(step.group)
        case Update():
            return firewall.prove(step.group, step.deployed)
        case Keep() | Delete():
            return ()


def _written(step: _Filling, firewall: Firewall) -> _Filling | Failure:
    try:
        match step:
            case Create() | Replace():
                firewall.create(step.group)
            case Update():
                firewall.update(step.group, step.deployed)
            case Keep():
                pass
    except FirewallError as error:
        return Failure.of(step.name, error)
    return step


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
