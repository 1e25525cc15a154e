"""While people change a target, no build of it begins, and none may be running."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from rules_lib.errors import RefusedError
from rules_lib.state.turn import Turn

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rules_lib.aws.store import Store

_LONGEST: Final = timedelta(minutes=20)
"""Less than the longest that a turn may be, as clocks differ."""

_HOLDER: Final = "rulesync targets"
"""One for all, so that a command that was killed finds its own turn when it is run again."""


@contextmanager
def turn_of_target(store: Store, name: str) -> Iterator[Turn]:
    """Have a target's turn meanwhile; builds that come leave word and end.

    Args:
        store: the target's part of the bucket; or all of it, for the stack itself.
        name: says whose builds.

    Raises:
        RefusedError: a build is running.
    """
    now = datetime.now(UTC)
    turn = Turn(store, _HOLDER, now, now + _LONGEST)
    take_turn(turn, name)
    try:
        yield turn
    finally:
        turn.release()


def take_turn(turn: Turn, name: str) -> None:
    """Take a turn, or have it for longer.

    Raises:
        RefusedError: a build is running.
    """
    now = datetime.now(UTC)
    if not replace(turn, now=now, until=now + _LONGEST).try_take():
        raise RefusedError(f"a build of {name} is running", "Run it again once it has ended")
