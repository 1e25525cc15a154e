"""The sids that somebody may have meant who wrote one that the feed does not have."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Final

from rules_lib.reading.sids import sids_in

if TYPE_CHECKING:
    from rules_lib.model import FeedFile

_MOST: Final = 5
_DIGITS: Final = "0123456789"


def nearest_to(sid: int, files: Iterable[FeedFile]) -> tuple[int, ...]:
    """Sids of the feed that differ by one digit: another, one more, one less, or two swapped."""
    present = {found for file in files for found in sids_in(file.data)}
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
