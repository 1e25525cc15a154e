"""What only the bucket on S3 has: pages, media types, and calls that fail on the way."""

from __future__ import annotations

import tracemalloc
from datetime import UTC, datetime
from typing import IO, Any

import pytest
from botocore.exceptions import NoCredentialsError
from botocore.stub import Stubber

from rules_lib.aws.s3_store import S3Store
from rules_lib.aws.store import ListedObject
from rules_lib.errors import StoreError

NOON = datetime(2026, 3, 31, 12, tzinfo=UTC)


def test_media_type_is_kept(s3_store: S3Store) -> None:
    """That which its name tells."""
    s3_store.put("dir/a.rules", b"")
    found = s3_store.client.head_object(Bucket=s3_store.bucket, Key="dir/a.rules")
    assert found["ContentType"] == "text/plain"


def test_listing_goes_over_all_pages(s3_store: S3Store) -> None:
    """S3 gives a part at a time, and a token for the next."""
    first, second = (
        {"Key": f"p/{key}", "LastModified": NOON, "Size": 1, "ETag": f'"{key}"'} for key in "ab"
    )
    asked = {"Bucket": "feeds", "Prefix": "p/"}
    with Stubber(s3_store.client) as stub:
        page = {"Contents": [first], "IsTruncated": True, "NextContinuationToken": "more"}
        stub.add_response("list_objects_v2", page, asked)
        stub.add_response(
            "list_objects_v2", {"Contents": [second]}, asked | {"ContinuationToken": "more"}
        )
        assert s3_store.entries("p/") == (
            ListedObject("p/a", NOON, 1, '"a"'),
            ListedObject("p/b", NOON, 1, '"b"'),
        )


def test_refusal_is_not_taken_for_absence(s3_store: S3Store) -> None:
    """A role that lacks a permission must not look like an empty bucket."""
    with Stubber(s3_store.client) as stub:
        stub.add_client_error("get_object", "AccessDenied", "Access Denied", 403)
        with pytest.raises(StoreError, match=r"AccessDenied: .*s3:GetObject"):
            s3_store.find("a")


def test_call_that_never_reaches_s3_is_an_error_of_the_bucket(s3_store: S3Store) -> None:
    """What botocore itself cannot do gets the same kind of error."""

    def without_credentials(**_: object) -> None:
        raise NoCredentialsError

    s3_store.client.meta.events.register("before-sign.s3.GetObject", without_credentials)
    with pytest.raises(StoreError, match=r"s3://feeds/a: Unable to locate credentials"):
        s3_store.get("a")


class Sink:
    """A client that counts the bytes of an object as it sends them."""

    def __init__(self) -> None:
        self.sent = 0

    def put_object(self, *, Body: IO[bytes], **_: object) -> None:  # noqa: N803 - boto3's names
        """Send an object."""
        while part := Body.read(2**16):
            self.sent += len(part)


def test_pieces_are_not_in_memory_together() -> None:
    """Neither as they are made, nor as they are sent."""
    client: Any = Sink()
    tracemalloc.start()
    S3Store(client, "feeds").put("a", (bytes(2**20) for _ in range(64)))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert client.sent == 64 * 2**20
    assert peak < 16 * 2**20
