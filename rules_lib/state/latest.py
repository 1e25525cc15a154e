"""`latest.json`: the newest build whose groups are in force."""

from __future__ import annotations

from collections.abc import Mapping

from rules_lib.bucket import LATEST
from rules_lib.state.statefile import StateFile


class Latest(StateFile):
    """The newest build whose groups are in force.

    Attributes:
        build: its id, and so its folder under `builds/`.
        version: of its feed.
        sha256: of its feed.
        applied_at: ISO 8601, UTC.
        categories_seen: names that this or an earlier feed had; a file that lists one is no typo.
        allowlist: SHA-256 of its allowlist.
        own: identifies people's own rules with which it was made (see `OwnFiles.sha256`).
        prefix: of its groups.
        groups: name -> slot of each of its groups.
        discarded: how many rules it discarded, by reason; None where an earlier version wrote it.
        staging: the build that wrote the record of staged rules which holds for these groups; empty
            where there is none.
        circumstances: what else it was made with (see `sync.circumstances`); empty where nobody
            knows, as after a rollback.
        discards: mark of the newest copy under `discarded/` (see `history.discards`).
    """

    KEY = LATEST
    ADVICE = (
        "Restore the object's earlier version; or delete it: the next build then compares with no "
        "earlier one, and a category that only older feeds had is taken for a mistyped one."
    )

    build: str
    version: str
    sha256: str
    applied_at: str
    categories_seen: tuple[str, ...] = ()
    allowlist: str = ""
    own: str = ""
    prefix: str = ""
    groups: Mapping[str, str] = {}
    discarded: Mapping[str, int] | None = None
    discards: str = ""
    staging: str = ""
    circumstances: str = ""
