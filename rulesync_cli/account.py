"""The bucket and the account that a command works on."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, TypeVar

from rules_lib.bucket import STARTED_BY
from rules_lib.errors import SettingsError
from rulesync_cli.targeted import chosen_target, right_to_apply, target_store, target_world

if TYPE_CHECKING:
    from rules_lib.aws.store import Store
    from rules_lib.world import World


_Outcome = TypeVar("_Outcome")


def world(
    bucket: str,
    policies: tuple[str, ...],
    watch: Callable[[str], None] | None = None,
    *,
    unproven: bool = False,
    as_is: bool = False,
) -> World:
    """The bucket and the account that the environment's credentials reach, or a target's.

    Args:
        bucket: of the stack.
        policies: those that `--policy` names; not looked at for a target, which has its own.
        watch: is told what is being done.
        unproven: see `World`.
        as_is: go by people's files as they are now, whatever a target may take.

    Raises:
        SettingsError: what is named as a policy is none, or no client can be made.
        RulesyncError: the target cannot be found or reached.
    """
    from rules_lib.aws import clients  # noqa: PLC0415 - boto3, which a help text can do without
    from rules_lib.aws.arn_parameters import ArnParameters  # noqa: PLC0415
    from rules_lib.watching import unwatched  # noqa: PLC0415
    from rules_lib.world import World  # noqa: PLC0415

    names = policies_of(policies)
    if name := chosen_target():
        root, parameters = whole_bucket(bucket), wants_parameters()
        found = target_world(root, name, as_is=as_is, parameters=parameters)
        return started_here(replace(found, watch=watch or unwatched, unproven=unproven))
    client = clients.network_firewall()
    found = World(
        store_of(bucket),
        client,
        datetime.now(UTC),
        names,
        watch=watch or unwatched,
        unproven=unproven,
        parameters=ArnParameters(clients.parameters()) if wants_parameters() else None,
    )
    return started_here(found)


def started_here(found: World) -> World:
    """The same, in which a build's files say who started it."""
    return found.marked(STARTED_BY, _who())


def sync_chosen(
    bucket: str,
    watch: Callable[[str], None],
    run: Callable[[World], _Outcome],
    *,
    unproven: bool = False,
) -> _Outcome:
    """Run a sync of the target that was chosen, and note in the bucket what came of it.

    Raises:
        RulesyncError: the target may take nothing, cannot be reached, or from `run`.
    """
    from rules_lib.fleet.one import sync_target  # noqa: PLC0415 - as in `world`

    root = whole_bucket(bucket)
    right = right_to_apply(root, chosen_target())

    def watched(found: World) -> _Outcome:
        return run(started_here(replace(found, watch=watch, unproven=unproven)))

    now, parameters = datetime.now(UTC), wants_parameters()
    return sync_target(root, right.target, right.edition, now, watched, parameters=parameters)


def wants_parameters() -> bool:
    """Whether the stack writes the ARNs of its rule groups, as its function is told."""
    return os.environ.get("RULESYNC_GROUP_PARAMETERS") == "true"


def store_of(bucket: str) -> Store:
    """The bucket alone, or a target's part of it, where nothing is asked of the firewall.

    Raises:
        SettingsError: no client can be made.
        RulesyncError: the target cannot be found.
    """
    root, name = whole_bucket(bucket), chosen_target()
    return target_store(root, name) if name else root


def whole_bucket(bucket: str) -> Store:
    """The whole bucket, whichever target was chosen.

    Raises:
        SettingsError: no client can be made.
    """
    from rules_lib.aws import clients  # noqa: PLC0415 - as in `world`
    from rules_lib.aws.s3_store import S3Store  # noqa: PLC0415

    return S3Store(clients.s3(), bucket)


def _who() -> str:
    """Whoever runs the command, as this machine knows them."""
    from getpass import getuser  # noqa: PLC0415
    from socket import gethostname  # noqa: PLC0415

    try:
        return f"{getuser()} at {gethostname()}"
    except (ImportError, KeyError, OSError):  # a container may have no name for its user
        return gethostname()


def policies_of(given: tuple[str, ...]) -> tuple[str, ...]:
    """The policies that `--policy` names, each of them once; commas between them are fine.

    Raises:
        SettingsError: one of them is neither the name nor the ARN of a policy.
    """
    from rules_lib.groups.policy_names import (  # noqa: PLC0415
        named_policies,
        policy_name_problem,
    )

    names = named_policies(",".join(given))
    if problems := [problem for name in names if (problem := policy_name_problem(name))]:
        raise SettingsError("\n".join(f"--policy: {problem}" for problem in problems))
    return names
