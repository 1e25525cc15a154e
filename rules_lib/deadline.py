"""The time that a build has: Lambda ends a function in the middle of whatever it does."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import inf
from typing import Final, Protocol, Self, runtime_checkable

_KEPT: Final = 300.0
"""Seconds for what comes after the dry runs: the writes, which may be throttled, and the records.
A build of all of ET writes for less than one minute where it is not."""
_SHARE: Final = 3
"""Where there is little time in all, no more than one part of so many is kept for that."""


@runtime_checkable
class Timed(Protocol):
    """What Lambda says of a run, as far as it is of use here."""

    def get_remaining_time_in_millis(self) -> int:
        """How long the function may still run."""


@dataclass(frozen=True, slots=True)
class Deadline:
    """When to stop asking, so that what was found out can still be put to use.

    Attributes:
        left: tells how many seconds are left in all.
        kept: so many of them are for what comes after.
    """

    left: Callable[[], float]
    kept: float

    @classmethod
    def begin(cls, left: Callable[[], float]) -> Self:
        """Look at the clock."""
        return cls(left, min(_KEPT, left() / _SHARE))

    @property
    def passed(self) -> bool:
        """Whether it is time to stop."""
        return self.left() <= self.kept


NEVER: Final = Deadline(lambda: inf, 0)
"""Of who has all the time that it takes."""
