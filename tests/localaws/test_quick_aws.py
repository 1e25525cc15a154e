"""What the tests' short ways answer of S3 is what moto and botocore answer over the long one."""

from __future__ import annotations

from tempfile import SpooledTemporaryFile
from typing import TYPE_CHECKING, Any
from unittest import mock

import boto3
import pytest
from botocore import endpoint
from botocore.awsrequest import HeadersDict
from support import quick
from support.localaws import client_at
from support.short_way import said, short_way

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


def both(call: Any, **words: Any) -> None:
    """Hold the short answer to a call that reads against moto's, and see that it is one."""
    words = {"Bucket": BUCKET, **words}
    with mock.patch.object(quick, "read", return_value=None):
        slow, more = said(call, **words)
    quickly, headers = said(call, **words)
    assert quickly == slow
    assert {name for name in more if name.startswith("x-amz-")} <= headers | {"x-amzn-requestid"}
    with short_way() as taken:
        shortly, _ = said(call, **words)
    assert (shortly, taken) == (slow, [True])


@pytest.mark.parametrize("key", [*OBJECTS, "marked", "nowhere", "builds/"])
def test_object_is_the_same(shelf: Any, key: str) -> None:
    """Body, type, metadata, entity tag and time; and the error where there is none."""
    both(shelf.get_object, Key=key)


@pytest.mark.parametrize("prefix", ["", "builds/", "builds/1/a b+c/", "latest.json", "nowhere/"])
def test_listing_is_the_same(shelf: Any, prefix: str) -> None:
    """Keys in order with time, size and tag, whatever is in a name."""
    both(shelf.list_objects_v2, Prefix=prefix)


@pytest.mark.parametrize(
    "prefix", ["", "builds/", "builds", "builds/1/", "latest.json", "nowhere/"]
)
def test_listing_by_folder_is_the_same(shelf: Any, prefix: str) -> None:
    """The folders below a prefix, and the objects in none of them."""
    both(shelf.list_objects_v2, Prefix=prefix, Delimiter="/")


def test_bucket_that_is_made_is_the_same(shelf: Any) -> None:
    """What the call answers, and what there is then."""

    def made(name: str) -> list[object]:
        (answer, status), headers = said(shelf.create_bucket, Bucket=name)
        location = answer.pop("Location").replace(name, "")
        acl, _ = said(shelf.get_bucket_acl, Bucket=name)
        listed, _ = said(shelf.list_objects_v2, Bucket=name, Prefix="")
        listed[0].pop("Name")
        return [answer, status, "location" in headers, location, acl, listed]

    slow = made("slow")
    with short_way() as taken:
        assert made("short") == slow
    assert taken == [True, True]


@pytest.mark.parametrize(
    ("call", "words"),
    [
        ("create_bucket", {}),
        ("create_bucket", {"Bucket": "more", "ObjectOwnership": "BucketOwnerPreferred"}),
        ("create_bucket", {"Bucket": "no"}),
        ("get_object", {"Key": "latest.json", "Range": "bytes=0-0"}),
        ("get_object", {"Key": "latest.json", "IfMatch": '"no"'}),
        ("list_objects_v2", {"Prefix": "builds/", "Delimiter": "1"}),
        ("get_object", {"Bucket": "another", "Key": "latest.json"}),
        ("put_object", {"Key": "latest.json", "Body": b"", "IfNoneMatch": "*"}),
        ("put_object", {"Key": "latest.json", "Body": b"", "IfMatch": '"no"'}),
        ("put_object", {"Key": "nowhere", "Body": b"", "IfMatch": '"no"'}),
        ("put_object", {"Key": "latest.json", "Body": b"", "StorageClass": "GLACIER"}),
        ("put_object", {"Bucket": "another", "Key": "latest.json", "Body": b""}),
        ("delete_object", {"Bucket": "another", "Key": "latest.json"}),
    ],
)
def test_what_asks_for_more_is_left_to_moto(shelf: Any, call: str, words: dict[str, Any]) -> None:
    """A bucket that is there, a part of an object, a condition that does not hold, odd folders."""
    words = {"Bucket": BUCKET, **words}
    slow, _ = said(getattr(shelf, call), **words)
    with short_way() as taken:
        shortly, _ = said(getattr(shelf, call), **words)
    assert (shortly, taken) == (slow, [False])


def spooled() -> SpooledTemporaryFile[bytes]:
    """A body in pieces, of which the first was read."""
    file = SpooledTemporaryFile()  # noqa: SIM115 - it is sent later, and is in memory
    file.write(b"read, and the rest")
    file.seek(len(b"read, "))
    return file


