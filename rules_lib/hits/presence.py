"""On which days a rule was in force, as far as the builds tell: else no hit says nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Presence:
    """Since when the rules in force have been there without a break.

    Attributes:
        known_from: the day to which the builds were read back; None where nothing is known.
        arrived: sid -> day on which it came last, where that was after `known_from`.
        altered: sid -> day on which its text became another last, likewise.
    """

    known_from: date | None = None
    arrived: Mapping[int, date] = field(default_factory=lambda: MappingProxyType({}))
    altered: Mapping[int, date] = field(default_factory=lambda: MappingProxyType({}))

    def since(self, sid: int) -> date | None:
        """The day on which a rule that is in force came, or one after it; None: not known."""
        return self.arrived.get(sid, self.known_from)

    def had(self, sid: int, day: date) -> bool:
        """Whether a rule that is in force now was so all day long."""
        since = self.since(sid)
        return since is not None and day > since

    def had_unaltered(self, sid: int, day: date) -> bool:
        """Likewise, with the text that it has now."""
        return self.had(sid, day) and day > self.altered.get(sid, date.min)
