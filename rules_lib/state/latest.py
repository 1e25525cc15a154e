"""`latest.json`: the newest build whose groups are in force."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from pydantic import Field

from rules_lib.bucket import LATEST
from rules_lib.facts.targets import Target, is_classic
from rules_lib.state.statefile import StateFile
from rules_lib.state.used_release import UsedRelease, only_release


class Latest(StateFile):
    """The newest build whose groups are in force.

    Attributes:
        build: its id, and so its folder under `builds/`.
        version: of its first feed.
        sha256: of its first feed.
        feeds: all that it was made from, in their order; empty where an earlier version wrote it,
            when there was one feed.
        applied_at: ISO 8601, UTC.
        categories_seen: names that this or an earlier feed had; a file that lists one is no typo.
        allowlist: SHA-256 of its allowlist.
        own: identifies people's own rules with which it was made (see `OwnFiles.sha256`).
        prefix: of its groups.
        target: their kind; left out where they are classic.
        groups: name -> slot of each of its groups.
        discarded: how many rules it discarded, by reason; None where an earlier version wrote it.
        staging: the build that wrote the record of staged rules which holds for these groups; empty
            where there is none.
        circumstances: what else it was made with (see `sync.circumstances`); empty where nobody
            knows, as after a rollback.
        discards: mark of the newest copy under `discarded/` (see `sync.discards`).
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
    target: Annotated[Target, Field(exclude_if=is_classic)] = Target.CLASSIC
    groups: Mapping[str, str] = {}
    discarded: Mapping[str, int] | None = None
    discards: str = ""
    staging: str = ""
    circumstances: str = ""
    feeds: tuple[UsedRelease, ...] = ()

    @property
    def made_from(self) -> tuple[UsedRelease, ...]:
        """The releases that it was made from, whichever version wrote it."""
        return self.feeds or only_release(self.version, self.sha256)
