"""What the commands share: their options, the world they work on, and how an error is told."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, TypeVar

import click

from rules_lib.aws import clients
from rules_lib.aws.store import Store
from rules_lib.errors import RulesyncError
from rules_lib.sync import World

_Command = TypeVar("_Command", bound=Callable[..., Any])

FILE: Final = click.Path(exists=True, dir_okay=False, path_type=Path)
"""An option or argument that names a file to read."""

json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON instead of a table.")
shrink_option = click.option(
    "--allow-shrink",
    is_flag=True,
    help="Let this sync remove more of the deployed rules than max_shrink allows.",
)


def account_options(command: _Command) -> _Command:
    """Add the options that say which bucket and which policies."""
    bucket = click.option(
        "--bucket", required=True, envvar="RULESYNC_BUCKET", show_envvar=True, help="The stack's."
    )
    policies = click.option(
        "--policy",
        "policies",
        multiple=True,
        envvar="RULESYNC_POLICIES",
        metavar="NAME",
        help="Firewall policy to which the groups are attached, as the stack is set.  "
        "[env var: RULESYNC_POLICIES]",
    )
    return bucket(policies(command))


@contextmanager
def told() -> Iterator[None]:
    """Tell an error in its own words, without a traceback."""
    try:
        yield
    except RulesyncError as error:
        raise click.ClickException(str(error)) from error


def world(bucket: str, policies: tuple[str, ...]) -> World:
    """The bucket and the account that the environment's credentials reach."""
    names = tuple(name.strip() for part in policies for name in part.split(",") if name.strip())
    store = Store(clients.s3(), bucket)
    return World(store, clients.network_firewall(), datetime.now(UTC), names)


def print_json(value: object) -> None:
    """Print a value for other programs."""
    click.echo(json.dumps(value, indent=2))
