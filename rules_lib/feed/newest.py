"""Newest releases in the bucket: a build goes by them, whichever object's arrival was the cause."""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta
from operator import attrgetter
from typing import TYPE_CHECKING, Final

from rules_lib.bucket import RAW, feed_folder, feed_of_manifest_key, is_manifest_key, manifest_key
from rules_lib.facts.feeds import ET_OPEN
from rules_lib.feed.manifest import read_manifest

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import datetime

    from rules_lib.aws.store import ListedObject, Store
    from rules_lib.feed.manifest import Manifest

LONGEST_FETCH: Final = timedelta(minutes=15)
"""The longest that a Lambda function may run: an older fetch may end this much after a newer."""

_CLOCKS: Final = timedelta(minutes=1)
"""By so much the clocks of S3 and of a fetch may differ; S3 tells whole seconds."""


def newest_manifest(store: Store, feed: str = ET_OPEN) -> Manifest | None:
    """Find the manifest of a feed's newest release; None where the bucket has none.

    The manifest written last decides, and with it those that were written so shortly before that
    their fetches may have overlapped: of these the fetch that began last is the newest. None began
    after its manifest was written, whatever its clock said.

    Args:
        store: the bucket.
        feed: its name. Of et/open are also the releases that lie directly under `raw/`, as those of
            the only feed did before feeds had names.

    Raises:
        StoreError: the bucket cannot be read, or one of those is no manifest.
    """
    return newest_manifests(store, (feed,)).get(feed)


def newest_manifests(store: Store, feeds: Collection[str]) -> Mapping[str, Manifest]:
    """Find the newest release of each feed, in the feeds' order; the bucket is listed once.

    Args:
        store: the bucket.
        feeds: their names.

    Returns:
        Feed -> its newest release; a feed without any is not in it.

    Raises:
        StoreError: as `newest_manifest`.
    """
    found = manifest_entries(store, feeds)
    return {feed: _newest(store, found[feed]) for feed in feeds if feed in found}


def has_release(store: Store) -> bool:
    """Whether any feed has arrived yet, whoever wants it.

    Raises:
        StoreError: the bucket cannot be listed.
    """
    return any(is_manifest_key(entry.key) for entry in store.entries(RAW))


def manifest_entries(
    store: Store, feeds: Collection[str]
) -> Mapping[str, tuple[ListedObject, ...]]:
    """List the manifests of some feeds, those that were written last at the end.

    Raises:
        StoreError: the bucket cannot be listed.
    """
    [alone] = feeds if len(feeds) == 1 else ("",)
    found: dict[str, list[ListedObject]] = defaultdict(list)
    for entry in store.entries(feed_folder("" if alone == ET_OPEN else alone)):
        if is_manifest_key(entry.key):
            found[feed_of_manifest_key(entry.key) or ET_OPEN].append(entry)
    for entries in found.values():
        entries.sort(key=attrgetter("last_modified", "key"))
    return {feed: tuple(found[feed]) for feed in feeds if feed in found}


def stored_manifest(store: Store, version: str, feed: str = ET_OPEN) -> Manifest | None:
    """Find the manifest of one release, wherever it lies; None where it is gone.

    Raises:
        StoreError: it cannot be read, or is none.
    """
    for place in (feed, "") if feed == ET_OPEN else (feed,):
        key = manifest_key(place, version)
        if stored := store.find(key):
            return read_manifest(stored.body, key)
    return None


def _newest(store: Store, entries: Sequence[ListedObject]) -> Manifest:
    since = entries[-1].last_modified - LONGEST_FETCH
    recent = (entry for entry in reversed(entries) if entry.last_modified >= since)
    found = [(entry, read_manifest(store.get(entry.key), entry.key)) for entry in recent]
    return max(found, key=lambda one: _began(*one))[1]


def _began(entry: ListedObject, manifest: Manifest) -> datetime:
    """When a feed was fetched; by S3's clock where the fetch went by one that is far ahead."""
    ahead = manifest.fetched_at - entry.last_modified > _CLOCKS
    return entry.last_modified if ahead else manifest.fetched_at
