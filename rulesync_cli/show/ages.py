"""How long ago something was, as people say it."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from rules_lib.text import counted

_UNITS: Final = (
    ("day", timedelta(days=1), 2),
    ("hour", timedelta(hours=1), 1),
    ("minute", timedelta(minutes=1), 0),
)
"""From so many of it on, an age is told in it."""


def age_words(age: timedelta) -> str:
    """In full: `3 days`, `47 hours`, `1 hour`, `0 minutes`."""
    noun, number = _told_in(age)
    return counted(number, noun)


def age_short(age: timedelta) -> str:
    """For a column: `3d`, `47h`, `5m`."""
    noun, number = _told_in(age)
    return f"{number}{noun[0]}"


def _told_in(age: timedelta) -> tuple[str, int]:
    age = max(age, timedelta())  # clocks differ
    return next((noun, age // unit) for noun, unit, least in _UNITS if age >= least * unit)
