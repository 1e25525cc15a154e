"""The groups of an earlier build are put back, exactly, and held until somebody resumes."""

from __future__ import annotations

from itertools import islice
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Final

from rules_lib.aws.calls import Calls
from rules_lib.aws.firewall import Firewall
from rules_lib.deploy.apply import Applied, apply, prove
from rules_lib.deploy.plan import plan
from rules_lib.errors import RefusedError, StoreError
from rules_lib.history.groupfile import Restored, read_groups
from rules_lib.history.record import BUILDS, build_key
from rules_lib.history.restore import renamed
from rules_lib.history.state import HOLD, LATEST, Hold, Latest
from rules_lib.policy import Room
from rules_lib.report.summary import read_summary

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rules_lib.aws.store import Store, Stored
    from rules_lib.deploy.steps import Plan
    from rules_lib.world import World

_NAMED: Final = 5
"""How many builds are named to whoever mistyped one."""

_ATTEMPTS: Final = 5
"""How often it starts over because somebody else changed what it had seen."""

_ANY_ROOM: Final = Room(rule_groups=1_000, capacity=1_000_000)
"""The build fitted its policies when it was made; the service has the last word on the quotas."""


def rollback(world: World, build: str) -> tuple[Plan, Applied]:
    """Put the groups of a build back, without the feed, and hold them.

    The hold comes first, so that no scheduled sync comes in between; it stays also where some
    groups could not be written, as the next rollback or `resume` decides.

    Args:
        world: where to read and write.
        build: id of an applied build.

    Raises:
        StoreError: there is no such build, or not all of it.
        RefusedError: the service would refuse it; nothing was changed.
    """
    restored = _restored(world.store, build)
    _planned(_firewall(world, restored), restored, build)
    hold = Hold(build=build, since=world.now.isoformat())
    world.store.put(HOLD, hold.to_json(), content_type="application/json")
    return _carried_out(world, restored, build)


def put_back(world: World, held: Hold) -> None:
    """Put the held build back once more, as a sync that had begun before may have written since.

    Raises:
        StoreError: there is no such build, or not all of it.
        RefusedError: the service would refuse it, or not all of it was written.
    """
    _, applied = _carried_out(world, _restored(world.store, held.build), held.build)
    if applied.failures:
        causes = "; ".join(f"{one.name}: {one.cause}" for one in applied.failures)
        raise RefusedError(f"build {held.build} is held, and not all of it is in force: {causes}")


def _carried_out(world: World, restored: Restored, build: str) -> tuple[Plan, Applied]:
    """Apply, again where somebody else was faster, and have `latest.json` point at the build."""
    for _ in range(_ATTEMPTS):
        latest = world.store.find(LATEST)
        firewall = _firewall(world, restored)
        steps = _planned(firewall, restored, build)
        applied = apply(steps, firewall)
        if any(failure.stale for failure in applied.failures):
            continue
        if applied.failures or latest is None or _point_at(world, build, steps, latest):
            return steps, applied
    raise RefusedError(f"build {build}: somebody else keeps changing the rule groups; try again")


def _firewall(world: World, restored: Restored) -> Firewall:
    return Firewall(world.client, restored.prefix, world.policies, Calls(watch=world.watch))


def _planned(firewall: Firewall, restored: Restored, build: str) -> Plan:
    """Plan, and have the service look at it.

    Raises:
        RefusedError: the service would refuse it.
    """
    deployed = firewall.deployed()
    groups = renamed(restored.groups, restored.prefix, deployed)
    steps = plan(groups, deployed, _ANY_ROOM)
    proof = prove(steps, firewall)
    failures = [failure for failure in proof.failures if not failure.stale]
    if proof.refusals or failures:
        words = [f"sid {one.rule.sid}: {one.words}" for one in proof.refusals]
        words += [f"{one.name}: {one.cause}" for one in failures]
        raise RefusedError(f"build {build} cannot be put back: {'; '.join(words)}")
    return steps


def resume(store: Store) -> Hold | None:
    """Lift the hold; None where there is none."""
    held = store.find(HOLD)
    if held is None:
        return None
    store.delete(HOLD)
    return Hold.parse(held.body)


def _restored(store: Store, build: str) -> Restored:
    """Read a build's groups from its folder."""
    key = build_key(build, "groups.json")
    stored = store.find(key) if _is_name(build) else None
    if stored is None:
        raise StoreError(f"s3://{store.bucket}/{key} does not exist: {_known(store)}")
    folder = build_key(build, "rule-groups/")
    texts = {
        PurePosixPath(entry.key).stem: store.get(entry.key).decode()
        for entry in store.entries(folder)
    }
    return read_groups(stored.body, texts, key)


def _is_name(build: str) -> bool:
    return bool(build) and "/" not in build


def applied_builds(store: Store, begun: str = "") -> Iterator[str]:
    """Ids of the builds that were applied and begin so, the newest first; each costs a request.

    Raises:
        StoreError: the bucket cannot be read.
    """
    for build in reversed(store.folders(BUILDS)):
        summary = store.find(build_key(build, "summary.json")) if build.startswith(begun) else None
        if summary and _is_healthy(summary):
            yield build


def _is_healthy(summary: Stored) -> bool:
    try:
        return read_summary(summary.body).status == "healthy"
    except StoreError:  # of another version: it cannot be put back
        return False


def _known(store: Store) -> str:
    """Name the newest builds, for whoever mistyped one."""
    builds = ", ".join(islice(applied_builds(store), _NAMED))
    return f"the newest applied builds are {builds}" if builds else "no build was applied yet"


def _point_at(world: World, build: str, steps: Plan, before: Stored) -> bool:
    """Move `latest.json`, unless somebody else has moved it since; say whether it was moved."""
    summary = read_summary(world.store.get(build_key(build, "summary.json")))
    feed = summary.feed
    latest = Latest.parse(before.body).model_copy(
        update={
            "build": build,
            "version": feed.version,
            "sha256": feed.sha256,
            "applied_at": world.now.isoformat(),
            "groups": {step.group.name: str(step.group.slot) for step in steps.steps if step.group},
            "discarded": summary.discarded,
        }
    )
    return world.store.put(
        LATEST, latest.to_json(), content_type="application/json", only_if_etag=before.etag
    )
