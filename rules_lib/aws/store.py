"""The bucket: whole objects by key, conditional writes, and errors that say what to do."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from botocore.exceptions import BotoCoreError, ClientError

from rules_lib.errors import StoreError
from rules_lib.feed.manifest import RAW, Manifest, is_manifest_key, read_manifest

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from types_boto3_s3 import S3Client
    from types_boto3_s3.type_defs import PutObjectRequestTypeDef

LONGEST_FETCH: Final = timedelta(minutes=15)
"""The longest that a Lambda function may run: an older fetch may end this much after a newer."""

_MISSING: Final = frozenset({"NoSuchKey", "404"})
_CONDITION_FAILED: Final = frozenset(
    # The last is S3's answer to a conditional write over an object that was deleted meanwhile.
    {"PreconditionFailed", "ConditionalRequestConflict", "NoSuchKey"}
)
_ADVICE: Final = {
    "NoSuchBucket": "Set RULESYNC_BUCKET to the bucket of the stack.",
    "NoSuchKey": "Nothing has been stored there yet, or it was deleted.",
    "AccessDenied": "The role needs s3:GetObject, s3:PutObject and s3:ListBucket there.",
}


@dataclass(frozen=True, slots=True)
class Stored:
    """An object and the ETag by which a later write can tell that nobody changed it."""

    body: bytes
    etag: str
    metadata: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True)
class Entry:
    """An object in a listing; S3 gives its time in whole seconds."""

    key: str
    last_modified: datetime
    size: int


@dataclass(frozen=True, slots=True)
class Store:
    """A bucket, by a boto3 S3 client."""

    client: S3Client
    bucket: str

    def get(self, key: str) -> bytes:
        """Read an object.

        Raises:
            StoreError: it does not exist, or may not be read.
        """
        with self._explained(key):
            return self.client.get_object(Bucket=self.bucket, Key=key)["Body"].read()

    def find(self, key: str) -> Stored | None:
        """Read an object that may not exist.

        Raises:
            StoreError: it may not be read; a refusal is not taken for absence.
        """
        with self._explained(key):
            try:
                answer = self.client.get_object(Bucket=self.bucket, Key=key)
            except ClientError as error:
                if _code(error) in _MISSING:
                    return None
                raise
            return Stored(answer["Body"].read(), answer["ETag"], answer["Metadata"])

    def put(  # noqa: PLR0913 - the conditions and what is said of it, by keyword only
        self,
        key: str,
        data: bytes,
        *,
        content_type: str = "application/octet-stream",
        only_if_absent: bool = False,
        only_if_etag: str | None = None,
        metadata: Mapping[str, str] = MappingProxyType({}),
    ) -> bool:
        """Write an object, whole or not at all.

        Args:
            key: the object's name.
            data: its bytes.
            content_type: its media type.
            only_if_absent: write only where no such object exists.
            only_if_etag: write only over the object with this ETag.
            metadata: what else is to be known of it.

        Returns:
            Whether it was written: False where the condition does not hold.

        Raises:
            StoreError: it may not be written.
        """
        request: PutObjectRequestTypeDef = {
            "Bucket": self.bucket,
            "Key": key,
            "Body": data,
            "ContentType": content_type,
            "Metadata": dict(metadata),
        }
        if only_if_absent:
            request["IfNoneMatch"] = "*"
        if only_if_etag:
            request["IfMatch"] = only_if_etag
        with self._explained(key):
            try:
                self.client.put_object(**request)
            except ClientError as error:
                if _code(error) in _CONDITION_FAILED:
                    return False
                raise
            return True

    def delete(self, key: str) -> None:
        """Delete an object; one that does not exist is as good.

        Raises:
            StoreError: it may not be deleted.
        """
        with self._explained(key):
            self.client.delete_object(Bucket=self.bucket, Key=key)

    def entries(self, prefix: str) -> tuple[Entry, ...]:
        """List the objects whose keys start with a prefix, in the order of their keys.

        Raises:
            StoreError: the bucket may not be listed.
        """
        with self._explained(prefix):
            pages = self.client.get_paginator("list_objects_v2")
            return tuple(
                Entry(item["Key"], item["LastModified"], item["Size"])
                for page in pages.paginate(Bucket=self.bucket, Prefix=prefix)
                for item in page.get("Contents", ())
            )

    @contextmanager
    def _explained(self, key: str) -> Iterator[None]:
        """Turn what S3 and botocore say into errors that name the object and what to do."""
        where = f"s3://{self.bucket}/{key}"
        try:
            yield
        except ClientError as error:
            code = _code(error)
            words = error.response.get("Error", {}).get("Message", "")
            raise StoreError(f"{where}: {code}: {words} {_ADVICE.get(code, '')}".strip()) from error
        except BotoCoreError as error:
            raise StoreError(f"{where}: {error}") from error


def newest_manifest(store: Store) -> Manifest | None:
    """Find the manifest of the newest feed in the bucket; None where there is none.

    The manifest written last decides, and with it those that were written so shortly before that
    their fetches may have overlapped: of these the fetch that began last is the newest.

    Raises:
        StoreError: the bucket cannot be read, or one of those is no manifest.
    """
    entries = [entry for entry in store.entries(RAW) if is_manifest_key(entry.key)]
    if not entries:
        return None
    since = max(entry.last_modified for entry in entries) - LONGEST_FETCH
    recent = sorted(
        (entry for entry in entries if entry.last_modified >= since),
        key=lambda entry: entry.last_modified,
        reverse=True,
    )
    manifests = [read_manifest(store.get(entry.key), entry.key) for entry in recent]
    return max(manifests, key=lambda manifest: manifest.fetched_at)


def _code(error: ClientError) -> str:
    return error.response.get("Error", {}).get("Code", "unknown")
