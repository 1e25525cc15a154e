"""A target is removed: the file names it no more, and its rule groups stay or go, as asked.

The file comes first, so that no round builds again what is about to go, and while a build of the
target runs nothing begins. Where the rule groups are is noted in the target's folder, so that a
removal that broke off is finished by running it again.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, TypeAlias

from rules_lib.aws.arn_parameters import ArnParameters
from rules_lib.aws.calls import Calls
from rules_lib.aws.target_store import TargetStore
from rules_lib.bucket import HOLD, LATEST, SETTLED, STANDING, TARGETS_FILE
from rules_lib.deploy.apply import apply
from rules_lib.deploy.outcome import Applied
from rules_lib.deploy.plan import unchecked_plan
from rules_lib.errors import RefusedError, SettingsError, UnfinishedError
from rules_lib.facts.targets import Target
from rules_lib.fleet.place import clients_of_target
from rules_lib.fleet.promote import forget_promotion
from rules_lib.fleet.targets_file import find_targets, target_named, targets_in
from rules_lib.state.latest import Latest
from rules_lib.state.removed_target import RemovedTarget
from rules_lib.state.standing import TargetStanding
from rules_lib.targets.values import NamedTarget, Targets
from rules_lib.text import counted
from rules_lib.world import World
from rulesync_cli.account import wants_parameters
from rulesync_cli.allowlist_text import as_it_is
from rulesync_cli.fleet_change.targets_edit import TargetsEdit
from rulesync_cli.fleet_change.targets_text import without_target
from rulesync_cli.fleet_change.turns import turn_of_target

if TYPE_CHECKING:
    from datetime import datetime

    from rules_lib.aws.firewall import Firewall
    from rules_lib.aws.store import Store
    from rules_lib.deploy.steps import Plan

_IN_FORCE: Final = (STANDING, LATEST, SETTLED, HOLD)
"""What a target's folder says of the rule groups in force."""

_AGAIN: Final = "run it again to finish"


@dataclass(frozen=True, slots=True)
class TargetRemoval:
    """What is about to be done.

    Attributes:
        target: as the file names it, or named it last.
        edit: takes it out of the file; None where that is done.
        groups: names of its rule groups, as its newest build says.
        removal: takes its rule groups out of its policies, and deletes them; None: they stay.
    """

    target: NamedTarget
    edit: TargetsEdit | None
    groups: tuple[str, ...]
    removal: Plan | None = None

    @property
    def is_done(self) -> bool:
        """Whether nothing is left to do."""
        return self.edit is None and (self.removal is None or self.removal.is_empty)


AgreeToRemoval: TypeAlias = Callable[[TargetRemoval], None]
"""Is shown what is about to be done; raises `NotApprovedError` where it does not agree."""


@dataclass(frozen=True, slots=True)
class TargetGroups:
    """Where a target's rule groups are.

    Attributes:
        target: whose.
        prefix: of their names; empty where nobody knows.
        kind: of its policies.
    """

    target: NamedTarget
    prefix: str
    kind: Target

    def firewall(self, root: Store, now: datetime, calls: Calls) -> Firewall:
        """The rule groups and the target's policies, of which none is attached anew.

        Raises:
            RulesyncError: the target's account cannot be reached.
        """
        made = clients_of_target(root, self.target)
        here = World(
            root,
            made.firewall(),
            now,
            self.target.policies,
            unproven=True,
            parameters=ArnParameters(made.parameters()) if wants_parameters() else None,
        )
        return here.firewall(self.prefix, self.kind, calls)


def remove_target(  # noqa: PLR0913 - what is removed, and by whom
    root: Store,
    name: str,
    *,
    deletes: bool,
    now: datetime,
    watch: Callable[[str], None],
    agree: AgreeToRemoval,
) -> tuple[TargetRemoval, Applied]:
    """Take a target out of the file, and delete its rule groups where asked.

    Args:
        root: the whole bucket.
        name: of the target.
        deletes: whether its rule groups go; else they stay in force as they are.
        now: UTC.
        watch: is told what is being done.
        agree: is asked before anything is written.

    Raises:
        SettingsError: there is no such target.
        RefusedError: it is the only one, a build of it runs, or its rule groups are needed.
        UnfinishedError: not all of it was done; run again, it goes on.
        RulesyncError: the bucket or the target's account cannot be reached.
    """
    calls = Calls(watch=watch)
    watch("reading the targets")
    targets, edit = find_targets(root), None
    if targets and targets.named(name):
        _refuse_only(root, targets)
        edit = TargetsEdit.of(root, lambda text: without_target(text, name))
    here = _groups_of(root, targets, name)
    step = TargetRemoval(here.target, edit, _names(root, here.target))
    firewall = None
    if deletes:
        _refuse_shared(root, targets, here)
        firewall = here.firewall(root, now, calls)
        step = replace(step, removal=_removal(firewall))
    agree(step)
    with calls.candid(), turn_of_target(TargetStore(root, name), name):
        _take_out(root, here, step, now, watch)
        return step, _delete(root, name, step, firewall)


def _refuse_only(root: Store, targets: Targets) -> None:
    """A file without targets is none, and without the file the stack serves its own account."""
    if len(targets.targets) == 1:
        raise RefusedError(
            f"{targets.names[0]} is the only target",
            f"Without {root.address(TARGETS_FILE)}, the stack serves its own account and region. "
            "If you want that, or the stack is deleted, delete the file and run this again",
        )


