"""What `make test` tries of all that it could: CONTRIBUTING lists it, THOROUGH=1 tries all."""

from __future__ import annotations

import os
import zlib
from typing import TYPE_CHECKING, Final, TypeVar

if TYPE_CHECKING:
    from collections.abc import Sequence

T = TypeVar("T")

THOROUGH: Final = bool(os.environ.get("THOROUGH"))
"""Every place of every sync is tried, and every real release."""


def one_in(share: int, places: Sequence[T], case: str) -> list[T]:
    """Take one in so many of the places at which something may happen; at least one.

    Args:
        share: 3 takes every third.
        places: in their order.
        case: the name of what is tried. By it, and so in every run alike, one case begins with
            the first place, and another with the second, so that together they try most places.
    """
    if THOROUGH:
        return list(places)
    first = zlib.crc32(case.encode()) % min(share, len(places))
    return list(places[first::share])
