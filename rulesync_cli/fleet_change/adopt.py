"""A target takes the place of the stack itself: what the stack knew is copied to its folder.

Nothing at the top of the bucket is changed, so that the stack serves itself as before until the
file of targets is there.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final, TypeAlias

from rules_lib.aws.target_store import TargetStore
from rules_lib.bucket import (
    BUILDS,
    DISCARDS,
    FEED_STATES,
    FEEDS_TAKEN,
    HITS,
    LATEST,
    NEWEST_EDITION,
    PROMOTED,
    RINGS,
    STANDING,
    STATE,
    TOLD,
)
from rules_lib.errors import RefusedError, SettingsError
from rules_lib.fleet.targets_file import find_targets
from rules_lib.state.copied_folder import CopiedFolder
from rules_lib.state.latest import Latest
from rules_lib.state.standing import TargetStanding
from rules_lib.targets.values import NAME_FORM
from rulesync_cli.fleet_change.folder import OF_THE_FOLDER, Folder, make_alike
from rulesync_cli.fleet_change.rename import refuse_used_folder
from rulesync_cli.fleet_change.turns import turn_of_target

if TYPE_CHECKING:
    from rules_lib.aws.store import Store
    from rules_lib.state.copied_folder import CopyStage

_KNOWN: Final = (BUILDS, DISCARDS, HITS, STATE, LATEST)
"""Where a stack has what a target has in its folder."""

_OF_ALL: Final = (NEWEST_EDITION, RINGS, PROMOTED, FEED_STATES, FEEDS_TAKEN, TOLD, STANDING)
"""What belongs to all targets, or to a function."""


@dataclass(frozen=True, slots=True)
class Adoption:
    """What is about to be done.

    Attributes:
        name: of the target.
        build: id of the stack's newest applied build.
        objects: how many are copied, or are there already.
        named: the file names the target.
    """

    name: str
    build: str
    objects: int
    named: bool


AgreeToAdoption: TypeAlias = Callable[[Adoption], None]
"""Is shown what is about to be done; raises `NotApprovedError` where it does not agree."""


def adopt_stack(
    root: Store, name: str, *, watch: Callable[[str], None], agree: AgreeToAdoption
) -> Adoption:
    """Copy to a target's folder what the stack knew while it served its own account.

    Args:
        root: the whole bucket.
        name: of the target.
        watch: is told what is being done.
        agree: is asked before anything is written.

    Raises:
        SettingsError: no target can have that name.
        RefusedError: there is nothing to copy, the target has builds of its own, it is in another
            account, or a build runs.
        RulesyncError: the bucket cannot be read or written; run again, it goes on.
    """
    watch("reading the bucket")
    source = Folder(root, "", _KNOWN, (*OF_THE_FOLDER, *_OF_ALL))
    store = TargetStore(root, name)
    step = _planned(root, name, source)
    agree(step)
    with turn_of_target(root, "the stack"), turn_of_target(store, name):
        _note(store, "copying")
        make_alike(source, Folder.of_target(root, name), watch)
        _note(store, "done")
    return step


def _planned(root: Store, name: str, source: Folder) -> Adoption:
    if not re.fullmatch(NAME_FORM, name):
        raise SettingsError(f"no target can have the name {name!r}")
    latest = Latest.find(root)
    if latest is None:
        raise RefusedError("the stack has applied no build yet, so there is nothing to copy")
    targets = find_targets(root)
    target = targets.named(name) if targets else None
    if target and target.role:
        raise RefusedError(
            f"{name} has a role, so it is in another account than the stack",
            "Copy what the stack knew to the target that takes its place",
        )
    store = TargetStore(root, name)
    noted = CopiedFolder.find(store)
    begun = noted and not noted.source and not TargetStanding.find(store)
    if not begun:
        refuse_used_folder(root, name)
    return Adoption(name, latest.build, len(source.etags()), named=target is not None)


def _note(store: Store, stage: CopyStage) -> None:
    CopiedFolder(source="", at=datetime.now(UTC).isoformat(), stage=stage).put(store)
