"""The groups of an earlier build are put back, exactly, and held until somebody resumes."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Final

from rules_lib.apply import Applied, apply, prove
from rules_lib.aws.firewall import Firewall
from rules_lib.drift import digest_of
from rules_lib.errors import RefusedError, StoreError
from rules_lib.groupfile import Restored, read_groups
from rules_lib.plan import plan
from rules_lib.policy import Room
from rules_lib.record import BUILDS, build_key
from rules_lib.state import HOLD, LATEST, Hold, Latest

if TYPE_CHECKING:
    from rules_lib.aws.store import Store
    from rules_lib.steps import Plan
    from rules_lib.sync import World

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
    firewall = Firewall(world.client, restored.prefix, world.policies)
    steps = plan(restored.groups, firewall.deployed(), _ANY_ROOM)
    proof = prove(steps, firewall)
    if proof.refusals or proof.failures:
        words = [f"sid {one.rule.sid}: {one.words}" for one in proof.refusals]
        words += [f"{one.name}: {one.cause}" for one in proof.failures]
        raise RefusedError(f"build {build} cannot be put back: {'; '.join(words)}")
    hold = Hold(build=build, since=world.now.isoformat())
    world.store.put(HOLD, hold.to_json(), content_type="application/json")
    applied = apply(steps, firewall)
    if not applied.failures:
        _point_at(world, build, restored)
    return steps, applied


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


def _known(store: Store) -> str:
    """Name the newest builds, for whoever mistyped one."""
    builds = sorted({e.key.split("/")[1] for e in store.entries(BUILDS) if e.key.count("/") > 1})
    return f"the newest builds are {', '.join(builds[-5:])}" if builds else "there is no build yet"


def _point_at(world: World, build: str, restored: Restored) -> None:
    stored = world.store.find(LATEST)
    if stored is None:
        return
    latest = Latest.parse(stored.body).model_copy(
        update={
            "build": build,
            "applied_at": world.now.isoformat(),
            "prefix": restored.prefix,
            "groups": {group.name: digest_of(group) for group in restored.groups},
        }
    )
    world.store.put(LATEST, latest.to_json(), content_type="application/json")
