"""The two steps of a move: the new rule groups are made beside the old, and the old ones go.

The first step changes neither the allowlist nor an old rule group. The second begins where the new
ones are as they should be and no firewall uses the old policies any more. Each of them can be run
again where it broke off.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeAlias

from rules_lib.aws.calls import Calls
from rules_lib.bucket import ALLOWLIST
from rules_lib.deploy.apply import apply
from rules_lib.deploy.plan import unchecked_plan
from rules_lib.errors import RefusedError, StaleError
from rules_lib.groups.policy_names import named
from rules_lib.rollback.run import unfinished
from rules_lib.state.hold import Hold
from rules_lib.sync.decide import decide
from rules_lib.sync.gather import gather, inputs_of
from rules_lib.sync.run import refusal_log_of
from rules_lib.text import counted
from rulesync_cli.moving.compare import Comparison, compared

if TYPE_CHECKING:
    from rules_lib.aws.firewall import Firewall
    from rules_lib.deploy.outcome import Applied
    from rules_lib.deploy.steps import Plan
    from rules_lib.groups.rule_group import Deployed
    from rules_lib.sync.decide import Decision
    from rules_lib.sync.gather import Gathered
    from rules_lib.world import World
    from rulesync_cli.moving.course import Course, End

Agree: TypeAlias = Callable[["MoveStep"], None]
"""Is shown what is about to be done; raises `NotApprovedError` where it does not agree."""


@dataclass(frozen=True, slots=True)
class MoveStep:
    """What a step of a move is about to do, once the service has validated it.

    Attributes:
        decision: about the new rule groups.
        old: the rule groups and policies of the other kind, as they are.
        comparison: of both.
        removal: what removes the old ones; None in the first step.
    """

    gathered: Gathered
    decision: Decision
    old: Deployed
    comparison: Comparison
    removal: Plan | None = None


def make_beside(world: World, course: Course, agree: Agree) -> tuple[MoveStep, Applied]:
    """Make the new rule groups, attach them to the new policies, and compare.

    Args:
        world: with the new policies.
        course: of the move.
        agree: is asked before anything is written.

    Raises:
        RefusedError: a rollback holds, or the plan is not safe to carry out.
        UnfinishedError: not all of it was done; run again, it goes on.
    """
    _refuse_hold(world)
    calls = Calls(watch=world.watch)
    with calls.candid():
        new = _firewall(world, course.new, calls)
        step = _next_step(world, course, new, _firewall(_bare(world), course.old, calls))
        agree(step)
        applied = apply(step.decision.foreseen.plan, new, step.decision.failures)
    if applied.failures:
        raise unfinished("not all of the new rule groups are in place", applied)
    return step, applied


def remove_old(
    world: World, course: Course, policies: tuple[str, ...], agree: Agree
) -> tuple[MoveStep, Applied]:
    """Upload the allowlist of the new kind, and remove the rule groups of the old one.

    Args:
        world: with the new policies.
        course: of the move.
        policies: the old ones, out of which the old rule groups are taken.
        agree: is asked before anything is written.

    Raises:
        RefusedError: the new rule groups are not as they should be, or the old ones are in use.
        UnfinishedError: not all of it was done; run again, it goes on.
    """
    _refuse_hold(world)
    calls = Calls(watch=world.watch)
    with calls.candid():
        new = _firewall(world, course.new, calls)
        old = _firewall(replace(world, policies=policies, unproven=True), course.old, calls)
        step = _next_step(world, course, new, old)
        _refuse_unready(step, course)
        _refuse_in_use(step.old)
        removal = unchecked_plan((), step.old)
        agree(replace(step, removal=removal))
        _upload(world, course)
        applied = apply(removal, old)
    if applied.failures:
        raise unfinished("not all of the old rule groups are removed", applied)
    return replace(step, removal=removal), applied


def _firewall(world: World, end: End, calls: Calls) -> Firewall:
    return world.firewall(end.prefix, end.target, calls)


def _bare(world: World) -> World:
    """The same without policies: those that are given are of the new kind."""
    return replace(world, policies=())


def _next_step(world: World, course: Course, new: Firewall, old: Firewall) -> MoveStep:
    world.watch("reading the bucket")
    gathered = gather(world.store, course.draft)
    inputs = inputs_of(gathered, new, world.day)
    before = old.deployed()
    world.watch("building the rule groups")
    log = refusal_log_of(world.store, gathered.refusals, inputs)
    decision = decide(inputs, new, log, allow_shrink=True)
    return MoveStep(gathered, decision, before, compared(before, decision.foreseen.built))


def _refuse_hold(world: World) -> None:
    if held := Hold.find(world.store):
        raise RefusedError(
            f"build {held.build} is held since {held.since}", "`rulesync resume` lifts the hold"
        )


def _refuse_unready(step: MoveStep, course: Course) -> None:
    """Remove nothing before what takes its place is there, attached, and as it should be."""
    plan = step.decision.foreseen.plan
    if plan.is_empty and plan.steps:
        return
    missing = counted(len(plan.changes) + len(plan.switched), "change")
    raise RefusedError(
        f"the rule groups for {named(course.new.target)} policies are not up to date ({missing})",
        f"Run `rulesync move --to {course.new.target}` first",
    )


def _refuse_in_use(old: Deployed) -> None:
    """Take no rule group out of a policy by which a firewall is protected."""
    problems = [
        f"  {policy.name} has {counted(policy.firewalls, 'firewall')}: associate a policy of the "
        "new kind with it first"
        for policy in old.policies
        if policy.firewalls
    ]
    problems += [
        f"  {group.name} is used by a firewall policy that was not given: give it with "
        "--from-policy, or take the rule group out of it"
        for group in old.groups
        if group.pinned
    ]
    if problems:
        raise RefusedError("the old rule groups are in use", "\n".join(problems))


def _upload(world: World, course: Course) -> None:
    """Write the allowlist over the one that was read; nothing where that is done.

    Raises:
        StaleError: somebody else has written it since.
    """
    if course.uploaded:
        return
    written = world.store.put(ALLOWLIST, course.draft.text, only_if_etag=course.there.etag)
    if not written:
        raise StaleError("PutObject", f"s3://{world.store.bucket}/{ALLOWLIST}")
