"""What is read of S3, answered out of moto's own bucket without a web framework between.

That is an object, one that is not there, and a listing by prefix, also by folder. Whatever asks for
more than that is left to moto.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final, Protocol
from urllib.parse import parse_qs, quote, unquote
from xml.sax.saxutils import escape

from moto.core.config import passthrough_service, passthrough_url
from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.s3.models import FakeBucket, FakeDeleteMarker, s3_backends

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from moto.core.common_types import TYPE_RESPONSE

OBJECT: Final = re.compile(
    r"https://(?P<bucket>[a-z0-9-]+)\.s3(?:\.[a-z0-9-]+)?\.amazonaws\.com/(?P<key>[^?]*)"
    r"(?:\?(?P<query>.*))?"
)
_MORE: Final = {"range", "if-match", "if-none-match", "if-modified-since", "if-unmodified-since"}
"""Headers by which a request asks for more than an object."""
_LISTED: Final = {"list-type", "prefix", "encoding-type"}
_FOLDERS: Final = _LISTED | {"delimiter"}
_PAGE: Final = 1_000  # keys
_NO_SUCH_KEY: Final = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>NoSuchKey</Code>'
    "<Message>The specified key does not exist.</Message><RequestId>none</RequestId></Error>"
)


class Request(Protocol):
    """What is read of a request, be it sent or not."""

    @property
    def method(self) -> str:
        """Of HTTP."""

    @property
    def url(self) -> str:
        """With its query."""

    @property
    def headers(self) -> Mapping[str, Any]:
        """By their names."""


def read(request: Request) -> TYPE_RESPONSE | None:
    """The answer to a request that only reads; None where moto is to give it."""
    found = OBJECT.fullmatch(request.url) if request.method == "GET" else None
    if found is None or passthrough_service("s3") or passthrough_url(request.url.split("?")[0]):
        return None
    bucket = plain_bucket(found["bucket"])
    if bucket is None:
        return None
    if found["key"]:
        asks_more = found["query"] or _MORE & {name.lower() for name in request.headers}
        return None if asks_more else _object(bucket, unquote(found["key"]), request)
    asked = parse_qs(found["query"] or "", keep_blank_values=True)
    if asked.keys() == _LISTED:
        return _listing(bucket, asked["prefix"][0])
    if asked.keys() == _FOLDERS and asked["delimiter"] == ["/"]:
        return _listing(bucket, asked["prefix"][0], by_folder=True)
    return None


def plain_bucket(name: str) -> FakeBucket | None:
    """A bucket that moto does no more for than to keep objects; None where it has to decide."""
    bucket = s3_backends[DEFAULT_ACCOUNT_ID]["aws"].buckets.get(name)
    plain = isinstance(bucket, FakeBucket) and not bucket.policy and not bucket.logging
    return bucket if plain else None


def _object(bucket: FakeBucket, name: str, request: Request) -> TYPE_RESPONSE | None:
    key = bucket.keys.get(name)
    if key is None:
        return 404, {"content-type": "application/xml"}, _NO_SUCH_KEY
    if not is_plain(key):
        return None
    headers = {**key.response_dict, **key.metadata, "Accept-Ranges": "bytes"}
    if "x-amz-checksum-mode" in request.headers and key.checksum_algorithm:
        headers[f"x-amz-checksum-{key.checksum_algorithm.lower()}"] = key.checksum_value
    return 200, headers, key.value


def _listing(bucket: FakeBucket, prefix: str, *, by_folder: bool = False) -> TYPE_RESPONSE | None:
    names = sorted(name for name in bucket.keys if name.startswith(prefix))
    if any(isinstance(bucket.keys[name], FakeDeleteMarker) for name in names):
        return None
    below = {name: name.removeprefix(prefix).partition("/") for name in names if by_folder}
    folders = sorted({f"{prefix}{folder}/" for folder, slash, _ in below.values() if slash})
    keys = [bucket.keys[name] for name in names if not below or not below[name][1]]
    count = len(keys) + len(folders)
    if count > _PAGE:
        return None
    told = {"Name": bucket.name, "Prefix": quote(prefix), "MaxKeys": _PAGE, "KeyCount": count}
    if by_folder:
        told["Delimiter"] = "/"
    body = tagged({**told, "IsTruncated": "false", "EncodingType": "url"}.items())
    body += "".join(f"<Contents>{tagged(_entry(key))}</Contents>" for key in keys)
    body += "".join(
        f"<CommonPrefixes>{tagged([('Prefix', quote(folder))])}</CommonPrefixes>"
        for folder in folders
    )
    return 200, {"content-type": "application/xml"}, f"<ListBucketResult>{body}</ListBucketResult>"


def _entry(key: Any) -> Iterable[tuple[str, object]]:
    yield "Key", key.safe_name("url")
    yield "LastModified", key.last_modified_ISO8601
    yield "ETag", key.etag
    yield "Size", key.size
    yield "StorageClass", key.storage_class
    if key.checksum_algorithm:
        yield "ChecksumAlgorithm", key.checksum_algorithm


def is_plain(key: Any) -> bool:
    """Whether an object is there, and is no more than its bytes and what was said with them."""
    there = key is not None and not isinstance(key, FakeDeleteMarker)
    return there and key.storage_class == "STANDARD" and not key.multipart


def tagged(values: Iterable[tuple[str, object]]) -> str:
    """Values in XML, each in its tag."""
    return "".join(f"<{name}>{escape(str(value))}</{name}>" for name, value in values)