@pytest.mark.parametrize(
    ("key", "words"),
    [
        ("new/a b+ä.json", {"ContentType": "application/json"}),
        ("new", {"Metadata": {"started-by": "a\\xe4 = b"}, "Tagging": "expires=builds&b=c%20d"}),
        ("new", {"IfNoneMatch": "*"}),
        ("latest.json", {"IfMatch": '"99914b932bd37a50b983c5e7c90ae93b"'}),
        ("latest.json", {}),
        ("pieces", {"Body": spooled}),
    ],
)
def test_object_that_is_written_is_the_same(shelf: Any, key: str, words: dict[str, Any]) -> None:
    """What the write answers, and what is read of the object then: all but its time."""

    def write(client: Any) -> list[object]:
        body = words["Body"]() if "Body" in words else b"body"
        asked = {"Bucket": BUCKET, "Key": key, **words, "Body": body}
        answer, _ = said(client.put_object, **asked)
        (found, status), headers = said(
            client.get_object, Bucket=BUCKET, Key=key, ChecksumMode="ENABLED"
        )
        found.pop("LastModified")
        tags = client.get_object_tagging(Bucket=BUCKET, Key=key)["TagSet"]
        client.delete_object(Bucket=BUCKET, Key=key)
        gone, _ = said(client.get_object, Bucket=BUCKET, Key=key)
        client.put_object(Bucket=BUCKET, Key="latest.json", Body=OBJECTS["latest.json"])
        return [answer, found, status, headers - {"x-amz-content-sha256"}, tags, gone]

    slow = write(shelf)
    with short_way() as taken:
        shortly = write(shelf)
    assert shortly == slow
    assert taken == [True] * 5


@pytest.mark.parametrize("source", ["marked", "builds/1/a b+c/ä&<x>.rules", "nowhere", "copy"])
@pytest.mark.parametrize("more", [{}, {"Tagging": "expires=builds&b=c%20d"}])
def test_copy_is_the_same(shelf: Any, source: str, more: dict[str, str]) -> None:
    """What it answers, and what is read of it then: all but its time, and tags that are its own."""
    shelf.put_object(Bucket=BUCKET, Key="copy", Body=b"before", Tagging="a=b")

    def copied(client: Any) -> list[object]:
        of = {"Bucket": BUCKET, "Key": source}
        words = {"CopySource": of, "TaggingDirective": "REPLACE", **more}
        (answer, status), _ = said(client.copy_object, Bucket=BUCKET, Key="copy", **words)
        answer.get("CopyObjectResult", {}).pop("LastModified", None)
        (found, _), _ = said(client.get_object, Bucket=BUCKET, Key="copy", ChecksumMode="ENABLED")
        found.pop("LastModified")
        return [
            answer,
            status,
            found,
            client.get_object_tagging(Bucket=BUCKET, Key="copy")["TagSet"],
        ]

    slow = copied(shelf)
    with short_way() as taken:
        assert copied(shelf) == slow
    assert taken[0] == (source not in {"nowhere", "copy"})


def test_file_takes_the_long_way(shelf: Any, tmp_path: Any) -> None:
    """A file is read by botocore as it is sent."""
    (tmp_path / "pieces").write_bytes(b"pieces")
    with short_way() as taken, (tmp_path / "pieces").open("rb") as file:
        shelf.put_object(Bucket=BUCKET, Key="pieces", Body=file)
    assert taken == []
    assert said(shelf.get_object, Bucket=BUCKET, Key="pieces")[0][0]["Body"] == b"pieces"


def test_other_endpoint_is_asked() -> None:
    """A server of one's own is no embedded AWS of this process."""
    client = client_at("http://127.0.0.1:9", "s3")
    with embedded_aws(), short_way() as taken, pytest.raises(Exception, match="Could not connect"):
        client.list_objects_v2(Bucket=BUCKET)
    assert taken == []


@pytest.mark.parametrize(("name", "found"), [("HTTPS_PROXY", ["https"]), ("no_proxy", [])])
def test_proxy_of_the_environment_is_still_taken(
    monkeypatch: pytest.MonkeyPatch, name: str, found: list[str]
) -> None:
    """The environment is read as a whole only where it names one."""
    for spelled in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(spelled, raising=False)
        monkeypatch.delenv(spelled.upper(), raising=False)
    monkeypatch.setenv(name, "http://proxy.example:9")
    assert list(endpoint.get_environ_proxies("https://s3.us-east-1.amazonaws.com")) == found


def test_header_is_found_in_any_case() -> None:
    """As in every answer of HTTP."""
    headers = HeadersDict({"ETag": "x"})
    assert ["etag" in headers, "ETAG" in headers, "tag" in headers] == [True, True, False]


def test_what_is_known_of_a_service_is_read_once() -> None:
    """Each session of boto3 names its folder of models once more."""
    models = [boto3.Session().client("s3", "eu-west-1").meta.service_model for _ in range(3)]
    assert models == models[:1] * 3
