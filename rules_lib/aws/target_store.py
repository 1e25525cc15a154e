"""One target's part of the bucket, seen as the bucket of a single stack.

What a build writes, and what it left before, lies below `targets/<name>/`. What it is made from is
the same for all: feeds at the top of the bucket, people's files there or as an edition has them.
Whoever is given this store knows nothing of targets.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TYPE_CHECKING

from rules_lib.bucket import (
    ALLOWLIST,
    FEED_STATES,
    RAW,
    edition_key,
    is_manifest_key,
    is_peoples,
    target_key,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from rules_lib.aws.store import ListedObject, Store, Stored


@dataclass(frozen=True, slots=True)
class TargetStore:
    """A target's part of a bucket; what each call raises, `Store` says.

    Attributes:
        root: the whole bucket.
        name: of the target.
        allowlist: key of the target's allowlist.
        edition: whose copies of people's files are read; empty: those at the top of the bucket.
        manifests: keys of the feeds that the target may take; None: all that there are.
    """

    root: Store
    name: str
    allowlist: str = ALLOWLIST
    edition: str = ""
    manifests: frozenset[str] | None = None

    @property
    def bucket(self) -> str:
        """The bucket's name."""
        return self.root.bucket

    def address(self, key: str) -> str:
        """Where an object lies."""
        return self.root.address(self.placed(key))

    def get(self, key: str) -> bytes:
        """Read an object."""
        return self.root.get(self.placed(key))

    def find(self, key: str) -> Stored | None:
        """Read an object that may not exist."""
        return self.root.find(self.placed(key))

    def put(
        self,
        key: str,
        data: bytes | Iterable[bytes],
        *,
        only_if_absent: bool = False,
        only_if_etag: str | None = None,
        metadata: Mapping[str, str] = MappingProxyType({}),
    ) -> bool:
        """Write an object, whole or not at all."""
        return self.root.put(
            self.placed(key),
            data,
            only_if_absent=only_if_absent,
            only_if_etag=only_if_etag,
            metadata=metadata,
        )

    def copy(self, source: str, key: str) -> None:
        """Write an object that has the bytes and the metadata of another one, which stays."""
        self.root.copy(self.placed(source), self.placed(key))

    def delete(self, key: str) -> None:
        """Delete an object; one that does not exist is as good."""
        self.root.delete(self.placed(key))

    def entries(self, prefix: str) -> tuple[ListedObject, ...]:
        """List the objects whose keys start with a prefix, in the order of their keys."""
        placed = self.placed(prefix)
        return tuple(
            replace(entry, key=prefix + entry.key.removeprefix(placed))
            for entry in self.root.entries(placed)
            if self._may_take(entry.key)
        )

    def folders(self, prefix: str) -> tuple[str, ...]:
        """Name the folders directly below a prefix, in order."""
        return self.root.folders(self.placed(prefix))

    def placed(self, key: str) -> str:
        """Where what a single stack calls so lies in the whole bucket."""
        if key.startswith((RAW, FEED_STATES)):
            return key
        if not is_peoples(key):
            return target_key(self.name, key)
        named = self.allowlist if key == ALLOWLIST else key
        return edition_key(self.edition, named) if self.edition else named

    def _may_take(self, key: str) -> bool:
        """Whether an object of the whole bucket is none of a feed that came after the edition."""
        return self.manifests is None or not is_manifest_key(key) or key in self.manifests
