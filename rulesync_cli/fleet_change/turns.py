"""While people change a target, no build of it begins, and none may be running."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from rules_lib.aws.target_store import TargetStore
from rules_lib.errors import RefusedError
from rules_lib.state.turn import Turn

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from rules_lib.aws.store import Store

_LONGEST: Final = timedelta(minutes=30)
"""The longest that a turn may be."""

_HOLDER: Final = "rulesync targets"
"""One for all, so that a command that was killed finds its own turn when it is run again."""


@contextmanager
def turn_of_target(root: Store, name: str, now: datetime) -> Iterator[Turn]:
    """Have a target's turn meanwhile; builds that come leave word and end.

    Raises:
        RefusedError: a build of the target is running.
    """
    turn = Turn(TargetStore(root, name), _HOLDER, now, now + _LONGEST)
    take_turn(turn, name)
    try:
        yield turn
    finally:
        turn.release()


def take_turn(turn: Turn, name: str) -> None:
    """Take a target's turn, or take it anew.

    Raises:
        RefusedError: a build of the target is running.
    """
    if not turn.try_take():
        raise RefusedError(f"a build of {name} is running", "Run it again once it has ended")
