"""One build at a time: a build that comes while another runs leaves word, and gives way.

Ten files that are uploaded at once start ten builds. One of them takes the turn; the others write
`state/asked.json` and end well. The one with the turn looks for such word before it writes a rule
group, and once more when it is done, so the newest files are always built.

The turn saves work and guards nothing: two builds at once do not mix in any case (see `sync`). So
it is taken without further ado from a build that died, and where the bucket does not let it be
written, a build goes on without it.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final, TypeVar

from pydantic import AwareDatetime

from rules_lib.bucket import ASKED, TURN
from rules_lib.errors import StoreError
from rules_lib.state.statefile import Cache

if TYPE_CHECKING:
    from collections.abc import Callable

    from rules_lib.aws.store import Store

_RESTARTS: Final = 3
"""How often a build starts over, before it writes anything, as others were asked for meanwhile."""

_FARTHEST: Final = timedelta(minutes=30)
"""No turn is longer: Lambda ends a function after 15 minutes, and clocks differ."""

_Outcome = TypeVar("_Outcome")


class TurnHolder(Cache):
    """Who has the turn.

    Attributes:
        holder: the request that has it.
        until: when it is over at the latest, as its function is ended then; ISO 8601, UTC.
    """

    KEY = TURN

    holder: str
    until: AwareDatetime


class BuildRequest(Cache):
    """Who gave way last.

    Attributes:
        holder: the request that gave way.
        at: when; ISO 8601, UTC.
    """

    KEY = ASKED

    holder: str
    at: AwareDatetime


@dataclass(frozen=True, slots=True)
class GaveWay:
    """Another build has the turn, and builds what this one was asked for."""

    holder: str


@dataclass(slots=True)
class Turn:
    """The right to build, and an ear for those who gave way.

    Attributes:
        holder: names this request.
        now: when it began, in UTC.
        until: when it is ended at the latest.
        heard: what was asked for before the bucket was read (see `listen`).
    """

    store: Store
    holder: str
    now: datetime
    until: datetime
    heard: str | None = None
    _restarts: int = field(default=_RESTARTS)

    def listen(self) -> None:
        """Note what was asked for before the bucket is read: that will be built."""
        self.heard = self._asked()

    def asked_again(self) -> bool:
        """Whether somebody has given way since the bucket was read."""
        return self._asked() != self.heard

    def may_start_over(self) -> bool:
        """Whether to read the bucket again, as more is asked for; not without end."""
        return self._restarts > 0 and self.asked_again()

    def start_over(self) -> None:
        """Count that the bucket is read again."""
        self._restarts -= 1

    def try_take(self) -> bool:
        """Take the turn, if nobody has it; say whether it was taken."""
        try:
            now = TurnHolder.see(self.store)
            if now.file and not self._is_over(now.file):
                return False
            return TurnHolder(holder=self.holder, until=self.until).put_over(self.store, now.etag)
        except StoreError:
            return True

    def ask(self) -> None:
        """Leave word for whoever has the turn."""
        BuildRequest(holder=self.holder, at=self.now).put(self.store)

    def release(self) -> None:
        """Let others have the turn; one that cannot be deleted is over by itself."""
        with suppress(StoreError):
            holder = TurnHolder.find(self.store)
            if holder and holder.holder == self.holder:
                self.store.delete(TURN)

    def _is_over(self, holder: TurnHolder) -> bool:
        """Whether the turn is free: run out, or by a clock that is far ahead.

        It is free too for the request that has it: it was killed, and Lambda repeats it.
        """
        if holder.holder == self.holder:
            return True
        return not timedelta() < holder.until - self.now <= _FARTHEST

    def _asked(self) -> str | None:
        try:
            return BuildRequest.see(self.store).etag
        except StoreError:
            return None


def in_turn(turn: Turn, build: Callable[[Turn], _Outcome]) -> _Outcome | GaveWay:
    """Build when nobody else does, again for those who gave way meanwhile; else give way.

    Whoever gives way looks once more after it has left word, and whoever is done looks once more
    after it has let go: so word that is left is always heard by one of them.

    Args:
        turn: not taken yet.
        build: reads what is newest, and tells the turn when (see `Turn.listen`).

    Raises:
        StoreError: no word can be left.
        RulesyncError: what `build` raises; the turn is let go.
    """
    if not turn.try_take():
        turn.ask()
        if not turn.try_take():
            return GaveWay(turn.holder)
    while True:
        turn.listen()  # a build that reads nothing, as while a rollback holds, hears nothing later
        try:
            outcome = build(turn)
        finally:
            turn.release()
        if not turn.asked_again() or not turn.try_take():
            return outcome
