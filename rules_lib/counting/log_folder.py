"""Alert logs in S3: Athena counts them in the folders where the firewall put them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Final

from rules_lib.errors import HitsError, StoreError
from rules_lib.facts.logs import HOUR_FOLDER, LATE, RESOURCE_NAME
from rules_lib.hits.query import Partitions, count_query
from rules_lib.hits.rows import counted_lines

if TYPE_CHECKING:
    from rules_lib.alert_logs import LogFolder
    from rules_lib.aws.queries import Athena
    from rules_lib.aws.store import Store
    from rules_lib.hits.values import CountedLines

_EARLY: Final = timedelta(hours=1)
"""A clock may be behind that of whoever names the folder."""

_SECONDS: Final = 600.0


@dataclass(frozen=True, slots=True)
class FolderSource:
    """Logs of the service's own layout.

    Attributes:
        folder: of one account and region.
        logs: the bucket that it is in.
        athena: counts.
        table: `database.table`, the Glue table over the folder.
        addresses: whether example addresses are asked for.
        named: where people say which folder it is.
    """

    folder: LogFolder
    logs: Store
    athena: Athena
    table: str
    addresses: bool = True
    named: str = "the stack's parameter AlertLogs"

    @property
    def span(self) -> int:
        """A week: each query also reads the folders of the two days after, for late lines."""
        return 7

    def count(self, first: date, last: date, now: datetime) -> CountedLines:
        """Count some days, in all folders where lines of them may lie; one query, read once."""
        query = count_query(
            self.table,
            first=first,
            last=last,
            partitions=Partitions(self._firewalls(), *_hours(first, last)),
            addresses=self.addresses,
        )
        rows = self.athena.rows(query, seconds=_SECONDS)
        return counted_lines(rows, now=now, addresses=self.addresses)

    def _firewalls(self) -> tuple[str, ...]:
        """The firewalls that have written; what else lies there is none of them.

        Raises:
            HitsError: there is none, or the bucket cannot be listed.
        """
        try:
            folders = self.logs.folders(self.folder.prefix)
        except StoreError as error:
            raise HitsError(f"alert logs cannot be found: {error}", error.code) from error
        names = tuple(name for name in folders if re.fullmatch(RESOURCE_NAME, name))
        if not names:
            raise HitsError(
                f"no firewall has written alert logs below {self.folder}: have a firewall log "
                f"its alerts there, or correct {self.named}"
            )
        return names


def _hours(first: date, last: date) -> tuple[str, str]:
    """The first and the last folder that may hold lines of some days."""
    begin = datetime.combine(first, time(tzinfo=UTC)) - _EARLY
    end = datetime.combine(last + timedelta(days=1), time(tzinfo=UTC)) + LATE
    return begin.strftime(HOUR_FOLDER), end.strftime(HOUR_FOLDER)
