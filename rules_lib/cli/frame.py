"""The frame around all commands: whatever happens, people read words and no traceback."""

from __future__ import annotations

import os
import sys
from io import TextIOWrapper
from types import TracebackType
from typing import Any, Final

import click

from rules_lib.cli.common import told
from rules_lib.cli.interrupt import INTERRUPTED

DEBUG: Final = "RULESYNC_DEBUG"
"""Environment variable that brings the traceback of an unexpected error back."""

_INTERRUPTED: Final = 130
"""Exit code where Ctrl-C ends a command, as shells have it for SIGINT."""


class Commands(click.Group):
    """A group of commands under the frame."""

    def main(self, *args: Any, **extra: Any) -> Any:
        """Run as a program; see `click.Group.main`."""
        sys.excepthook = unexpected
        for stream in (sys.stdout, sys.stderr):
            if isinstance(stream, TextIOWrapper):  # a terminal may lack a character of ours
                stream.reconfigure(errors="backslashreplace")
        return super().main(*args, **extra)

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  # click's signature
        """Every command, in the order in which people meet them."""
        return list(self.commands)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command that was asked for, and tell what goes wrong."""
        try:
            with told():
                return super().invoke(ctx)
        except (KeyboardInterrupt, click.Abort):  # at a question, click makes one of the other
            click.echo(INTERRUPTED, err=True)
            ctx.exit(_INTERRUPTED)


def unexpected(
    kind: type[BaseException], error: BaseException, trace: TracebackType | None
) -> None:
    """Tell an error that nobody thought of, which is a fault of this program."""
    if issubclass(kind, KeyboardInterrupt):
        sys.stderr.write(f"{INTERRUPTED}\n")
        return
    if os.environ.get(DEBUG):
        sys.__excepthook__(kind, error, trace)
        return
    sys.stderr.write(
        f"Error: unexpected {kind.__name__}: {error}\n"
        f"This is a fault of rulesync. Please report it, with what {DEBUG}=1 prints.\n"
    )
