"""A bucket in memory: what holds of the one on S3 holds of it, by one suite for both."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import TYPE_CHECKING

from rules_lib.aws.s3_store import refused_by_s3
from rules_lib.aws.store import ListedObject, Stored

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from rules_lib.errors import StoreError


@dataclass(slots=True)
class MemoryStore:
    """Objects by their keys.

    Attributes:
        bucket: its name.
        now: when the next object is written; each takes a second.
        written: the keys of all that was written, in order.
        gone: there is no such bucket.
        unread: keys that may not be read.
    """

    bucket: str = "feeds"
    now: datetime = datetime(2027, 1, 1, tzinfo=UTC)
    written: list[str] = field(default_factory=list)
    gone: bool = False
    unread: set[str] = field(default_factory=set)
    _objects: dict[str, tuple[Stored, datetime]] = field(default_factory=dict)

    def address(self, key: str) -> str:
        """Where an object lies."""
        return f"s3://{self.bucket}/{key}"

    def get(self, key: str) -> bytes:
        """Read an object."""
        stored = self.find(key)
        if stored is None:
            raise self._refused(key, "NoSuchKey", "The specified key does not exist.")
        return stored.body

    def find(self, key: str) -> Stored | None:
        """Read an object that may not exist."""
        self._look(key)
        if key in self.unread:
            raise self._refused(key, "AccessDenied", "Access Denied")
        return self._objects[key][0] if key in self._objects else None

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
        self._look(key)
        body = data if isinstance(data, bytes) else b"".join(data)
        held = self._objects[key][0] if key in self._objects else None
        if (only_if_absent and held) or (
            only_if_etag and (held is None or held.etag != only_if_etag)
        ):
            return held is not None and held.body == body  # as after an answer that was lost
        etag = f'"{hashlib.md5(body, usedforsecurity=False).hexdigest()}"'
        self._objects[key] = Stored(body, etag, dict(metadata)), self.now
        self.now += timedelta(seconds=1)
        self.written.append(key)
        return True

    def copy(self, source: str, key: str) -> None:
        """Write an object that has the bytes and the metadata of another one, which stays."""
        stored = self.find(source)
        if stored is None:
            raise self._refused(key, "NoSuchKey", "The specified key does not exist.")
        self.put(key, stored.body, metadata=stored.metadata)

    def delete(self, key: str) -> None:
        """Delete an object; one that does not exist is as good."""
        self._look(key)
        self._objects.pop(key, None)

    def entries(self, prefix: str) -> tuple[ListedObject, ...]:
        """List the objects whose keys start with a prefix, in the order of their keys."""
        self._look(prefix)
        return tuple(
            ListedObject(key, when, len(stored.body), stored.etag)
            for key, (stored, when) in sorted(self._objects.items())
            if key.startswith(prefix)
        )

    def folders(self, prefix: str) -> tuple[str, ...]:
        """Name the folders directly below a prefix, in order."""
        below = (entry.key.removeprefix(prefix) for entry in self.entries(prefix))
        return tuple(dict.fromkeys(key.split("/")[0] for key in below if "/" in key))

    def _look(self, key: str) -> None:
        if self.gone:
            raise self._refused(key, "NoSuchBucket", "The specified bucket does not exist")

    def _refused(self, key: str, code: str, words: str) -> StoreError:
        return refused_by_s3(self.address(key), code, words)
