"""Buckets made, and objects written, copied and deleted, as moto does it, out of a request.

What is refused, and what asks for more than that, is left to moto.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qsl, unquote

from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.s3.models import s3_backends
from moto.s3.utils import compute_checksum, metadata_from_headers

from support.quick.reads import OBJECT, is_plain, plain_bucket, tagged

if TYPE_CHECKING:
    from collections.abc import Mapping

    from moto.core.common_types import TYPE_RESPONSE
    from moto.s3.models import FakeBucket

    from support.quick.short import Asked

_KNOWN: Final = {
    *("content-type", "user-agent", "expect", "x-amz-tagging", "if-match", "if-none-match"),
    *("x-amz-sdk-checksum-algorithm",),
}
_PLAIN: Final = {"user-agent"}
_META: Final = "x-amz-meta-"
_SOURCE: Final = "x-amz-copy-source"
_TAGS_REPLACED: Final = {"x-amz-tagging-directive": "REPLACE"}


def written(asked: Asked) -> TYPE_RESPONSE | None:
    """The answer to a request that writes or deletes an object; None where moto is to give it."""
    found = OBJECT.fullmatch(asked.url)
    if asked.method not in {"PUT", "DELETE"} or not found or found["query"]:
        return None
    if not found["key"]:
        return _bucket(found["bucket"], asked)
    headers = {name.lower(): value for name, value in asked.headers.items()}
    bucket = plain_bucket(found["bucket"])
    if bucket is None or bucket.is_versioned or bucket.object_lock_enabled:
        return None
    key = unquote(found["key"])
    if _SOURCE in headers:
        return _copied(bucket, key, headers)
    if not _is_known(headers) or not _holds(bucket, key, headers):
        return None
    return _put(bucket, key, asked, headers) if asked.method == "PUT" else _deleted(bucket, key)


def _bucket(name: str, asked: Asked) -> TYPE_RESPONSE | None:
    """The answer to whoever makes a bucket of which nothing more is said."""
    more = asked.body or not _PLAIN.issuperset(map(str.lower, asked.headers))
    taken = name in s3_backends.bucket_accounts
    if asked.method != "PUT" or more or taken or asked.region != "us-east-1":
        return None
    s3_backends[DEFAULT_ACCOUNT_ID]["aws"].create_bucket(name, asked.region)
    return 200, {"Location": f"/{name}"}, ""


def _is_known(headers: Mapping[str, Any]) -> bool:
    return all(name in _KNOWN or name.startswith(_META) for name in headers)


def _holds(bucket: FakeBucket, key: str, headers: Mapping[str, Any]) -> bool:
    """Whether an object is as it must be to be written over."""
    there = bucket.keys.get(key)
    if headers.get("if-none-match"):
        return headers["if-none-match"] == "*" and there is None
    wanted = headers.get("if-match")
    return not wanted or (there is not None and there.etag == wanted)


def _put(bucket: FakeBucket, key: str, asked: Asked, headers: Mapping[str, Any]) -> TYPE_RESPONSE:
    backend = s3_backends[DEFAULT_ACCOUNT_ID]["aws"]
    algorithm = headers.get("x-amz-sdk-checksum-algorithm", "")
    checksum = compute_checksum(asked.body, algorithm).decode() if algorithm else None
    made = backend.put_object(bucket.name, key, asked.body, checksum_value=checksum)
    made.set_metadata(metadata_from_headers(dict(headers)))
    made.set_acl(bucket.acl)
    made.checksum_algorithm = algorithm or None
    backend.put_object_tagging(made, _tags_of(headers))
    told = {**_told(made), f"x-amz-checksum-{algorithm.lower()}": checksum}
    return 200, {name: value for name, value in told.items() if value}, ""


_LENGTH: Final = "content-length"


def _copied(bucket: FakeBucket, key: str, headers: Mapping[str, Any]) -> TYPE_RESPONSE | None:
    """The answer to a copy within a bucket, whose tags are its own."""
    source = unquote(headers[_SOURCE]).removeprefix(f"{bucket.name}/")
    plain = {name: value for name, value in headers.items() if name not in _KNOWN}
    there = bucket.keys.get(source)
    if (
        plain != {**_TAGS_REPLACED, _SOURCE: headers[_SOURCE]}
        or not is_plain(there)
        or key == source
    ):
        return None
    backend = s3_backends[DEFAULT_ACCOUNT_ID]["aws"]
    backend.copy_object(there, bucket.name, key)
    made: Any = bucket.keys[key]
    made.set_acl(bucket.acl)
    backend.put_object_tagging(made, _tags_of(headers))
    told = [("LastModified", made.last_modified_ISO8601), ("ETag", made.etag)]
    if made.checksum_value:
        told.append((f"Checksum{made.checksum_algorithm}", made.checksum_value))
    body = f"<CopyObjectResult>{tagged(told)}</CopyObjectResult>"
    return 200, {"content-type": "application/xml", **_told(made)}, body


def _told(made: Any) -> dict[str, Any]:
    """What the headers of an answer say of an object, but for its length."""
    return {name: value for name, value in made.response_dict.items() if name != _LENGTH}


def _tags_of(headers: Mapping[str, Any]) -> dict[str, str]:
    return dict(parse_qsl(headers.get("x-amz-tagging", ""), keep_blank_values=True))


def _deleted(bucket: FakeBucket, key: str) -> TYPE_RESPONSE:
    if key in bucket.keys:
        s3_backends[DEFAULT_ACCOUNT_ID]["aws"].delete_object(bucket.name, key)
    return 204, {}, ""
