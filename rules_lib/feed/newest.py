"""The newest feed in the bucket: a build goes by it, whichever object's arrival was the cause."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from rules_lib.bucket import RAW, is_manifest_key
from rules_lib.feed.manifest import read_manifest

if TYPE_CHECKING:
    from datetime import datetime

    from rules_lib.aws.store import ListedObject, Store
    from rules_lib.feed.manifest import Manifest

LONGEST_FETCH: Final = timedelta(minutes=15)
"""The longest that a Lambda function may run: an older fetch may end this much after a newer."""

_CLOCKS: Final = timedelta(minutes=1)
"""By so much the clocks of S3 and of a fetch may differ; S3 tells whole seconds."""


def newest_manifest(store: Store) -> Manifest | None:
    """Find the manifest of the newest feed in the bucket; None where there is none.

    The manifest written last decides, and with it those that were written so shortly before that
    their fetches may have overlapped: of these the fetch that began last is the newest. None began
    after its manifest was written, whatever its clock said.

    Raises:
        StoreError: the bucket cannot be read, or one of those is no manifest.
    """
    entries = [entry for entry in store.entries(RAW) if is_manifest_key(entry.key)]
    if not entries:
        return None
    since = max(entry.last_modified for entry in entries) - LONGEST_FETCH
    recent = sorted(
        (entry for entry in entries if entry.last_modified >= since),
        key=lambda entry: entry.last_modified,
        reverse=True,
    )
    found = [(entry, read_manifest(store.get(entry.key), entry.key)) for entry in recent]
    return max(found, key=lambda one: _began(*one))[1]


def _began(entry: ListedObject, manifest: Manifest) -> datetime:
    """When a feed was fetched; by S3's clock where the fetch went by one that is far ahead."""
    ahead = manifest.fetched_at - entry.last_modified > _CLOCKS
    return entry.last_modified if ahead else manifest.fetched_at
