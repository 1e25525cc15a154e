"""The bucket: whole objects, conditional writes, errors that name what to do."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from botocore.exceptions import NoCredentialsError
from botocore.stub import Stubber

from rules_lib.aws import clients
from rules_lib.aws.store import ListedObject, Store
from rules_lib.bucket import manifest_key
from rules_lib.errors import SettingsError, StoreError
from rules_lib.feed.manifest import Manifest
from rules_lib.feed.newest import LONGEST_FETCH, newest_manifest
from rules_lib.reading.lines import Tally

NOON = datetime(2026, 3, 31, 12, tzinfo=UTC)


def _manifest(version: str, fetched_at: datetime) -> Manifest:
    return Manifest(
        version=version,
        announced=None,
        sha256="a" * 64,
        md5="b" * 32,
        size=1,
        source="feed",
        etag=None,
        last_modified=None,
        fetched_at=fetched_at,
        categories={"one": Tally(1, 0)},
    )


def _put(store: Store, manifest: Manifest) -> None:
    store.put(manifest_key(manifest.version), manifest.to_json())


def test_object_is_read_as_it_was_written(store: Store) -> None:
    """By `get` and by `find`, with the media type that its name tells."""
    assert store.put("dir/a.rules", b"\0data")
    assert store.get("dir/a.rules") == b"\0data"
    found = store.find("dir/a.rules")
    assert found is not None
    assert found.body == b"\0data"
    assert (
        store.client.head_object(Bucket=store.bucket, Key="dir/a.rules")["ContentType"]
        == "text/plain"
    )


def test_missing_object_is_none_or_an_error(store: Store) -> None:
    """`find` may find nothing; whoever says `get` counts on it."""
    assert store.find("none") is None
    with pytest.raises(StoreError, match=r"s3://feeds/none: NoSuchKey.*Nothing has been stored"):
        store.get("none")


def test_write_only_if_absent_leaves_what_is_there(store: Store) -> None:
    """The first of two writers wins."""
    assert store.put("a", b"first", only_if_absent=True)
    assert not store.put("a", b"second", only_if_absent=True)
    assert store.get("a") == b"first"


def test_write_over_an_etag_needs_that_object(store: Store) -> None:
    """Neither one that was changed meanwhile nor one that was deleted is written."""
    store.put("a", b"first")
    found = store.find("a")
    assert found is not None
    assert store.put("a", b"second", only_if_etag=found.etag)
    assert not store.put("a", b"third", only_if_etag=found.etag)
    assert store.get("a") == b"second"
    assert not store.put("gone", b"x", only_if_etag=found.etag)
    assert store.find("gone") is None


def test_listing_goes_over_all_pages(store: Store) -> None:
    """S3 gives a part at a time, and a token for the next."""
    first, second = (
        {"Key": f"p/{key}", "LastModified": NOON, "Size": 1, "ETag": f'"{key}"'} for key in "ab"
    )
    asked = {"Bucket": "feeds", "Prefix": "p/"}
    with Stubber(store.client) as stub:
        page = {"Contents": [first], "IsTruncated": True, "NextContinuationToken": "more"}
        stub.add_response("list_objects_v2", page, asked)
        stub.add_response(
            "list_objects_v2", {"Contents": [second]}, asked | {"ContinuationToken": "more"}
        )
        assert store.entries("p/") == (
            ListedObject("p/a", NOON, 1, '"a"'),
            ListedObject("p/b", NOON, 1, '"b"'),
        )


def test_listing_keeps_to_its_prefix(store: Store) -> None:
    """In the order of the keys; a folder without objects lists nothing."""
    for key in ("p/2", "q/0", "p/1"):
        store.put(key, b"xy")
    assert [(entry.key, entry.size) for entry in store.entries("p/")] == [("p/1", 2), ("p/2", 2)]
    assert store.entries("none/") == ()


def test_missing_bucket_names_the_setting(store: Store) -> None:
    """For every kind of call."""
    lost = replace(store, bucket="nowhere")
    for call in (
        lambda: lost.get("a"),
        lambda: lost.find("a"),
        lambda: lost.put("a", b""),
        lambda: lost.entries("a"),
    ):
        with pytest.raises(StoreError, match=r"s3://nowhere/a: NoSuchBucket.*RULESYNC_BUCKET"):
            call()


def test_refusal_is_not_taken_for_absence(store: Store) -> None:
    """A role that lacks a permission must not look like an empty bucket."""
    with Stubber(store.client) as stub:
        stub.add_client_error("get_object", "AccessDenied", "Access Denied", 403)
        with pytest.raises(StoreError, match=r"AccessDenied: .*s3:GetObject"):
            store.find("a")


def test_call_that_never_reaches_s3_is_an_error_of_the_bucket(store: Store) -> None:
    """What botocore itself cannot do gets the same kind of error."""

    def without_credentials(**_: object) -> None:
        raise NoCredentialsError

    store.client.meta.events.register("before-sign.s3.GetObject", without_credentials)
    with pytest.raises(StoreError, match=r"s3://feeds/a: Unable to locate credentials"):
        store.get("a")


def test_client_without_a_region_names_the_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    """Network Firewall has no region of its own accord."""
    for name in ("AWS_DEFAULT_REGION", "AWS_REGION", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", "/dev/null")
    with pytest.raises(SettingsError, match="AWS_REGION"):
        clients.network_firewall()


def test_clients_go_where_the_endpoint_says(monkeypatch: pytest.MonkeyPatch) -> None:
    """AWS_ENDPOINT_URL leads to a local AWS."""
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://localhost:5000")
    assert clients.s3().meta.endpoint_url == "http://localhost:5000"
    assert clients.network_firewall().meta.endpoint_url == "http://localhost:5000"


def test_bucket_without_a_feed_has_no_newest_manifest(store: Store) -> None:
    """An archive whose manifest never came is no feed."""
    assert newest_manifest(store) is None
    store.put("raw/1/emerging.rules.tar.gz", b"x")
    store.put("manifest.json", b"x")
    assert newest_manifest(store) is None


def test_newest_manifest_is_the_one_whose_fetch_began_last(store: Store) -> None:
    """Of fetches at the same time the older may end last: its manifest is the later one."""
    newer, older = _manifest("10", NOON), _manifest("9", NOON - timedelta(minutes=1))
    _put(store, newer)
    _put(store, older)
    assert newest_manifest(store) == newer


def test_manifest_written_long_ago_is_not_read(store: Store) -> None:
    """Only what may overlap with the last is compared: the cost does not grow with the years."""
    _put(store, _manifest("10", NOON))
    long_ago = NOON - LONGEST_FETCH - timedelta(seconds=1)
    contents = [
        {"Key": manifest_key("9"), "LastModified": long_ago, "Size": 1, "ETag": '"9"'},
        {"Key": manifest_key("10"), "LastModified": NOON, "Size": 1, "ETag": '"10"'},
    ]
    body = store.client.get_object(Bucket=store.bucket, Key=manifest_key("10"))["Body"]
    with Stubber(store.client) as stub:
        stub.add_response("list_objects_v2", {"Contents": contents})
        stub.add_response(
            "get_object", {"Body": body}, {"Bucket": "feeds", "Key": manifest_key("10")}
        )
        found = newest_manifest(store)
        stub.assert_no_pending_responses()
    assert found is not None
    assert found.version == "10"


def test_broken_manifest_is_an_error_that_names_it(store: Store) -> None:
    """Not to be taken for a bucket without a feed."""
    store.put(manifest_key("10"), b"{}")
    with pytest.raises(StoreError, match=r"raw/10/manifest\.json is no manifest: version: "):
        newest_manifest(store)
