"""A target gets another name: its folder is copied, the file names it so, and the old folder goes.

In this order a round finds all of the target's state under whichever name the file has at the time.
While it is copied no build of the target runs. Rule groups and policies know nothing of the name.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, TypeAlias

from rules_lib.aws.target_store import TargetStore
from rules_lib.bucket import TARGETS_FILE, target_key
from rules_lib.errors import RefusedError
from rules_lib.fleet.promote import forget_promotion, share_promotion
from rules_lib.fleet.targets_file import target_named, targets_in
from rules_lib.state.copied_folder import CopiedFolder
from rulesync_cli.fleet_change.folder import Folder, make_alike
from rulesync_cli.fleet_change.targets_edit import TargetsEdit
from rulesync_cli.fleet_change.targets_text import with_target_renamed
from rulesync_cli.fleet_change.turns import take_turn, turn_of_target

if TYPE_CHECKING:
    from rules_lib.aws.store import Store
    from rules_lib.state.copied_folder import CopyStage


@dataclass(frozen=True, slots=True)
class TargetRename:
    """What is about to be done.

    Attributes:
        old: the name so far.
        new: the name from then on.
        edit: of the file; None where that is done.
        objects: how many the old folder has.
        is_done: nothing is left to do.
    """

    old: str
    new: str
    edit: TargetsEdit | None
    objects: int
    is_done: bool = False


AgreeToRename: TypeAlias = Callable[[TargetRename], None]
"""Is shown what is about to be done; raises `NotApprovedError` where it does not agree."""


def rename_target(
    root: Store, old: str, new: str, *, watch: Callable[[str], None], agree: AgreeToRename
) -> TargetRename:
    """Give a target another name, with all that the bucket knows of it.

    Args:
        root: the whole bucket.
        old: its name.
        new: the name that it is to have.
        watch: is told what is being done.
        agree: is asked before anything is written.

    Raises:
        SettingsError: there is no such target.
        RefusedError: the new name is taken, or a build of the target runs.
        RulesyncError: the bucket cannot be read or written; run again, it goes on.
    """
    watch("reading the targets")
    step = _planned(root, old, new)
    agree(step)
    if step.is_done:
        return step
    if step.edit:
        _copy_and_name(root, step, step.edit, watch)
    forget_promotion(root, old)
    Folder.of_target(root, old).clear(watch)
    _note(root, step, "done")
    return step


def _planned(root: Store, old: str, new: str) -> TargetRename:
    targets = targets_in(root)
    noted = CopiedFolder.find(TargetStore(root, new))
    begun = noted if noted and noted.source == old else None
    objects = len(Folder.of_target(root, old).etags())
    if begun and targets.named(new) and not targets.named(old):
        _refuse_incomplete(root, begun, new)
        return TargetRename(old, new, None, objects, is_done=begun.stage == "done")
    target_named(root, targets, old)
    if targets.named(new):
        raise RefusedError(f"{root.address(TARGETS_FILE)} has a target {new} already")
    edit = TargetsEdit.of(root, lambda text: with_target_renamed(text, old, new))
    if begun is None or begun.stage == "done":
        refuse_used_folder(root, new)
    return TargetRename(old, new, edit, objects)


def _refuse_incomplete(root: Store, begun: CopiedFolder, new: str) -> None:
    """Delete no folder of which there is no whole copy.

    Raises:
        RefusedError: somebody had the file say the new name while the folder was copied.
    """
    if begun.stage == "copying":
        raise RefusedError(
            f"{root.address(TARGETS_FILE)} names {new} already, and the copy of "
            f"{root.address(target_key(begun.source, ''))} broke off",
            f"Name it {begun.source} again, and run this again",
        )


def refuse_used_folder(root: Store, name: str) -> None:
    """Mix the state of no two targets.

    Raises:
        RefusedError: the folder of the name has something.
    """
    folder = root.address(target_key(name, ""))
    if Folder.of_target(root, name).etags():
        raise RefusedError(
            f"{folder} has files of a target of that name",
            f"Take another name, or delete them: aws s3 rm --recursive {folder}",
        )


def _copy_and_name(
    root: Store, step: TargetRename, edit: TargetsEdit, watch: Callable[[str], None]
) -> None:
    """Copy the folder and what people promoted, and only then have the file say the new name."""
    with turn_of_target(TargetStore(root, step.old), step.old) as turn:
        _note(root, step, "copying")
        share_promotion(root, step.old, step.new)
        make_alike(Folder.of_target(root, step.old), Folder.of_target(root, step.new), watch)
        take_turn(turn, step.old)  # it may have taken long
        _note(root, step, "copied")
        watch(f"Update {root.address(TARGETS_FILE)}")
        edit.write(root)


def _note(root: Store, step: TargetRename, stage: CopyStage) -> None:
    at = datetime.now(UTC).isoformat()
    CopiedFolder(source=step.old, at=at, stage=stage).put(TargetStore(root, step.new))
