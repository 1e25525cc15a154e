"""Ranges of sids that belong to somebody, by agreement of those who publish rules.

Snort and Suricata check no range, so two publishers may use the same sids. [registry] is
sidallocation.org, which publishers keep among themselves; [measured] is ET Open, 54,000 rules,
March 2026: all within 2,000,000 to 2,599,999.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from rules_lib.facts.feeds import ET_OPEN, ET_PRO


class SidRange(NamedTuple):
    """Sids that are kept for some feeds.

    Attributes:
        feeds: their names; none where they are kept for people's own rules.
    """

    first: int
    last: int
    feeds: frozenset[str]

    def __contains__(self, sid: object) -> bool:
        """Whether a sid lies in it."""
        return isinstance(sid, int) and self.first <= sid <= self.last

    def __str__(self) -> str:
        """As people write it."""
        return f"{self.first:,} to {self.last:,}"


OWN_SIDS: Final = SidRange(1_000_000, 1_999_999, frozenset())
"""For rules that nobody publishes [registry]; many small feeds use it all the same."""

SID_RANGES: Final = (SidRange(2_000_000, 2_999_999, frozenset({ET_OPEN, ET_PRO})),)
"""Those of feeds [registry, measured]."""
