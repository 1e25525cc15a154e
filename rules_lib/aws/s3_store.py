"""The bucket on S3, and errors that say what to do."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from tempfile import SpooledTemporaryFile
from types import MappingProxyType
from typing import IO, TYPE_CHECKING, Final, cast

from botocore.exceptions import BotoCoreError, ClientError

from rules_lib.aws.advice import explained
from rules_lib.aws.store import ListedObject, Stored
from rules_lib.bucket import EXPIRES, expiry_of, media_type
from rules_lib.errors import StoreError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from types_boto3_s3 import S3Client
    from types_boto3_s3.type_defs import (
        CopyObjectRequestTypeDef,
        ListObjectsV2OutputTypeDef,
        ListObjectsV2RequestTypeDef,
        PutObjectRequestTypeDef,
    )

_SPOOLED: Final = 2**22
"""Bytes; more than that of an object's pieces is kept on the disk until it is sent.

What a build changed has about 1.3 kB a rule, and is written when its memory is fullest.
"""

_AT_ONCE: Final = 2**18
"""Bytes that are written to the temporary file at once, or a piece more: most are lines."""

_MISSING: Final = frozenset({"NoSuchKey", "404"})
_CONDITION_FAILED: Final = frozenset(
    # The last is S3's answer to a conditional write over an object that was deleted meanwhile.
    {"PreconditionFailed", "ConditionalRequestConflict", "NoSuchKey"}
)
_ADVICE: Final = {
    "NoSuchBucket": "Set RULESYNC_BUCKET to the bucket of the stack.",
    "NoSuchKey": "Nothing has been stored there yet, or it was deleted.",
    "AccessDenied": "The role needs s3:GetObject, s3:PutObject and s3:ListBucket there.",
    "ExpiredToken": "Sign in again: the credentials have expired.",
    "InvalidAccessKeyId": "Look at AWS_PROFILE and AWS_ACCESS_KEY_ID.",
    "PermanentRedirect": "The bucket is in another region: set AWS_REGION.",
    "SignatureDoesNotMatch": "Look at AWS_SECRET_ACCESS_KEY.",
}


@dataclass(frozen=True, slots=True)
class S3Store:
    """A bucket, by a boto3 S3 client; what each call raises, `Store` says."""

    client: S3Client
    bucket: str

    def address(self, key: str) -> str:
        """Where an object lies."""
        return f"s3://{self.bucket}/{key}"

    def get(self, key: str) -> bytes:
        """Read an object."""
        with self._explained(key):
            return self.client.get_object(Bucket=self.bucket, Key=key)["Body"].read()

    def find(self, key: str) -> Stored | None:
        """Read an object that may not exist."""
        with self._explained(key):
            try:
                answer = self.client.get_object(Bucket=self.bucket, Key=key)
            except ClientError as error:
                if _code(error) in _MISSING:
                    return None
                raise
            return Stored(answer["Body"].read(), answer["ETag"], answer["Metadata"])

    def put(
        self,
        key: str,
        data: bytes | Iterable[bytes],
        *,
        only_if_absent: bool = False,
        only_if_etag: str | None = None,
        metadata: Mapping[str, str] = MappingProxyType({}),
    ) -> bool:
        """Write an object, whole or not at all; many pieces go through a temporary file."""
        request: PutObjectRequestTypeDef = {
            "Bucket": self.bucket,
            "Key": key,
            "ContentType": media_type(key),
            "Metadata": dict(metadata),
        }
        if folder := expiry_of(key):
            request["Tagging"] = f"{EXPIRES}={folder}"
        if only_if_absent:
            request["IfNoneMatch"] = "*"
        if only_if_etag:
            request["IfMatch"] = only_if_etag
        with self._explained(key), _body(data) as body:
            request["Body"] = body
            try:
                self.client.put_object(**request)
            except (BotoCoreError, ClientError) as error:
                if not (only_if_absent or only_if_etag):
                    raise
                if self._holds(key, data):  # an attempt got through whose answer was lost
                    return True
                if _code(error) in _CONDITION_FAILED:
                    return False
                raise
            return True

    def _holds(self, key: str, data: object) -> bool:
        """Whether an object has these bytes; not, where it cannot be read."""
        try:
            stored = self.find(key)
        except StoreError:
            return False
        return stored is not None and stored.body == data

    def copy(self, source: str, key: str) -> None:
        """Write an object that has the bytes and the metadata of another one, which stays.

        S3 does it, so that nothing is downloaded. When it expires goes by its new name.
        """
        request: CopyObjectRequestTypeDef = {
            "Bucket": self.bucket,
            "Key": key,
            "CopySource": {"Bucket": self.bucket, "Key": source},
            "TaggingDirective": "REPLACE",
        }
        if folder := expiry_of(key):
            request["Tagging"] = f"{EXPIRES}={folder}"
        with self._explained(key):
            self.client.copy_object(**request)

    def delete(self, key: str) -> None:
        """Delete an object; one that does not exist is as good."""
        with self._explained(key):
            self.client.delete_object(Bucket=self.bucket, Key=key)

    def entries(self, prefix: str) -> tuple[ListedObject, ...]:
        """List the objects whose keys start with a prefix, in the order of their keys."""
        with self._explained(prefix):
            return tuple(
                ListedObject(item["Key"], item["LastModified"], item["Size"], item["ETag"])
                for page in self._pages({"Bucket": self.bucket, "Prefix": prefix})
                for item in page.get("Contents", ())
            )

    def folders(self, prefix: str) -> tuple[str, ...]:
        """Name the folders directly below a prefix, in order, without reading what is in them."""
        with self._explained(prefix):
            return tuple(
                folder["Prefix"].removeprefix(prefix).rstrip("/")
                for page in self._pages({"Bucket": self.bucket, "Prefix": prefix, "Delimiter": "/"})
                for folder in page.get("CommonPrefixes", ())
            )

    def _pages(self, asked: ListObjectsV2RequestTypeDef) -> Iterator[ListObjectsV2OutputTypeDef]:
        """A call a page; to load botocore's paginators takes longer than most of our listings."""
        while True:
            page = self.client.list_objects_v2(**asked)
            yield page
            if "NextContinuationToken" not in page:
                return
            asked = {**asked, "ContinuationToken": page["NextContinuationToken"]}

    @contextmanager
    def _explained(self, key: str) -> Iterator[None]:
        """Turn what S3 and botocore say into errors that name the object and what to do."""
        where = self.address(key)
        try:
            yield
        except ClientError as error:
            words = error.response.get("Error", {}).get("Message", "")
            raise refused_by_s3(where, _code(error), words) from error
        except BotoCoreError as error:
            raise StoreError(f"{where}: {explained(error)}") from error


def refused_by_s3(where: str, code: str, words: str) -> StoreError:
    """S3's refusal as an error that says what to do.

    Args:
        where: the object's address.
        code: S3's code.
        words: S3's own words.
    """
    advice = f". {_ADVICE[code]}" if code in _ADVICE else ""
    return StoreError(f"{where}: {code}: {words.rstrip('.')}{advice}", code)


@contextmanager
def _body(data: bytes | Iterable[bytes]) -> Iterator[bytes | IO[bytes]]:
    """What boto3 can send, and send again where it has to retry."""
    if isinstance(data, bytes):
        yield data
        return
    with SpooledTemporaryFile(max_size=_SPOOLED) as file:
        waiting = bytearray()
        for piece in data:
            waiting += piece
            if len(waiting) >= _AT_ONCE:
                file.write(waiting)
                waiting.clear()
        file.write(waiting)
        file.seek(0)
        yield cast("IO[bytes]", file)


def _code(error: BotoCoreError | ClientError) -> str:
    """S3's code; where S3 gave no answer, the name of what happened instead."""
    if isinstance(error, ClientError):
        return error.response.get("Error", {}).get("Code", "unknown")
    return type(error).__name__
