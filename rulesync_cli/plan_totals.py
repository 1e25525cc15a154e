"""What people ask of a plan as a whole: what room it takes, what policies see."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rules_lib.deploy.steps import Create, Delete, Plan, Replace, Step

if TYPE_CHECKING:
    from rules_lib.groups.operation import Operation
    from rules_lib.groups.policy import Switch


@dataclass(frozen=True, slots=True)
class ReservedCapacity:
    """Capacity that all groups of ours reserve, or one of them."""

    before: int
    after: int


@dataclass(frozen=True, slots=True)
class PolicyChange:
    """What one update changes in a policy's references to our groups.

    Attributes:
        change: create or update.
        added: names of groups that it refers to from then on.
        removed: names of those that it refers to no longer.
        moved: names of those that get another priority.
    """

    policy: str
    change: Operation
    added: tuple[str, ...]
    removed: tuple[str, ...]
    moved: tuple[str, ...]


def reserved_by(step: Step) -> ReservedCapacity:
    """What one group reserves; a group that stays has the capacity that it was created with."""
    before = step.deployed.capacity if step.deployed else 0
    if isinstance(step, Delete):
        return ReservedCapacity(before, 0)
    created = isinstance(step, Create | Replace)
    return ReservedCapacity(before, step.group.capacity if created else before)


def reserved_by_all(plan: Plan) -> ReservedCapacity:
    """What all groups of ours reserve."""
    rooms = tuple(map(reserved_by, plan.steps))
    return ReservedCapacity(sum(room.before for room in rooms), sum(room.after for room in rooms))


def policy_changes(plan: Plan) -> Iterator[PolicyChange]:
    """What each policy update comes to; policies that stay as they are have none."""
    names = {step.deployed.arn: step.deployed.name for step in plan.steps if step.deployed}
    yield from (_referral(planned, names) for planned in plan.switched)


def _referral(planned: Switch, names: dict[str, str]) -> PolicyChange:
    others = {other.arn for other in planned.others}
    before = {
        names.get(reference.arn, reference.arn): reference.priority
        for reference in planned.policy.references
        if reference.arn not in others
    }
    after = {one.name: one.priority for one in planned.attachments}
    return PolicyChange(
        policy=planned.policy.name,
        change=planned.change,
        added=tuple(name for name in after if name not in before),
        removed=tuple(name for name in before if name not in after),
        moved=tuple(name for name, place in after.items() if before.get(name, place) != place),
    )
