"""Which feed is the newest, whatever order its manifests were written in."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
from support.store import MemoryStore

from rules_lib.aws.store import Store
from rules_lib.bucket import ARCHIVE, manifest_key
from rules_lib.errors import StoreError
from rules_lib.facts.feeds import ET_OPEN
from rules_lib.feed.manifest import Manifest, read_manifest
from rules_lib.feed.newest import (
    LONGEST_FETCH,
    newest_manifest,
    newest_manifests,
    stored_manifest,
)
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
    store.put(manifest.key, manifest.to_json())


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


def test_manifest_written_long_ago_is_not_read(store: MemoryStore) -> None:
    """Only what may overlap with the last is compared: the cost does not grow with the years."""
    for version, when in (("9", NOON - LONGEST_FETCH - timedelta(seconds=1)), ("10", NOON)):
        store.now = when
        _put(store, _manifest(version, NOON))
    store.unread = {manifest_key(ET_OPEN, "9")}
    found = newest_manifest(store)
    assert found is not None
    assert found.version == "10"
    store.unread = {manifest_key(ET_OPEN, "10")}
    with pytest.raises(StoreError, match="AccessDenied"):
        newest_manifest(store)


def test_broken_manifest_is_an_error_that_names_it(store: Store) -> None:
    """Not to be taken for a bucket without a feed."""
    store.put(manifest_key(ET_OPEN, "10"), b"{}")
    with pytest.raises(
        StoreError, match=r"raw/et/open/10/manifest\.json is not a manifest: version: "
    ):
        newest_manifest(store)


def _put_early(store: Store, manifest: Manifest) -> str:
    """Store a manifest as a version of rulesync did that knew one feed; give its key."""
    document = json.loads(manifest.to_json())
    del document["feed"]
    key = f"raw/{manifest.version}/manifest.json"
    store.put(key, json.dumps(document, indent=2).encode())
    return key


def test_release_from_before_feeds_had_names_is_one_of_et_open(store: Store) -> None:
    """It is read where it lies, with its archive beside it, until a newer one has come."""
    key = _put_early(store, _manifest("9", NOON))
    early = newest_manifest(store)
    assert early is not None
    assert (early.feed, early.key, early.archive_key) == (ET_OPEN, key, f"{key[:6]}{ARCHIVE}")
    assert stored_manifest(store, "9") == early
    _put(store, _manifest("10", NOON + timedelta(hours=1)))
    newest = newest_manifest(store)
    assert newest is not None
    assert newest.key == "raw/et/open/10/manifest.json"


def test_release_from_before_is_the_newest_where_its_fetch_began_later(store: Store) -> None:
    """As when somebody goes back to an earlier version of rulesync for a day."""
    _put(store, _manifest("9", NOON))
    _put_early(store, _manifest("10", NOON + timedelta(minutes=1)))
    newest = newest_manifest(store)
    assert newest is not None
    assert newest.version == "10"


def test_newest_of_each_feed_is_found_apart(store: Store) -> None:
    """In the order asked for; of a feed without any release there is none."""
    for feed, version in (("ours", "3"), ("ours/web", "4"), ("et/open", "5"), ("ours", "6")):
        _put(store, _manifest(version, NOON).model_copy(update={"feed": feed}))
    store.put("raw/7/ours.rules", b"x")
    _put_early(store, _manifest("2", NOON - timedelta(days=1)))
    found = newest_manifests(store, ("ours", "et/open", "none", "ours/web"))
    assert [(feed, one.version) for feed, one in found.items()] == [
        ("ours", "6"),
        ("et/open", "5"),
        ("ours/web", "4"),
    ]
    alone = newest_manifest(store, "ours")
    assert alone == found["ours"]
    assert stored_manifest(store, "4", "ours/web") == found["ours/web"]
    assert stored_manifest(store, "4", "ours") is None
    assert stored_manifest(store, "3") is None


@pytest.mark.parametrize(
    "key", ["raw/ours/1/manifest.json", "raw/1/manifest.json", "raw/et/1/manifest.json"]
)
def test_manifest_in_the_folder_of_another_feed_is_an_error(store: Store, key: str) -> None:
    """A copy that somebody made by hand is not taken for a release."""
    other = _manifest("1", NOON).model_copy(update={"feed": "mine"})
    store.put(key, other.to_json())
    with pytest.raises(StoreError, match="for version '1' of mine, whose manifest is raw/mine/1/"):
        read_manifest(store.get(key), key)
