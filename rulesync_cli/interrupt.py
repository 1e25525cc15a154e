"""Ctrl-C while the command is still being loaded: one word, as later, and no traceback.

It takes effect by being imported, before everything else of the command, which takes half a second.
The interpreter ends by SIGINT afterwards, for which shells have exit code 130 too.
"""

from __future__ import annotations

import sys
from types import TracebackType

INTERRUPTED = "interrupted"
"""What people read."""


def loading(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """Tell an interrupt in a word, and all else as ever."""
    if issubclass(kind, KeyboardInterrupt):
        sys.stderr.write(f"{INTERRUPTED}\n")
    else:
        sys.__excepthook__(kind, error, trace)


if sys.excepthook is sys.__excepthook__:  # a program that embeds the command keeps its own
    sys.excepthook = loading
