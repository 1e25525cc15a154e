"""One target as the world of a build: its part of the bucket, its account, its policies."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rules_lib.aws.arn_parameters import ArnParameters
from rules_lib.aws.clients import ClientsOfTarget
from rules_lib.aws.roles import TargetRole
from rules_lib.aws.target_store import TargetStore
from rules_lib.state.edition import Edition
from rules_lib.world import World

if TYPE_CHECKING:
    from datetime import datetime

    from rules_lib.aws.store import Store
    from rules_lib.targets.values import NamedTarget


def store_of_target(root: Store, target: NamedTarget, edition: str = "") -> TargetStore:
    """A target's part of the bucket.

    Args:
        root: the whole bucket.
        target: whose.
        edition: id of the one that it takes; empty: what the bucket has now.

    Raises:
        StoreError: the edition is gone, or cannot be read.
    """
    taken = Edition.stored(root, edition) if edition else None
    manifests = frozenset(taken.manifests) if taken else None
    return TargetStore(root, target.name, target.allowlist, edition, manifests)


def clients_of_target(root: Store, target: NamedTarget) -> ClientsOfTarget:
    """Clients for the target's account and region, with credentials for as long as they are used.

    The bucket's name is the external id: it is one stack's alone, and both sides know it.

    Raises:
        SettingsError: there are no credentials of one's own.
        FirewallError: its role may not be taken on.
    """
    role = TargetRole(target.role, root.bucket, f"rulesync-{target.name}") if target.role else None
    return ClientsOfTarget.begin(target.region, role)


def world_of_target(
    root: Store,
    target: NamedTarget,
    now: datetime,
    edition: str = "",
    *,
    parameters: bool = False,
) -> World:
    """All that a build of a target touches.

    Args:
        root: the whole bucket.
        target: whose build.
        now: when it begins, in UTC.
        edition: see `store_of_target`.
        parameters: whether the ARN of each rule group is written, where the target is.

    Raises:
        RulesyncError: see `store_of_target` and `clients_of_target`.
    """
    store = store_of_target(root, target, edition)
    made = clients_of_target(root, target)
    written = ArnParameters(made.parameters()) if parameters else None
    return World(store, made.firewall(), now, target.policies, parameters=written)
