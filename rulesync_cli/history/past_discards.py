"""Since when a rule is discarded for its reason, by the copies that builds keep by day."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Final

from pydantic import ValidationError

from rules_lib.bucket import DISCARDS, time_of_build
from rules_lib.sync.earlier import discards_in

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rules_lib.aws.store import Store

MOST_COPIES: Final = 8
"""So many of the newest copies are read."""


@dataclass(slots=True)
class PastDiscards:
    """The copies, the newest first."""

    store: Store
    keys: tuple[str, ...]
    _read: dict[str, Mapping[int, str]] = field(default_factory=dict)

    @classmethod
    def of(cls, store: Store) -> PastDiscards:
        """List them.

        Raises:
            StoreError: the bucket may not be listed.
        """
        keys = sorted((entry.key for entry in store.entries(DISCARDS)), reverse=True)
        return cls(store, tuple(keys[:MOST_COPIES]))

    def since(self, sid: int, reason: str) -> tuple[str, str, bool]:
        """The day and the build since when a rule is discarded for a reason.

        Returns:
            Day, build, and whether it may be longer, as no older copy was read; an empty day where
            no copy has it.
        """
        day = build = ""
        for key in self.keys:
            if self._discards(key).get(sid) != reason:
                return day, build, False
            build = PurePosixPath(key).stem
            began = time_of_build(build)
            day = began.date().isoformat() if began else ""
        return day, build, True

    def _discards(self, key: str) -> Mapping[int, str]:
        if key not in self._read:
            try:
                stored = self.store.find(key)
                self._read[key] = discards_in(stored.body) if stored else {}
            except ValidationError:  # a damaged copy tells nothing
                self._read[key] = {}
        return self._read[key]
