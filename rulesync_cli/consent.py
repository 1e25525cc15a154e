"""Nothing is written unasked: the question before a command writes, and who may answer it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final

import click

from rules_lib.errors import NotApprovedError
from rulesync_cli.common import is_attended

yes_option = click.option("--yes", is_flag=True, help="Do not ask. Required without a terminal.")


def refuse_unattended(*, yes: bool) -> None:
    """Begin nothing that would end at a question that nobody can answer.

    Raises:
        NotApprovedError: there is no terminal, and nobody has said yes.
    """
    if not yes and not is_attended():
        raise NotApprovedError(
            "nothing was written: there is no terminal to ask on; give --yes to go on without "
            "asking"
        )


def confirm(question: str, *, yes: bool) -> None:
    """Ask on the terminal, unless somebody has said yes already.

    Raises:
        NotApprovedError: the answer is no, or nobody is there to give one.
    """
    if yes:
        return
    refuse_unattended(yes=yes)
    if not click.confirm(question, err=True):
        raise NotApprovedError("nothing was written")


_WRITES: Final = ("Create", "Update", "Delete", "Associate", "Disassociate", "Tag", "Untag")


@dataclass(slots=True)
class WriteLog:
    """What a command has written so far, told where Ctrl-C ends it.

    Attributes:
        watch: is told of every call before it is made.
        writes: those that may have changed something.
    """

    watch: Callable[[str], None]
    writes: list[str] = field(default_factory=list)

    def __call__(self, what: str) -> None:
        """Hear what is being done."""
        if what.startswith(_WRITES) and not what.endswith(", dry run"):
            self.writes.append(what)
        self.watch(what)

    @contextmanager
    def told(self, then: str) -> Iterator[None]:
        """Where Ctrl-C ends the command, say what was written, and what to do.

        Args:
            then: what to do where something was.
        """
        try:
            yield
        except KeyboardInterrupt:
            click.echo(self._words(then), err=True)
            raise

    def _words(self, then: str) -> str:
        if not self.writes:
            return "nothing was written"
        calls = "\n".join(f"  {call}" for call in self.writes)
        return f"written so far (the last one perhaps only in part):\n{calls}\n{then}"
