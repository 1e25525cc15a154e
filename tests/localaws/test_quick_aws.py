"""What the tests' short way to moto's bucket answers is what moto itself answers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from unittest import mock

import boto3
import pytest
from botocore.exceptions import ClientError
from support import quick_aws

from localaws import embedded_aws

if TYPE_CHECKING:
    from collections.abc import Iterator

BUCKET = "shelf"
OBJECTS = {
    "latest.json": b"{}",
    "builds/1/a b+c/ä&<x>.rules": "alert ä\n".encode(),
    "builds/1/empty": b"",
    "builds/2/plan.json": bytes(range(256)) * 100,
}


@pytest.fixture
def shelf() -> Iterator[Any]:
    """A bucket with a few objects, one of them with metadata."""
    with embedded_aws():
        client = boto3.client("s3")
        client.create_bucket(Bucket=BUCKET)
        for key, body in OBJECTS.items():
            client.put_object(Bucket=BUCKET, Key=key, Body=body, ContentType="text/plain")
        client.put_object(
            Bucket=BUCKET, Key="marked", Body=b"x", Metadata={"started-by": "a\\xe4 = b"}
        )
        yield client


def said(call: Any, **words: Any) -> tuple[object, set[str]]:
    """An answer or an error, and the headers that came with it."""
    try:
        found = call(**{"Bucket": BUCKET, **words})
    except ClientError as error:
        found = error.response
    told = found.pop("ResponseMetadata")
    if "Body" in found:
        found["Body"] = found["Body"].read()
    found.get("Error", {}).pop("Key", None)
    return (found, told["HTTPStatusCode"]), set(told["HTTPHeaders"])


def both(call: Any, **words: Any) -> None:
    """Hold the short way's answer against moto's, and see to it that it is taken."""
    with mock.patch.object(quick_aws, "_read", side_effect=quick_aws._read) as short:  # noqa: SLF001
        quick, headers = said(call, **words)
    assert short.call_count == 1
    with mock.patch.object(quick_aws, "_read", return_value=None):
        slow, more = said(call, **words)
    assert quick == slow
    assert {name for name in more if name.startswith("x-amz-")} <= headers | {"x-amzn-requestid"}


@pytest.mark.parametrize("key", [*OBJECTS, "marked", "nowhere", "builds/"])
def test_object_is_the_same(shelf: Any, key: str) -> None:
    """Body, type, metadata, entity tag and time; and the error where there is none."""
    both(shelf.get_object, Key=key)


@pytest.mark.parametrize("prefix", ["", "builds/", "builds/1/a b+c/", "latest.json", "nowhere/"])
def test_listing_is_the_same(shelf: Any, prefix: str) -> None:
    """Keys in order with time, size and tag, whatever is in a name."""
    both(shelf.list_objects_v2, Prefix=prefix)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        ("get_object", {"Key": "latest.json", "Range": "bytes=0-0"}),
        ("get_object", {"Key": "latest.json", "IfMatch": '"no"'}),
        ("list_objects_v2", {"Prefix": "builds/", "Delimiter": "/"}),
        ("get_object", {"Bucket": "another", "Key": "latest.json"}),
    ],
)
def test_what_asks_for_more_is_left_to_moto(shelf: Any, call: str, words: dict[str, str]) -> None:
    """Part of an object, a condition, folders, a bucket that is not there."""
    taken, read = list[object](), quick_aws._read  # noqa: SLF001
    with mock.patch.object(quick_aws, "_read", lambda request: taken.append(read(request))):
        said(getattr(shelf, call), **words)
    assert taken == [None]
