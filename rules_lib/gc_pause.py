"""Memory: what a build makes is freed by reference counts alone."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def without_cyclic_gc() -> Iterator[None]:
    """Have Python not look for values that refer to each other in a circle.

    A build makes a million values and none such, and the search through them all, again and again,
    is a fifth of its time. What others leave in circles meanwhile is found afterwards, by the next
    search through all that is old: one right at the end would take three hundredths more.
    """
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.freeze()
            gc.unfreeze()  # all is old now, so that no search is due
            gc.enable()
