"""`state/hold.json`: there while a rollback holds."""

from __future__ import annotations

from rules_lib.bucket import HOLD
from rules_lib.state.statefile import StateFile


class Hold(StateFile):
    """A rollback holds the groups as they are until somebody resumes.

    Attributes:
        build: whose groups were put back.
        since: ISO 8601, UTC.
    """

    KEY = HOLD
    ADVICE = (
        "A rollback holds: restore the object's earlier version, or roll back once more; "
        "`rulesync resume` deletes it and lets syncs continue."
    )

    build: str
    since: str
