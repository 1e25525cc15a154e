"""What is being done, told on stderr while people wait."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import click

from rules_lib.text import visible
from rules_lib.watching import unwatched

if TYPE_CHECKING:
    from rich.progress import Progress


@dataclass(frozen=True, slots=True)
class Waiting:
    """Is told what is being done.

    Attributes:
        tell: shows it.
        bar: the spinner; None where stderr is no terminal.
    """

    tell: Callable[[str], None]
    bar: Progress | None = None

    def __call__(self, what: str) -> None:
        """Show what is being done."""
        self.tell(what)

    @contextmanager
    def hidden(self) -> Iterator[None]:
        """Take the spinner away, for something else to be shown or asked meanwhile."""
        if self.bar:
            self.bar.stop()
        yield
        if self.bar:
            self.bar.start()


@contextmanager
def waiting(first: str = "starting", every: float = 0) -> Iterator[Waiting]:
    """Show a spinner, what is being done, and for how long; it leaves nothing behind.

    Args:
        first: what is being done at the beginning.
        every: seconds after which a line is written where stderr is no terminal; 0: none is.

    Yields:
        To be told what is being done by then.
    """
    # not for a help text
    from rich.console import Console  # noqa: PLC0415
    from rich.progress import (  # noqa: PLC0415
        Progress,
        SpinnerColumn,
        TextColumn,
        TimeElapsedColumn,
    )

    console = Console(stderr=True)
    if not sys.stderr.isatty() or console.is_dumb_terminal:  # FORCE_COLOR makes no terminal
        yield Waiting(paced(every) if every else unwatched)
        return
    text = TextColumn("{task.description}", markup=False)
    with Progress(
        SpinnerColumn(), text, TimeElapsedColumn(), console=console, transient=True
    ) as bar:
        task = bar.add_task(visible(first), total=None)
        yield Waiting(lambda what: bar.update(task, description=visible(what)), bar)


def paced(every: float, clock: Callable[[], float] = time.monotonic) -> Callable[[str], None]:
    """Write a line on stderr, but none before so many seconds have passed since the last."""
    last = clock()

    def tell(what: str) -> None:
        nonlocal last
        if clock() - last >= every:
            last = clock()
            click.echo(visible(what), err=True)

    return tell
