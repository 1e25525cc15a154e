"""What is being done, told on stderr while people wait; only where stderr is a terminal."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from rules_lib.report.text import visible
from rules_lib.world import unwatched


@contextmanager
def waiting(first: str = "starting") -> Iterator[Callable[[str], None]]:
    """Show a spinner, what is being done, and for how long; it leaves nothing behind.

    Args:
        first: what is being done at the beginning.

    Yields:
        To be told what is being done by then.
    """
    console = Console(stderr=True)
    if not sys.stderr.isatty() or console.is_dumb_terminal:  # FORCE_COLOR makes no terminal
        yield unwatched
        return
    text = TextColumn("{task.description}", markup=False)
    with Progress(
        SpinnerColumn(), text, TimeElapsedColumn(), console=console, transient=True
    ) as bar:
        task = bar.add_task(visible(first), total=None)
        yield lambda what: bar.update(task, description=visible(what))
