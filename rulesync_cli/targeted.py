"""`--target`: one of the accounts and regions of `config/targets.yaml` in the place of the stack's.

It is kept with the command's context, as `--profile` and `--region` are: whatever asks for the
bucket or the account is given the target's part of it, and need not know of targets.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final, TypeVar

import click

if TYPE_CHECKING:
    from rules_lib.aws.store import Store
    from rules_lib.fleet.rights import Right
    from rules_lib.world import World

_Command = TypeVar("_Command", bound=Callable[..., Any])

_META: Final = "rulesync.target"


def target_option(command: _Command) -> _Command:
    """Add `--target`, which holds for all that the command reads and writes."""
    return click.option(
        "--target", metavar="NAME", expose_value=False, callback=_choose,
        help="One of the accounts and regions in config/targets.yaml, with its own builds and "
        "policies.",
    )(command)  # fmt: skip


def _choose(ctx: click.Context, param: click.Parameter, value: str | None) -> None:
    del param
    if value:
        ctx.meta[_META] = value


def chosen_target() -> str:
    """The name that was given; empty where none was, or no command runs."""
    ctx = click.get_current_context(silent=True)
    return str(ctx.meta.get(_META, "")) if ctx else ""


def target_store(root: Store, name: str) -> Store:
    """A target's part of the bucket, with people's files as they are now.

    Raises:
        RulesyncError: there is no such target, or the bucket cannot be read.
    """
    from rules_lib.fleet.place import store_of_target  # noqa: PLC0415 - AWS's library
    from rules_lib.fleet.targets_file import target_named, targets_in  # noqa: PLC0415 - as above

    return store_of_target(root, target_named(root, targets_in(root), name))


def target_world(root: Store, name: str, *, as_is: bool, parameters: bool) -> World:
    """A target's part of the bucket, and its account.

    Args:
        root: the whole bucket.
        name: of the target.
        as_is: go by people's files as they are now, and not by what the target may take.
        parameters: whether the ARN of each rule group is written.

    Raises:
        RulesyncError: there is no such target, or its account or the bucket cannot be reached.
    """
    from rules_lib.fleet.place import world_of_target  # noqa: PLC0415 - AWS's library
    from rulesync_cli.words import tell  # noqa: PLC0415 - not for a help text

    right = right_of(root, name)
    if not as_is and not right.may_build:
        tell(f"{_nothing(right)}: this goes by what the bucket has now")
    edition = right.edition if right.may_build and not as_is else ""
    now = datetime.now(UTC)
    return world_of_target(root, right.target, now, edition, parameters=parameters)


def right_of(root: Store, name: str) -> Right:
    """What a target may take.

    Raises:
        RulesyncError: there is no such target, or the bucket cannot be read.
    """
    from rules_lib.fleet.rights import read_rights  # noqa: PLC0415 - AWS's library
    from rules_lib.fleet.targets_file import target_named, targets_in  # noqa: PLC0415 - as above

    targets = targets_in(root)
    target = target_named(root, targets, name)
    return read_rights(root, targets, datetime.now(UTC)).of(target.name)


def right_to_apply(root: Store, name: str) -> Right:
    """What a target is to be given now, edits of this moment included.

    Raises:
        RefusedError: it may take nothing.
        RulesyncError: see `right_of`; or the bucket cannot be written.
    """
    from rules_lib.errors import RefusedError  # noqa: PLC0415 - not for a help text
    from rules_lib.fleet.rights import renew_rights  # noqa: PLC0415 - AWS's library
    from rules_lib.fleet.targets_file import target_named, targets_in  # noqa: PLC0415 - as above

    targets = targets_in(root)
    target = target_named(root, targets, name)
    right = renew_rights(root, targets, datetime.now(UTC)).of(target.name)
    if not right.may_build:
        advice = f"`rulesync promote --target {name}` lets it have the newest"
        raise RefusedError(_nothing(right), advice)
    return right


def place_of(bucket: str) -> str:
    """What a note about the bucket is filed under: the bucket, or the target's part of it."""
    name = chosen_target()
    return f"{bucket}/{name}" if name else bucket


def _nothing(right: Right) -> str:
    """Why a target may take nothing."""
    name = right.target.name
    if right.withdrawn:
        return f"{name} may take nothing: somebody deleted a feed of its edition {right.edition}"
    return f"{name} may take nothing yet, as ring {right.target.ring} waits for the one before it"
