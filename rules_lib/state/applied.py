"""Builds that were applied, read back from the bucket; what is read is never trusted."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Final

from rules_lib.bucket import BUILDS, GROUPS, RULE_GROUPS, SUMMARY, build_key
from rules_lib.errors import StoreError
from rules_lib.report.summary import Summary, read_summary
from rules_lib.state.groupfile import Restored, read_groups
from rules_lib.state.latest import Latest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rules_lib.aws.store import Store

_NAMED: Final = 5
"""How many builds are named to whoever mistyped one."""

_READ: Final = 20
"""How many summaries are read to offer builds: somebody waits, and hundreds may have failed."""

_ENDED: Final = {"refused": "was refused", "failed": "failed, so not all of it was in force"}


@dataclass(frozen=True, slots=True)
class AppliedBuild:
    """An applied build as the bucket has it: its groups, and what its summary says of them."""

    build: str
    restored: Restored
    summary: Summary


def applied_build(store: Store, build: str) -> AppliedBuild:
    """Read a build's groups from its folder, and take nothing that is not as it was stored.

    Raises:
        StoreError: there is no such build, it was not applied, or a file of it is damaged.
    """
    key = build_key(build, GROUPS)
    stored = store.find(key) if _is_name(build) else None
    if stored is None:
        raise StoreError(f"{store.address(key)} does not exist: {_known(store)}")
    told = build_key(build, SUMMARY)
    summary = read_summary(store.get(told), store.address(told))
    if summary.status != "healthy":
        raise StoreError(f"build {build} {_ENDED[summary.status]}: {_known(store)}")
    restored = read_groups(stored.body, _texts(store, build), store.address(key))
    _refuse_incomplete(restored, summary, key)
    return AppliedBuild(build, restored, summary)


def _texts(store: Store, build: str) -> dict[str, str]:
    """Name -> rules of each of a build's groups; bytes that are no text compare as damaged."""
    return {
        PurePosixPath(entry.key).stem: store.get(entry.key).decode(errors="replace")
        for entry in store.entries(build_key(build, RULE_GROUPS))
    }


def _refuse_incomplete(restored: Restored, summary: Summary, key: str) -> None:
    """Take no list of groups but the one that the build's summary has, rule by rule counted.

    Raises:
        StoreError: a group is missing or one too many, or has another number of rules.
    """
    found = {group.name: len(group.rules) for group in restored.groups}
    told = {entry.name: entry.rules for entry in summary.groups if not entry.deleted}
    if found != told:
        names = sorted(name for name in found.keys() | told if found.get(name) != told.get(name))
        raise StoreError(
            f"{key} is damaged: it and the build's summary.json differ in {', '.join(names)}. "
            "Restore the object's earlier version, or take another build"
        )


def _is_name(build: str) -> bool:
    return bool(build) and "/" not in build


def applied_builds(store: Store, begun: str = "", most: int = _READ) -> Iterator[str]:
    """Ids of the builds that were applied and begin so, the newest first.

    The build in force is known without a look; each of the others costs a request.

    Args:
        store: the bucket.
        begun: how the ids begin.
        most: so many of the newest builds are looked at; where all of these failed, none is named
            but the one in force.

    Raises:
        StoreError: the bucket cannot be read.
    """
    in_force = _in_force(store)
    found = (build for build in reversed(store.folders(BUILDS)) if build.startswith(begun))
    for place, build in enumerate(found):
        if build == in_force or (place < most and _is_healthy(store, build)):
            yield build


def _in_force(store: Store) -> str | None:
    """The build in force, however many failed after it; None where nobody knows."""
    with suppress(StoreError):  # it only spares a look
        latest = Latest.find(store)
        return latest.build if latest else None
    return None


def _is_healthy(store: Store, build: str) -> bool:
    summary = store.find(build_key(build, SUMMARY))
    try:
        return summary is not None and read_summary(summary.body).status == "healthy"
    except StoreError:  # of another version: it cannot be restored
        return False


def _known(store: Store) -> str:
    """Name the newest builds, for whoever mistyped one."""
    builds = ", ".join(islice(applied_builds(store, most=2 * _NAMED), _NAMED))
    return f"the newest applied builds are {builds}" if builds else "no build was applied yet"
