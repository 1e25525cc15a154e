"""Files of the file system and objects of a bucket as sources."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from botocore.exceptions import BotoCoreError, ClientError

from rules_lib.aws.answers import NO_VALIDATORS, Absent, Body, Unmodified, Validators
from rules_lib.errors import DownloadError

if TYPE_CHECKING:
    from types_boto3_s3 import S3Client

_ABSENT = frozenset({"NoSuchKey", "AccessDenied", "404", "403"})
"""S3 answers AccessDenied for what is not there to whoever may not list the bucket."""
_UNMODIFIED = frozenset({"304", "NotModified"})


@dataclass(frozen=True, slots=True)
class FileReader:
    """Reads paths and `file://` URLs. They have no validators: a file is read to be compared."""

    def read(
        self, address: str, limit: int, known: Validators = NO_VALIDATORS
    ) -> Body | Unmodified | Absent:
        """Read a whole file.

        Raises:
            DownloadError: it cannot be read, is a folder or a device, or is larger than `limit`.
        """
        del known  # Nothing to compare by before the file has been read.
        path = _path(address)
        try:
            size = path.stat().st_size
            if not path.is_file():
                raise DownloadError(f"{address}: not a file")
            if size > limit:
                raise DownloadError(f"{address}: {size} bytes, the limit is {limit}")
            return Body(path.read_bytes())
        except FileNotFoundError:
            return Absent("no such file")
        except OSError as error:
            raise DownloadError(f"{address}: {error.strerror}") from error

    def size(self, address: str) -> int | None:
        """Tell the file's size; None where it cannot be seen."""
        try:
            return _path(address).stat().st_size
        except OSError:
            return None


@dataclass(frozen=True, slots=True)
class S3Reader:
    """Reads `s3://bucket/key`; the client retries what is worth it."""

    client: S3Client

    def read(
        self, address: str, limit: int, known: Validators = NO_VALIDATORS
    ) -> Body | Unmodified | Absent:
        """Read a whole object.

        Raises:
            DownloadError: S3 refuses (absence is no refusal), or it is larger than `limit`.
        """
        bucket, key = _bucket_and_key(address)
        try:
            if known.etag:
                answer = self.client.get_object(Bucket=bucket, Key=key, IfNoneMatch=known.etag)
            else:
                answer = self.client.get_object(Bucket=bucket, Key=key)
            if answer["ContentLength"] > limit:
                raise DownloadError(
                    f"{address}: {answer['ContentLength']} bytes, the limit is {limit}"
                )
            return Body(answer["Body"].read(), Validators(etag=answer["ETag"]))
        except ClientError as error:
            return _refusal(error, address)
        except BotoCoreError as error:
            raise DownloadError(f"{address}: {error}") from error

    def size(self, address: str) -> int | None:
        """Ask for the object's size; None where S3 does not tell."""
        bucket, key = _bucket_and_key(address)
        try:
            return self.client.head_object(Bucket=bucket, Key=key)["ContentLength"]
        except (BotoCoreError, ClientError):
            return None


def _path(address: str) -> Path:
    if not address.lower().startswith("file://"):
        return Path(address)
    parts = urlsplit(address)
    if parts.netloc not in {"", "localhost"}:
        raise DownloadError(f"{address}: names a host; write file:///{parts.netloc}{parts.path}")
    return Path(unquote(parts.path))


def _bucket_and_key(address: str) -> tuple[str, str]:
    bucket, _, key = address.partition("://")[2].partition("/")
    return bucket, key


def _refusal(error: ClientError, address: str) -> Unmodified | Absent:
    code = error.response.get("Error", {}).get("Code", "unknown")
    if code in _UNMODIFIED:
        return Unmodified()
    if code in _ABSENT:
        return Absent(f"S3 answers {code}")
    raise DownloadError(f"{address}: {error}") from error
