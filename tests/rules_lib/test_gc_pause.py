"""Python's search for cycles rests while a build runs, and loses nothing."""

from __future__ import annotations

import gc
import subprocess
import sys
from collections.abc import Iterator
from typing import Final

import pytest

from rules_lib.gc_pause import without_cyclic_gc

CIRCLE: Final = """
import gc, weakref
from rules_lib.gc_pause import without_cyclic_gc

class Circle:
    def __init__(self):
        self.itself = self

with without_cyclic_gc():
    left = weakref.ref(Circle())
assert left() is not None
gc.collect()
assert left() is None
"""


@pytest.fixture(autouse=True)
def searches() -> Iterator[list[str]]:
    """The searches that Python begins; they go through nothing that other tests have left."""
    gc.freeze()
    begun: list[str] = []

    def note(phase: str, info: dict[str, int]) -> None:
        if phase == "start":
            begun.append(f"generation {info['generation']}")

    gc.callbacks.append(note)
    yield begun
    gc.callbacks.remove(note)


def test_nothing_is_searched_in_the_pause_nor_right_after_it(searches: list[str]) -> None:
    """However much is made in it."""
    gc.collect()
    searches.clear()
    with without_cyclic_gc():
        made = [[number] for number in range(10_000)]
    more = [[number] for number in range(10)]
    assert searches == []
    assert len(made) + len(more) == 10_010


def test_circle_that_is_left_in_the_pause_is_found_afterwards() -> None:
    """By the next search through all, in a process that has little to search."""
    subprocess.run([sys.executable, "-c", CIRCLE], check=True)  # noqa: S603 - our own code


def test_pause_within_a_pause_ends_with_the_outer_one() -> None:
    """A function's handler pauses, and so does the sync in it."""
    with without_cyclic_gc():
        with without_cyclic_gc():
            pass
        assert not gc.isenabled()
    assert gc.isenabled()
