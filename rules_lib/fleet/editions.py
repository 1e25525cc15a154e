"""An edition is cut: what a build would be made from now is kept, so that others may take it later.

People's files are copied, as they may be edited while the edition bakes. Feeds are not: they stay
in the bucket, and the edition names those of which the newest was to be taken.
"""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from typing import TYPE_CHECKING, Final, NamedTuple

from rules_lib.bucket import (
    ALLOWLIST,
    EDITION,
    EDITIONS,
    LOCAL,
    RAW,
    TARGETS_FILE,
    edition_key,
    feed_of_manifest_key,
    is_manifest_key,
)
from rules_lib.errors import ContendedError
from rules_lib.facts.feeds import ET_OPEN
from rules_lib.feed.newest import LONGEST_FETCH
from rules_lib.state.edition import Edition, edition_id, number_of

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from rules_lib.aws.store import ListedObject, Store, Stored

_ATTEMPTS: Final = 5
_CONFIG: Final = f"{ALLOWLIST.partition('/')[0]}/"


class _Found(NamedTuple):
    """What an edition would have."""

    files: dict[str, Stored]
    manifests: dict[str, str]

    @property
    def of_files(self) -> str:
        """Identifies people's files."""
        told = [
            (key, hashlib.sha256(file.body).hexdigest(), sorted(file.metadata.items()))
            for key, file in sorted(self.files.items())
        ]
        return hashlib.sha256(json.dumps(told).encode()).hexdigest()

    @property
    def of_all(self) -> str:
        """Identifies people's files and feeds."""
        told = [self.of_files, sorted(self.manifests.items())]
        return hashlib.sha256(json.dumps(told).encode()).hexdigest()


def cut_edition(root: Store, now: datetime) -> Edition | None:
    """Give the newest edition, which is a new one where anything has changed since the last.

    Args:
        root: the whole bucket.
        now: UTC.

    Returns:
        None where there is no feed yet.

    Raises:
        StoreError: the bucket cannot be read or written.
        ContendedError: others keep cutting editions.
    """
    for _ in range(_ATTEMPTS):
        newest, found = Edition.see(root), _look(root)
        if not found.manifests:
            return None
        if newest.file and newest.file.sha256 == found.of_all:
            return newest.file
        edition = Edition(
            id=edition_id(_next_number(root, newest.file), found.of_all),
            at=now.isoformat(),
            files=found.of_files,
            sha256=found.of_all,
            manifests=tuple(sorted(found.manifests)),
        )
        _write(root, edition, found)
        if edition.put_over(root, newest.etag):
            return edition
    raise ContendedError("somebody else keeps changing what targets take; run it again")


def is_withdrawn(edition: Edition, there: Iterable[str]) -> bool:
    """Whether somebody deleted a feed that the edition was to take.

    Args:
        edition: as it was cut.
        there: keys of the manifests in the bucket.
    """
    return not {*edition.manifests} <= {*there}


def manifests_in(root: Store) -> frozenset[str]:
    """Keys of the manifests in the bucket.

    Raises:
        StoreError: the bucket cannot be listed.
    """
    return frozenset(entry.key for entry in root.entries(RAW) if is_manifest_key(entry.key))


def _look(root: Store) -> _Found:
    keys = [entry.key for folder in (_CONFIG, LOCAL) for entry in root.entries(folder)]
    stored = {key: root.find(key) for key in keys if key != TARGETS_FILE}
    return _Found({key: file for key, file in stored.items() if file}, _newest(root.entries(RAW)))


def _newest(entries: Iterable[ListedObject]) -> dict[str, str]:
    """Key -> ETag of the manifests among which a build finds the newest, for every feed."""
    feeds: defaultdict[str, list[ListedObject]] = defaultdict(list)
    for entry in entries:
        if is_manifest_key(entry.key):
            feeds[feed_of_manifest_key(entry.key) or ET_OPEN].append(entry)
    found: dict[str, str] = {}
    for of_one in feeds.values():
        since = max(entry.last_modified for entry in of_one) - LONGEST_FETCH
        found |= {entry.key: entry.etag for entry in of_one if entry.last_modified >= since}
    return found


def _next_number(root: Store, newest: Edition | None) -> int:
    """One more than any: the folders tell where the pointer was lost."""
    if newest:
        return newest.number + 1
    return max(map(number_of, root.folders(EDITIONS)), default=0) + 1


def _write(root: Store, edition: Edition, found: _Found) -> None:
    for key, file in found.files.items():
        root.put(edition_key(edition.id, key), file.body, metadata=file.metadata)
    root.put(edition_key(edition.id, EDITION), edition.to_json())
