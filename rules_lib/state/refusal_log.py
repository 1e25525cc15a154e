"""What the service refuses, written down while it is found out.

A build that is killed, or refused at its end, has not asked for nothing: the next one goes on.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from rules_lib.stages.convert import fingerprint
from rules_lib.state.refusals import Refusals, Refused

if TYPE_CHECKING:
    from rules_lib.proving.search import Refusal

_UNWRITTEN: Final = 25
"""So many refusals are written together: each was a dry run, so this costs next to nothing, and no
more are lost where a build is killed."""


class RefusalLog:
    """Refusals that are known, and those that were just found.

    Attributes:
        known: all that is known, but for what was noted since the last `write`.
    """

    def __init__(
        self, written: Refusals, known: Refusals, write: Callable[[Refusals], None]
    ) -> None:
        self.known = known
        self._written = written
        self._write = write
        self._new: dict[str, Refused] = {}

    def note(self, refusal: Refusal) -> None:
        """Take one down."""
        mark = fingerprint(refusal.rule.text)
        self._new[mark] = Refused(sid=refusal.rule.sid, words=refusal.words)
        if len(self._new) == _UNWRITTEN:
            self.write()

    def write(self) -> None:
        """Write all of it, unless that is what was written last."""
        if self._new:
            self.known = self.known.plus(self._new)
            self._new = {}
        if self.known != self._written:
            self._written = self.known
            self._write(self.known)
