"""The bucket and the account that a command works on."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from rules_lib.bucket import STARTED_BY
from rules_lib.errors import SettingsError

if TYPE_CHECKING:
    from rules_lib.aws.store import Store
    from rules_lib.world import World


def world(
    bucket: str,
    policies: tuple[str, ...],
    watch: Callable[[str], None] | None = None,
    *,
    unproven: bool = False,
) -> World:
    """The bucket and the account that the environment's credentials reach.

    Args:
        bucket: of the stack.
        policies: names or ARNs of firewall policies.
        watch: is told what is being done.
        unproven: see `World`.

    Raises:
        SettingsError: what is named as a policy is none, or no client can be made.
    """
    from rules_lib.aws import clients  # noqa: PLC0415 - boto3, which a help text can do without
    from rules_lib.world import World, unwatched  # noqa: PLC0415

    names = policies_of(policies)
    client = clients.network_firewall()
    found = World(
        store_of(bucket),
        client,
        datetime.now(UTC),
        names,
        watch=watch or unwatched,
        unproven=unproven,
    )
    return found.marked(STARTED_BY, _who())


def store_of(bucket: str) -> Store:
    """The bucket alone, where nothing is asked of the firewall.

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
