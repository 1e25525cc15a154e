"""What the commands share: their options, the end of their help, times and JSON."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

import click

from rulesync_cli.chosen import aws_options
from rulesync_cli.targeted import target_option

if TYPE_CHECKING:
    from rules_lib.address import Address
    from rules_lib.state.hold import Hold

_Command = TypeVar("_Command", bound=Callable[..., Any])

FILE: Final = click.Path(exists=True, dir_okay=False, path_type=Path)
"""An option or argument that names a file to read."""


class _Feed(click.ParamType["Address"]):
    """Where a feed lies; from here on it prints without its secrets."""

    name = "feed"

    def convert(
        self, value: str | Address, param: click.Parameter | None, ctx: click.Context | None
    ) -> Address:
        from rules_lib.address import Address  # noqa: PLC0415 - not for a help text

        del param, ctx  # any text is an address; whether one lies there is seen when it is read
        return value if isinstance(value, Address) else Address(value)


FEED: Final = _Feed()
"""An option that names a feed: a path or an URL."""

FOLDER: Final = click.Path(exists=True, file_okay=False, path_type=Path)
"""An option or argument that names a folder to read."""

CODES: Final = "0 done; 1 failed or refused, the cause is on stderr; 2 wrong usage"
"""The exit codes of a command that has no others."""

ALL_GROUPS: Final = "*"
"""In place of a rule group's name: every group that changes."""


def format_option(*others: str) -> Callable[[_Command], _Command]:
    """Add the option that says how the answer is written: as text, or as one of these."""
    return click.option(
        "--format", "form", type=click.Choice(["text", "json", *others]), default="text",
        show_default=True, help="How to print it. `json` is the same as --json.",
    )  # fmt: skip


json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON instead of a table.")
own_option = click.option(
    "--local",
    "own",
    type=FOLDER,
    metavar="DIR",
    help="Folder with your own .rules files, instead of the bucket's local/.",
)
engine_option = click.option(
    "--no-engine", "without_engine", is_flag=True,
    help="Do not load your own rules in Suricata.",
)  # fmt: skip
shrink_option = click.option(
    "--allow-shrink",
    is_flag=True,
    help="Let this sync remove more rules than max_shrink allows, and unblock more than "
    "max_unblock allows.",
)


policy_option = click.option(
    "--policy",
    "policies",
    multiple=True,
    envvar="RULESYNC_POLICIES",
    metavar="NAME",
    help="Firewall policy that uses the rule groups; give the same as the stack has. Not with "
    "--target.  "
    "[env var: RULESYNC_POLICIES]",
)


unproven_option = click.option(
    "--unproven",
    is_flag=True,
    envvar="RULESYNC_UNPROVEN",
    show_envvar=True,
    help="Attach to a Next Generation policy although no account has confirmed how it behaves.",
)


def bucket_option(command: _Command) -> _Command:
    """Add the options that say which bucket or target's part of it, and how to reach it."""
    return whole_bucket_option(target_option(command))


def whole_bucket_option(command: _Command) -> _Command:
    """Add the options that say which bucket, and how to reach it."""
    option = click.option(
        "--bucket",
        required=True,
        envvar="RULESYNC_BUCKET",
        show_envvar=True,
        help="The stack's bucket.",
    )
    return option(aws_options(command))


def account_options(command: _Command) -> _Command:
    """Add the options that say which bucket and which policies."""
    return bucket_option(policy_option(command))


def is_attended() -> bool:
    """Whether somebody is there to say yes or no."""
    return sys.stdin.isatty()


def epilog(*examples: str, codes: str = CODES) -> str:
    """What stands last in a command's help: examples, and its exit codes."""
    return "\n".join(("\b", "Examples:", *(f"  {line}" for line in examples), "", "\b",
                      *_exit_lines(codes)))  # fmt: skip


def _exit_lines(codes: str) -> Iterator[str]:
    yield "Exit codes:"
    yield from (f"  {code}" for code in codes.split("; "))


def moment(stamp: str) -> str:
    """An ISO 8601 time as people read it, to the second; text that is none stays as it is."""
    try:
        return f"{datetime.fromisoformat(stamp).astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"
    except ValueError:
        return stamp


def held_words(hold: Hold) -> str:
    """What a hold means for people."""
    return f"held at build {hold.build} since {moment(hold.since)}; `rulesync resume` lifts it"


def print_json(value: object) -> None:
    """Print a value for other programs."""
    import json  # noqa: PLC0415 - not for a help text

    click.echo(json.dumps(value, indent=2))
