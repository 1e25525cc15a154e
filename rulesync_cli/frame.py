"""The frame around all commands: whatever happens, people read words and no traceback."""

from __future__ import annotations

import atexit
import gc
import os
import sys
from collections.abc import Sequence
from functools import partial
from io import TextIOWrapper
from types import TracebackType
from typing import TYPE_CHECKING, Any, Final

import click

from rulesync_cli.commands import SUMMARIES
from rulesync_cli.interrupt import INTERRUPTED
from rulesync_cli.words import within_terminal

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

DEBUG: Final = "RULESYNC_DEBUG"
"""Environment variable that brings the traceback of an unexpected error back."""

_ERROR: Final = "Error: "
"""With what click begins to tell an error."""

_INTERRUPTED: Final = 130
"""Exit code where Ctrl-C ends a command, as shells have it for SIGINT."""


_LASTING: Final = frozenset(
    {"apply", "fetch", "hits", "local", "move", "probe", "push", "rollback", "targets", "verify"}
)
"""Commands that may run for minutes. For the others nothing is to be freed before they end: see
`rules_lib.gc_pause`."""


class Commands(click.Group):
    """A group of commands under the frame."""

    def main(self, args: Sequence[str] | None = None, *rest: Any, **extra: Any) -> Any:
        """Run as a program; see `click.Group.main`."""
        given = tuple(sys.argv[1:] if args is None else args)
        if args is None and not _LASTING.intersection(given[:1]):
            gc.disable()
            atexit.register(gc.freeze)  # else Python goes through all values once more at its end
        sys.excepthook = partial(unexpected, given=given)
        for stream in (sys.stdout, sys.stderr):
            if isinstance(stream, TextIOWrapper):  # a terminal may lack a character of ours
                stream.reconfigure(errors="backslashreplace")
        return super().main(args, *rest, obj=given, **extra)

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  # click's signature
        """Every command, in the order in which people meet them."""
        return list(self.commands)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002  # click's signature
        """List the commands without loading them."""
        with formatter.section("Commands"):
            formatter.write_dl(tuple(SUMMARIES.items()))

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """Complete a command's name without loading any."""
        from click.shell_completion import CompletionItem  # noqa: PLC0415 - not for a help text

        names = [CompletionItem(name, help=summary) for name, summary in SUMMARIES.items()
                 if name.startswith(incomplete)]  # fmt: skip
        return [*names, *click.Command.shell_complete(self, ctx, incomplete)]

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command that was asked for, and tell what goes wrong."""
        from rulesync_cli.failures import told  # noqa: PLC0415 - not for a help text

        try:
            with told():
                return super().invoke(ctx)
        except click.UsageError as error:  # click cites what it cannot use, as it was typed
            words = screened(error.format_message(), ctx.obj)
            raise click.UsageError(words, error.ctx) from None
        except click.ClickException as error:
            words = screened(error.format_message(), ctx.obj)
            shown = within_terminal(f"{_ERROR}{words}").removeprefix(_ERROR)
            raise click.ClickException(shown) from None
        except (KeyboardInterrupt, click.Abort):  # at a question, click makes one of the other
            click.echo(INTERRUPTED, err=True)
            ctx.exit(_INTERRUPTED)


def unexpected(
    kind: type[BaseException],
    error: BaseException,
    trace: TracebackType | None,
    *,
    given: Sequence[str] = (),
) -> None:
    """Tell an error that nobody thought of, which is a fault of this program.

    Args:
        kind: its class.
        error: itself.
        trace: where it was raised.
        given: the words of the command line.
    """
    if issubclass(kind, KeyboardInterrupt):
        sys.stderr.write(f"{INTERRUPTED}\n")
        return
    if os.environ.get(DEBUG):
        import traceback  # noqa: PLC0415 - takes as long as half of what a help text needs

        sys.stderr.write(screened("".join(traceback.format_exception(kind, error, trace)), given))
        return
    sys.stderr.write(
        f"Error: unexpected {kind.__name__}: {screened(str(error), given)}\n"
        f"This is a fault of rulesync. Please report it, with what {DEBUG}=1 prints.\n"
    )


def screened(words: str, given: Sequence[str]) -> str:
    """Take the secrets of the feeds that were given out of words that others wrote."""
    from rules_lib.redact import clean, clean_urls, secrets  # noqa: PLC0415 - not for a help text

    named = (*given, os.environ.get("RULESYNC_FEED_URL", ""))
    addresses = (word.partition("=")[2] if word.startswith("-") else word for word in named)
    hidden = frozenset(secret for address in addresses for secret in secrets(address))
    return clean_urls(clean(words, hidden))
