"""Which of the stored releases has a rule first: found by halves, as each costs a download."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, NamedTuple

from rules_lib.errors import RulesyncError
from rules_lib.facts.feeds import ET_OPEN
from rules_lib.feed.in_use import archive_in_bucket
from rules_lib.feed.manifest import read_manifest
from rules_lib.feed.newest import manifest_entries
from rules_lib.reading.sids import sids_in

if TYPE_CHECKING:
    from rules_lib.aws.store import Store

MOST_RELEASES: Final = 12
"""So many archives of a feed are downloaded for all rules together."""


class StoredRelease(NamedTuple):
    """A release in the bucket: its version, and when it was fetched, ISO 8601."""

    version: str
    at: str


@dataclass(slots=True)
class ReleasesByFeed:
    """The releases of every feed of a bucket, each feed's listed when it is asked for."""

    store: Store
    _known: dict[str, PastReleases] = field(default_factory=dict)

    def of(self, feed: str) -> PastReleases:
        """Those of a feed; where none is named, of et/open.

        Raises:
            StoreError: the bucket may not be listed.
        """
        name = feed or ET_OPEN
        if name not in self._known:
            self._known[name] = PastReleases.of(self.store, name)
        return self._known[name]


@dataclass(slots=True)
class PastReleases:
    """The releases of a feed.

    Attributes:
        keys: of their manifests, the oldest first.
    """

    store: Store
    keys: tuple[str, ...]
    _read: dict[str, tuple[StoredRelease, frozenset[int]] | None] = field(default_factory=dict)

    @classmethod
    def of(cls, store: Store, feed: str = ET_OPEN) -> PastReleases:
        """List them.

        Raises:
            StoreError: the bucket may not be listed.
        """
        entries = manifest_entries(store, (feed,)).get(feed, ())
        return cls(store, tuple(entry.key for entry in entries))

    def first_with(self, sid: int) -> tuple[StoredRelease, bool] | None:
        """The first release from which on a rule is there, and whether it is the oldest of all.

        A rule that went and came back may be told as later than it was. None where the newest does
        not have it, or too much would have to be read.
        """
        low, high = 0, len(self.keys) - 1
        if high < 0 or not self._has(self.keys[high], sid):
            return None
        while low < high:
            middle = (low + high) // 2
            has = self._has(self.keys[middle], sid)
            if has is None:
                return None
            low, high = (low, middle) if has else (middle + 1, high)
        found = self._read[self.keys[high]] if self._has(self.keys[high], sid) else None
        return (found[0], high == 0) if found else None

    def _has(self, key: str, sid: int) -> bool | None:
        """Whether a release has a rule, a disabled one too; None where that cannot be read."""
        if key not in self._read:
            if len(self._read) >= MOST_RELEASES:
                return None
            self._read[key] = self._sids(key)
        found = self._read[key]
        return None if found is None else sid in found[1]

    def _sids(self, key: str) -> tuple[StoredRelease, frozenset[int]] | None:
        try:
            manifest = read_manifest(self.store.get(key), key)
            files = archive_in_bucket(self.store, manifest)
            sids = frozenset(sid for file in files for sid in sids_in(file.data))
        except RulesyncError:  # an archive that has expired tells nothing
            return None
        at = manifest.fetched_at.isoformat(timespec="seconds")
        return StoredRelease(manifest.version, at), sids
