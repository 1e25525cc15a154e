"""What a terminal showed, with days, times and names of builds that stay the same from day to day.

Whatever is put in a place is as wide as what stood there, so that no column moves.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from support.terminal import Shown

TOLD_DAY: Final = date(2026, 11, 24)
"""In place of the day on which it happened."""
_NEAR: Final = timedelta(days=90)
_BUILD: Final = re.compile(r"\b\d{8}T\d{6}Z-[0-9a-f]{8}\b")
_DAY: Final = re.compile(r"\b\d{4}-\d{2}-\d{2}\b")
_TIME: Final = re.compile(r"\b\d{2}:\d{2}:\d{2} UTC")
_OLD: Final = re.compile(r"\b\d+ (?:second|minute)s? old\b")
_AGE: Final = re.compile(r"(?m)^(\S{25} )( *\d+[sm])(?= )")


def transcript(day: Mapping[str, Shown], happened: date) -> dict[str, tuple[str, ...]]:
    """The command and what it showed, step by step.

    Args:
        day: the steps.
        happened: the day on which they were done, in UTC.
    """
    texts = {step: "\n".join((f"$ {one.typed}", *one.lines)) for step, one in day.items()}
    names = _names(texts.values())
    return {
        step: tuple(_told(text, names, happened).rstrip().splitlines())
        for step, text in texts.items()
    }


def _names(texts: Iterable[str]) -> Mapping[str, str]:
    """Each build and its name in the transcript: an hour apart, in the order of their times."""
    found = sorted({name for text in texts for name in _BUILD.findall(text)})
    return {
        name: f"{TOLD_DAY:%Y%m%d}T{number:02}0000Z-{number:08x}"
        for number, name in enumerate(found, start=8)
    }


def _told(text: str, names: Mapping[str, str], happened: date) -> str:
    text = _BUILD.sub(lambda found: names[found[0]], text)
    text = _DAY.sub(lambda found: _shifted(found[0], happened), text)
    text = _TIME.sub("09:00:00 UTC", text)
    text = _OLD.sub("1 minute old", text)
    return _AGE.sub(lambda found: f"{found[1]}{'1m':>{len(found[2])}}", text)


def _shifted(written: str, happened: date) -> str:
    """A day that goes with the day on which it happened; any other stays as it is."""
    day = date.fromisoformat(written)
    return (TOLD_DAY + (day - happened)).isoformat() if abs(day - happened) < _NEAR else written
