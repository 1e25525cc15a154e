"""Which feed is the newest, whatever order its manifests were written in."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from support.store import MemoryStore

from rules_lib.aws.store import Store
from rules_lib.bucket import manifest_key
from rules_lib.errors import StoreError
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
    store.unread = {manifest_key("9")}
    found = newest_manifest(store)
    assert found is not None
    assert found.version == "10"
    store.unread = {manifest_key("10")}
    with pytest.raises(StoreError, match="AccessDenied"):
        newest_manifest(store)


def test_broken_manifest_is_an_error_that_names_it(store: Store) -> None:
    """Not to be taken for a bucket without a feed."""
    store.put(manifest_key("10"), b"{}")
    with pytest.raises(StoreError, match=r"raw/10/manifest\.json is not a manifest: version: "):
        newest_manifest(store)
