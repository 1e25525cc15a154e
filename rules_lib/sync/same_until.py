"""Until when a build comes to the same, if nothing but the day changes.

The day of a build is one of its inputs: a staged rule begins to drop, an exception ends, a hit
counts no longer. Each of these happens on a day that is known before.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

from rules_lib.inputs import FIRED_LATELY
from rules_lib.model import Reason
from rules_lib.report.staging import SOON, staged_rules

if TYPE_CHECKING:
    from rules_lib.build import Built
    from rules_lib.inputs import Inputs

_DAY: Final = timedelta(days=1)
_LONGEST: Final = timedelta(days=7)
"""Then everything is read again, whatever is known."""


def same_until(inputs: Inputs, built: Built) -> date:
    """Name the first day on which the same files and rule groups may come to another build.

    Args:
        inputs: of a build that leaves nothing to do.
        built: what came of them.

    Returns:
        A day after that of the build, at most a week later.
    """
    ahead = (*_turns(inputs.day, built), *_ends(inputs), *_forgotten(inputs, built), _LONGEST)
    return inputs.day + min(time for time in ahead if time > timedelta())


def _turns(day: date, built: Built) -> Iterator[timedelta]:
    """How long until each staged rule is to drop."""
    yield from (stage.until - day for _, stage in staged_rules(built.kept))


def _ends(inputs: Inputs) -> Iterator[timedelta]:
    """How long until people are told of each exception, and until it has ended."""
    for one in inputs.allowlist.exceptions:
        if one.until:
            left = one.until - inputs.day
            yield from (left - SOON, left, left + _DAY)


def _forgotten(inputs: Inputs, built: Built) -> Iterator[timedelta]:
    """How long each hit still counts, where the budget runs out."""
    if any(one.reason is Reason.OVER_BUDGET for one in built.discarded):
        yield from (day - inputs.day + FIRED_LATELY + _DAY for day in inputs.fired.values())
