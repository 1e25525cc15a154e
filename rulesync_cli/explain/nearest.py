"""The sids that somebody may have meant who wrote one that the feed does not have."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from rules_lib.model import FeedFile

_MOST: Final = 5
_DIGITS: Final = "0123456789"
_SID: Final = re.compile(rb"[;(\s]sid\s*:\s*(\d{1,10})\s*;", re.IGNORECASE)


def nearest_to(sid: int, files: Iterable[FeedFile]) -> tuple[int, ...]:
    """Sids of the feed that differ by one digit: another, one more, one less, or two swapped."""
    present = {int(found) for file in files for found in _SID.findall(file.data)}
    return tuple(sorted({int(slip) for slip in _slips(str(sid)) if slip} & present)[:_MOST])


def _slips(number: str) -> Iterator[str]:
    for at in range(len(number) + 1):
        before, behind = number[:at], number[at:]
        yield from (before + digit + behind for digit in _DIGITS)
        if behind:
            yield before + behind[1:]
            yield from (before + digit + behind[1:] for digit in _DIGITS)
        if len(behind) > 1:
            yield before + behind[1] + behind[0] + behind[2:]
