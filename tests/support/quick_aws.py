"""moto and botocore spared what they work out anew for every request; what they answer is the same.

An object that is read, one that is not there and a listing by prefix, which are four in ten of all
requests, are answered out of moto's own bucket without a web framework between. Whatever asks for
more than that is left to moto.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qs, quote, unquote
from xml.sax.saxutils import escape

from botocore import parsers
from botocore.hooks import EVENT_ALIASES, EventAliaser
from botocore.utils import parse_timestamp
from moto.core.base_backend import BaseBackend
from moto.core.botocore_stubber import BotocoreStubber
from moto.core.config import passthrough_service, passthrough_url
from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.s3.models import FakeBucket, FakeDeleteMarker, s3_backends

if TYPE_CHECKING:
    from collections.abc import Iterable

    from botocore.awsrequest import AWSPreparedRequest
    from moto.core.common_types import TYPE_RESPONSE

_OBJECT: Final = re.compile(
    r"https://(?P<bucket>[a-z0-9-]+)\.s3(?:\.[a-z0-9-]+)?\.amazonaws\.com/(?P<key>[^?]*)"
    r"(?:\?(?P<query>.*))?"
)
_MORE: Final = {"range", "if-match", "if-none-match", "if-modified-since", "if-unmodified-since"}
"""Headers by which a request asks for more than an object."""
_LISTED: Final = {"list-type", "prefix", "encoding-type"}
_PAGE: Final = 1_000  # keys
_NO_SUCH_KEY: Final = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>NoSuchKey</Code>'
    "<Message>The specified key does not exist.</Message><RequestId>none</RequestId></Error>"
)


_backend: Any = BaseBackend
_stubber: Any = BotocoreStubber
_aliaser: Any = EventAliaser
"""What is not meant to be replaced, and has no types for it."""

_moto_urls: Final = _backend.urls.fget
_moto_answer: Final = _stubber.process_request
_botocore_alias: Final = _aliaser._alias_event_name  # noqa: SLF001


def quicken() -> None:
    """Have this process's embedded AWS answer so from now on."""
    _backend.urls = property(lambda self: _urls(self.__class__))
    _stubber.process_request = _answered
    _aliaser._alias_event_name = _aliased  # noqa: SLF001
    parsers.DEFAULT_TIMESTAMP_PARSER = lru_cache(1_000)(parse_timestamp)


@cache
def _urls(kind: Any) -> dict[str, Any]:
    """A service's URLs, which moto writes out for every request."""
    found: dict[str, Any] = _moto_urls(kind.__new__(kind))
    return found


@cache
def _alias(event_name: str) -> str:
    return str(_botocore_alias(_aliaser(None, EVENT_ALIASES), event_name))


def _aliased(aliaser: Any, event_name: str) -> str:
    usual = aliaser._event_aliases is EVENT_ALIASES  # noqa: SLF001
    return _alias(event_name) if usual else str(_botocore_alias(aliaser, event_name))


def _answered(stubber: BotocoreStubber, request: AWSPreparedRequest) -> TYPE_RESPONSE | None:
    answer: TYPE_RESPONSE | None = _read(request) or _moto_answer(stubber, request)
    return answer


def _read(request: AWSPreparedRequest) -> TYPE_RESPONSE | None:
    """The answer to a request that only reads; None where moto is to give it."""
    found = _OBJECT.fullmatch(request.url) if request.method == "GET" else None
    if found is None or passthrough_service("s3") or passthrough_url(request.url.split("?")[0]):
        return None
    bucket = s3_backends[DEFAULT_ACCOUNT_ID]["aws"].buckets.get(found["bucket"])
    if not isinstance(bucket, FakeBucket) or bucket.policy or bucket.logging:
        return None
    if found["key"]:
        asks_more = found["query"] or _MORE & {name.lower() for name in request.headers}
        return None if asks_more else _object(bucket, unquote(found["key"]), request)
    asked = parse_qs(found["query"] or "", keep_blank_values=True)
    return _listing(bucket, asked) if asked.keys() == _LISTED else None


def _object(bucket: FakeBucket, name: str, request: AWSPreparedRequest) -> TYPE_RESPONSE | None:
    key = bucket.keys.get(name)
    if key is None:
        return 404, {"content-type": "application/xml"}, _NO_SUCH_KEY
    if isinstance(key, FakeDeleteMarker) or key.storage_class != "STANDARD" or key.multipart:
        return None
    headers = {**key.response_dict, **key.metadata, "Accept-Ranges": "bytes"}
    if "x-amz-checksum-mode" in request.headers and key.checksum_algorithm:
        headers[f"x-amz-checksum-{key.checksum_algorithm.lower()}"] = key.checksum_value
    return 200, headers, key.value


def _listing(bucket: FakeBucket, asked: dict[str, list[str]]) -> TYPE_RESPONSE | None:
    prefix = asked["prefix"][0]
    names = sorted(name for name in bucket.keys if name.startswith(prefix))
    keys = [bucket.keys[name] for name in names]
    if len(keys) > _PAGE or any(isinstance(key, FakeDeleteMarker) for key in keys):
        return None
    told = {"Name": bucket.name, "Prefix": quote(prefix), "MaxKeys": _PAGE, "KeyCount": len(keys)}
    body = _tags({**told, "IsTruncated": "false", "EncodingType": "url"}.items())
    body += "".join(f"<Contents>{_tags(_entry(key))}</Contents>" for key in keys)
    return 200, {"content-type": "application/xml"}, f"<ListBucketResult>{body}</ListBucketResult>"


def _entry(key: Any) -> Iterable[tuple[str, object]]:
    yield "Key", key.safe_name("url")
    yield "LastModified", key.last_modified_ISO8601
    yield "ETag", key.etag
    yield "Size", key.size
    yield "StorageClass", key.storage_class
    if key.checksum_algorithm:
        yield "ChecksumAlgorithm", key.checksum_algorithm


def _tags(values: Iterable[tuple[str, object]]) -> str:
    return "".join(f"<{name}>{escape(str(value))}</{name}>" for name, value in values)
