"""Objects that are written and deleted in moto's bucket as moto does it, out of a plain request.

What is refused, and what asks for more than that, is left to moto.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qsl, unquote

from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.s3.models import s3_backends
from moto.s3.utils import compute_checksum, metadata_from_headers

from support.quick.reads import OBJECT, plain_bucket

if TYPE_CHECKING:
    from collections.abc import Mapping

    from moto.core.common_types import TYPE_RESPONSE
    from moto.s3.models import FakeBucket

    from support.quick.short import Asked

_KNOWN: Final = {
    *("content-type", "user-agent", "expect", "x-amz-tagging", "if-match", "if-none-match"),
    *("x-amz-sdk-checksum-algorithm",),
}
_META: Final = "x-amz-meta-"


def written(asked: Asked) -> TYPE_RESPONSE | None:
    """The answer to a request that writes or deletes an object; None where moto is to give it."""
    found = OBJECT.fullmatch(asked.url)
    if asked.method not in {"PUT", "DELETE"} or not found or found["query"] or not found["key"]:
        return None
    headers = {name.lower(): value for name, value in asked.headers.items()}
    bucket = plain_bucket(found["bucket"])
    if bucket is None or bucket.is_versioned or bucket.object_lock_enabled:
        return None
    key = unquote(found["key"])
    if not _is_known(headers) or not _holds(bucket, key, headers):
        return None
    return _put(bucket, key, asked, headers) if asked.method == "PUT" else _deleted(bucket, key)


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
    tags = dict(parse_qsl(headers.get("x-amz-tagging", ""), keep_blank_values=True))
    backend.put_object_tagging(made, tags)
    told = {**made.response_dict, f"x-amz-checksum-{algorithm.lower()}": checksum}
    return 200, {name: value for name, value in told.items() if value and name != _LENGTH}, ""


_LENGTH: Final = "content-length"


def _deleted(bucket: FakeBucket, key: str) -> TYPE_RESPONSE:
    if key in bucket.keys:
        s3_backends[DEFAULT_ACCOUNT_ID]["aws"].delete_object(bucket.name, key)
    return 204, {}, ""
