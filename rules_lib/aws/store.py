"""The bucket, as whatever reads and writes it sees it: whole objects by key, conditional writes."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


@dataclass(frozen=True, slots=True)
class Stored:
    """An object and the ETag by which a later write can tell that nobody changed it."""

    body: bytes
    etag: str
    metadata: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True)
class ListedObject:
    """An object in a listing; S3 gives its time in whole seconds."""

    key: str
    last_modified: datetime
    size: int
    etag: str = ""


class Store(Protocol):
    """A bucket: on S3 (`s3_store`), or in a test's memory."""

    @property
    def bucket(self) -> str:
        """The bucket's name, for what is said of it."""

    def address(self, key: str) -> str:
        """Where an object lies, for what is said of it: `s3://…`."""

    def get(self, key: str) -> bytes:
        """Read an object.

        Raises:
            StoreError: it does not exist, or may not be read.
        """

    def find(self, key: str) -> Stored | None:
        """Read an object that may not exist.

        Raises:
            StoreError: it may not be read; a refusal is not taken for absence.
        """

    def put(
        self,
        key: str,
        data: bytes | Iterable[bytes],
        *,
        only_if_absent: bool = False,
        only_if_etag: str | None = None,
        metadata: Mapping[str, str] = MappingProxyType({}),
    ) -> bool:
        """Write an object, whole or not at all.

        Args:
            key: the object's name, which tells its media type too.
            data: its bytes, or pieces of them, which are never in memory together on S3.
            only_if_absent: write only where no such object exists.
            only_if_etag: write only over the object with this ETag.
            metadata: what else is to be known of it.

        Returns:
            Whether it was written: False where the condition does not hold.

        Raises:
            StoreError: it may not be written.
        """

    def copy(self, source: str, key: str) -> None:
        """Write an object that has the bytes and the metadata of another one, which stays.

        Args:
            source: the other object's name.
            key: its own.

        Raises:
            StoreError: there is no such other object, or it may not be read or written.
        """

    def delete(self, key: str) -> None:
        """Delete an object; one that does not exist is as good.

        Raises:
            StoreError: it may not be deleted.
        """

    def entries(self, prefix: str) -> tuple[ListedObject, ...]:
        """List the objects whose keys start with a prefix, in the order of their keys.

        Raises:
            StoreError: the bucket may not be listed.
        """

    def folders(self, prefix: str) -> tuple[str, ...]:
        """Name the folders directly below a prefix, in order, without reading what is in them.

        Raises:
            StoreError: the bucket may not be listed.
        """
