"""Objects of a bucket as sources; apart from the others, as it takes AWS's library to be loaded."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from rules_lib.aws.advice import explained
from rules_lib.errors import DownloadError
from rules_lib.sources.answers import NO_VALIDATORS, Absent, Body, Unmodified, Validators

if TYPE_CHECKING:
    from types_boto3_s3 import S3Client

    from rules_lib.address import Address

_ABSENT = frozenset({"NoSuchKey", "AccessDenied", "404", "403"})
"""S3 answers AccessDenied for what is not there to whoever may not list the bucket."""
_UNMODIFIED = frozenset({"304", "NotModified"})


@dataclass(frozen=True, slots=True)
class S3Reader:
    """Reads `s3://bucket/key`; the client retries what is worth it."""

    client: S3Client

    def read(
        self, address: Address, limit: int, known: Validators = NO_VALIDATORS
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
            code = error.response.get("Error", {}).get("Code", "unknown")
        except BotoCoreError as error:
            # From None: a name that is no bucket's, with user and password, stands in its words.
            raise DownloadError(f"{address}: {address.clean(explained(error))}") from None
        return _refusal(code, address)

    def size(self, address: Address) -> int | None:
        """Ask for the object's size; None where S3 does not tell."""
        bucket, key = _bucket_and_key(address)
        try:
            return self.client.head_object(Bucket=bucket, Key=key)["ContentLength"]
        except (BotoCoreError, ClientError):
            return None


def _bucket_and_key(address: Address) -> tuple[str, str]:
    bucket, _, key = address.reveal().partition("://")[2].partition("/")
    return bucket, key


def _refusal(code: str, address: Address) -> Unmodified | Absent:
    """Judge by the code alone: what botocore says in words may have the whole address."""
    if code in _UNMODIFIED:
        return Unmodified()
    if code in _ABSENT:
        return Absent(f"S3 answers {code}")
    raise DownloadError(f"{address}: S3 answers {code}")
