"""The groups of an earlier build are put back, exactly, and held until somebody resumes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from rules_lib.aws.calls import Calls
from rules_lib.bucket import HOLD
from rules_lib.deploy.apply import apply
from rules_lib.deploy.outcome import Applied
from rules_lib.deploy.plan import plan
from rules_lib.deploy.prove import prove
from rules_lib.errors import ContendedError, RefusedError, StoreError, UnfinishedError
from rules_lib.groups.policy_names import named
from rules_lib.groups.policy_quotas import PolicyQuotas
from rules_lib.rollback.restore import renamed
from rules_lib.state.applied import AppliedBuild, applied_build
from rules_lib.state.hold import Hold
from rules_lib.state.latest import Latest
from rules_lib.state.staging import ROLLED_BACK
from rules_lib.state.statefile import Seen
from rules_lib.state.used_release import releases_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from rules_lib.aws.firewall import Firewall
    from rules_lib.aws.store import Store
    from rules_lib.deploy.steps import Plan
    from rules_lib.world import World

_ATTEMPTS: Final = 5
"""How often it starts over because somebody else changed what it had seen."""

_ANY_ROOM: Final = PolicyQuotas(rule_groups=1_000, capacity=1_000_000)
"""The build fitted its policies when it was made; the service has the last word on the quotas."""


_UNREADABLE: Final = Hold(build="(which, cannot be read)", since="an unknown time")


def rollback(
    world: World, build: str, approve: Callable[[Plan], None] = lambda _: None
) -> tuple[Plan, Applied]:
    """Put the groups of a build back, without the feed, and hold them.

    The hold comes first, so that no scheduled sync comes in between; it stays also where some
    groups could not be written, as the next rollback or `resume` decides.

    Args:
        world: where to read and write.
        build: id of an applied build.
        approve: is shown what is about to be done, once the service has validated it and before
            anything is written; raises where it does not agree.

    Raises:
        StoreError: there is no such build, or not all of it as it was stored; nothing was changed.
        RefusedError: the service would refuse it, or it is for the other kind of policy; nothing
            was changed.
        NotApprovedError: from `approve`; nothing was changed.
        UnfinishedError: it broke off after something was written.
    """
    earlier = applied_build(world.store, build)
    _refuse_other_target(Latest.find(world.store), earlier)
    calls = Calls(watch=world.watch)
    approve(_planned(_firewall(world, earlier, calls), earlier))
    Hold(build=build, since=world.now.isoformat()).put(world.store)
    return _carried_out(world, earlier, calls)


def _refuse_other_target(latest: Latest | None, earlier: AppliedBuild) -> None:
    """Put no rule groups of one kind in the place of the other's: a policy takes its own alone.

    Raises:
        RefusedError: the build has groups of another kind than the newest one.
    """
    was = earlier.restored.target
    if latest and latest.target is not was:
        raise RefusedError(
            f"build {earlier.build} has rule groups for {named(was)} policies, and those in force "
            f"are for {named(latest.target)} ones",
            f"`rulesync move --to {was}` makes the others again, from the rules of now "
            "(docs/which-policy.md)",
        )


def reapply_held_build(world: World, held: Hold) -> None:
    """Put the held build back once more, as a sync that had begun before may have written since.

    Raises:
        StoreError: there is no such build, or not all of it as it was stored.
        RefusedError: the service would refuse it; nothing was changed.
        UnfinishedError: it broke off after something was written, or not all of it was.
    """
    earlier = applied_build(world.store, held.build)
    _, applied = _carried_out(world, earlier, Calls(watch=world.watch))
    if applied.failures:
        raise unfinished(f"build {held.build} is held, and not all of it is in force", applied)


def unfinished(what: str, applied: Applied) -> UnfinishedError:
    """The error for groups that could not be written, with every cause."""
    causes = "; ".join(f"{one.name}: {one.cause}" for one in applied.failures)
    return UnfinishedError(f"{what}: {causes}", applied.troubles)


def _carried_out(world: World, earlier: AppliedBuild, calls: Calls) -> tuple[Plan, Applied]:
    """Apply, again where somebody else was faster, and have `latest.json` point at the build."""
    with calls.candid():
        for _ in range(_ATTEMPTS):
            latest = Latest.see(world.store)
            firewall = _firewall(world, earlier, calls)
            steps = _planned(firewall, earlier)
            applied = apply(steps, firewall)
            if any(failure.stale for failure in applied.failures):
                continue
            if applied.failures or _point_at(world, earlier, steps, latest):
                return steps, applied
    raise ContendedError(
        f"build {earlier.build}: somebody else keeps changing the rule groups; try again"
    )


def _firewall(world: World, earlier: AppliedBuild, calls: Calls) -> Firewall:
    return world.firewall(earlier.restored.prefix, earlier.restored.target, calls)


def _planned(firewall: Firewall, earlier: AppliedBuild) -> Plan:
    """Plan, and have the service look at it.

    Raises:
        RefusedError: the service would refuse it.
    """
    deployed = firewall.deployed()
    groups = renamed(earlier.restored.groups, earlier.restored.prefix, deployed)
    steps = plan(groups, deployed, _ANY_ROOM)
    proof = prove(steps, firewall)
    failures = [failure for failure in proof.failures if not failure.stale]
    if proof.refusals or failures:
        words = [f"sid {one.rule.sid}: {one.words}" for one in proof.refusals]
        words += [f"{one.name}: {one.cause}" for one in failures]
        raise RefusedError(f"build {earlier.build} cannot be restored: {'; '.join(words)}")
    return steps


def resume(store: Store) -> Hold | None:
    """Lift the hold, also one that cannot be read; None where there is none."""
    held = store.find(HOLD)
    if held is None:
        return None
    store.delete(HOLD)
    try:
        return Hold.parse(held.body)
    except StoreError:
        return _UNREADABLE


def _point_at(world: World, earlier: AppliedBuild, steps: Plan, latest: Seen[Latest]) -> bool:
    """Move `latest.json`, if it is there; False where somebody else has moved it since."""
    if latest.file is None:
        return True
    feed = earlier.summary.feed
    moved = latest.file.model_copy(
        update={
            "build": earlier.build,
            "version": feed.version,
            "sha256": feed.sha256,
            "feeds": releases_of(earlier.summary) if earlier.summary.feeds else (),
            "applied_at": world.now.isoformat(),
            "groups": {step.group.name: str(step.group.slot) for step in steps.steps if step.group},
            "discarded": earlier.summary.discarded,
            "staging": ROLLED_BACK if latest.file.staging else "",
            "circumstances": "",
        }
    )
    return moved.put_over(world.store, latest.etag)
