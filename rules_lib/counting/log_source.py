"""What alert logs in the account are to whoever counts them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from datetime import date, datetime

    from rules_lib.hits.values import CountedLines


class LogSource(Protocol):
    """Alert logs, and an engine that counts them."""

    @property
    def span(self) -> int:
        """How many days are best counted at once."""

    def count(self, first: date, last: date, now: datetime) -> CountedLines:
        """Count what fired on some days, lines that came late too.

        Args:
            first: the first day, UTC.
            last: the last one.
            now: when it begins, UTC.

        Raises:
            HitsError: the logs cannot be read, or not in time.
        """