def _groups_of(root: Store, targets: Targets | None, name: str) -> TargetGroups:
    """Where the rule groups of a target are, by the file or by what was noted.

    Raises:
        SettingsError: there is no such target, and none was removed.
    """
    if targets and (target := targets.named(name)):
        return _as_built(root, target)
    store = TargetStore(root, name)
    noted, standing = RemovedTarget.find(store), TargetStanding.find(store)
    if noted and not (standing and (standing.attempted or "") > noted.at):
        return TargetGroups(noted.target(name), noted.prefix, noted.kind)
    if standing and standing.region:  # somebody took it out of the file by hand
        where = {"region": standing.region, "role": standing.role, "policies": standing.policies}
        return _as_built(root, NamedTarget(name=name, **where))
    target_named(root, targets_in(root), name)
    raise SettingsError(f"there is no target {name!r}")


def _as_built(root: Store, target: NamedTarget) -> TargetGroups:
    """By the newest build; before the first one, by the allowlist."""
    latest = Latest.find(TargetStore(root, target.name))
    if latest and latest.prefix:
        return TargetGroups(target, latest.prefix, latest.target)
    stored = root.find(target.allowlist)
    if stored is None:
        return TargetGroups(target, "", Target.CLASSIC)
    firewall = as_it_is(stored.body, root.address(target.allowlist)).firewall
    return TargetGroups(target, firewall.prefix, firewall.target)


def _names(root: Store, target: NamedTarget) -> tuple[str, ...]:
    latest = Latest.find(TargetStore(root, target.name))
    return tuple(latest.groups) if latest else ()


def _refuse_shared(root: Store, targets: Targets | None, here: TargetGroups) -> None:
    """Delete no rule groups that another target has too, or the stack itself.

    Raises:
        RefusedError: they are needed, or nobody knows which they are.
    """
    target = here.target
    if not here.prefix:
        raise RefusedError(
            f"nobody knows the prefix of the rule groups of {target.name}",
            f"It has no build, and {root.address(target.allowlist)} does not exist",
        )
    if targets is None and not target.role:
        raise RefusedError(
            f"without {root.address(TARGETS_FILE)}, the stack serves its own account itself, "
            f"so the rule groups of {target.name} may be its own",
            "docs/uninstall.md says how to delete them",
        )
    for other in targets.targets if targets else ():
        if other.name == target.name or (other.account, other.region) != (
            target.account,
            target.region,
        ):
            continue
        theirs = _as_built(root, other)
        if (theirs.prefix, theirs.kind) == (here.prefix, here.kind):
            raise RefusedError(
                f"the rule groups {here.prefix}-… of {target.name} are those of {other.name} too: "
                "both are in the same account and region",
                f"`rulesync targets remove {target.name} --groups keep` leaves them to it",
            )


def _removal(firewall: Firewall) -> Plan:
    """Take all of our rule groups out of the target's policies, and delete them.

    Raises:
        RefusedError: a policy that the target does not name uses one of them.
        FirewallError: they cannot be read.
    """
    deployed = firewall.deployed()
    there = tuple(policy for policy in deployed.policies if policy.arn)
    if pinned := [group.name for group in deployed.groups if group.pinned]:
        raise RefusedError(
            f"{counted(len(pinned), 'rule group')} of the target {_is(pinned)} used by a firewall "
            "policy that it does not name",
            f"Take {', '.join(pinned)} out of that policy, or name the policy under `policies`",
        )
    return unchecked_plan((), replace(deployed, policies=there))


def _is(some: list[str]) -> str:
    return "is" if len(some) == 1 else "are"


def _take_out(
    root: Store,
    here: TargetGroups,
    step: TargetRemoval,
    now: datetime,
    watch: Callable[[str], None],
) -> None:
    """Note where the rule groups are, and have the file name the target no more."""
    name = here.target.name
    if step.edit:
        RemovedTarget(
            at=now.isoformat(),
            region=here.target.region,
            role=here.target.role,
            policies=here.target.policies,
            allowlist=here.target.allowlist,
            prefix=here.prefix,
            kind=here.kind,
        ).put(TargetStore(root, name))
        watch(f"Update {root.address(TARGETS_FILE)}")
        step.edit.write(root)
    forget_promotion(root, name)


def _delete(root: Store, name: str, step: TargetRemoval, firewall: Firewall | None) -> Applied:
    """Delete the rule groups, and then what the folder says of them.

    Raises:
        UnfinishedError: not all of them are gone.
    """
    if step.removal is None or firewall is None:
        return Applied()
    applied = apply(step.removal, firewall)
    if applied.failures or applied.staying:
        causes = [f"{one.name}: {one.cause}" for one in applied.failures]
        causes += [f"{one.name}: {one.why}" for one in applied.staying]
        raise UnfinishedError(f"{_left(name)}: {'; '.join(causes)}; {_AGAIN}", applied.troubles)
    if more := firewall.deployed().groups:
        named = ", ".join(group.name for group in more)
        raise UnfinishedError(f"{_left(name)}: {named} came meanwhile; {_AGAIN}")
    store = TargetStore(root, name)
    for key in _IN_FORCE:
        store.delete(key)
    return applied


def _left(name: str) -> str:
    return f"{name} is no longer in {TARGETS_FILE}, and not all of its rule groups are deleted"
