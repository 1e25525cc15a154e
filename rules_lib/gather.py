"""All that a build needs from the bucket: the newest feed, people's files, what was before."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Final

from rules_lib.allowlist import Allowlist, load
from rules_lib.aws.store import newest_manifest
from rules_lib.errors import StoreError
from rules_lib.feed.archive import FeedFile, unpack
from rules_lib.feed.manifest import Manifest, archive_key
from rules_lib.history.state import LATEST, REFUSALS, Latest, Refusals
from rules_lib.model import LOCAL_PREFIX

if TYPE_CHECKING:
    from rules_lib.aws.store import Store

ALLOWLIST: Final = "config/categories.yaml"
LOCAL: Final = "local/"
ALLOW_SHRINK: Final = "rulesync-allow-shrink"
"""Metadata of an uploaded allowlist: `true` where what it takes away is meant."""


@dataclass(frozen=True, slots=True)
class Gathered:
    """What the bucket says.

    Attributes:
        manifest: of the newest feed.
        files: the feed's, people's own first.
        seen: every category that this or an earlier feed had.
        refusals: what the service refused before.
        allowlist_sha256: of the allowlist's text.
        allow_shrink: the allowlist was uploaded with leave to shrink, and is not applied yet.
        latest: the newest applied build; None before the first.
        latest_etag: by which it is known whether another build has ended since.
    """

    manifest: Manifest
    files: tuple[FeedFile, ...]
    allowlist: Allowlist
    seen: frozenset[str]
    refusals: Refusals
    allowlist_sha256: str
    allow_shrink: bool = False
    latest: Latest | None = None
    latest_etag: str | None = None

    @property
    def categories(self) -> tuple[str, ...]:
        """Names of the categories at hand, in order."""
        return tuple(file.category for file in self.files)


@dataclass(frozen=True, slots=True)
class Draft:
    """An allowlist as text.

    Attributes:
        source: names it in errors.
        allow_shrink: whoever uploaded it means what it takes away.
    """

    text: bytes
    source: str
    allow_shrink: bool = False

    @property
    def sha256(self) -> str:
        """Identifies it."""
        return hashlib.sha256(self.text).hexdigest()


def gather(store: Store, draft: Draft | None = None) -> Gathered:
    """Read the bucket: always its newest feed, whichever event asks.

    Args:
        store: the bucket.
        draft: stands in for the bucket's allowlist.

    Raises:
        StoreError: there is no feed or no allowlist yet, or the bucket cannot be read.
        ArchiveError: the feed's archive is not what was stored.
        AllowlistError: the allowlist has errors.
    """
    stored = store.find(LATEST)  # first: whatever ends after this is noticed
    latest = Latest.parse(stored.body) if stored else None
    manifest = newest_manifest(store)
    if manifest is None:
        raise StoreError(f"s3://{store.bucket}/raw/ has no feed yet: run the fetch function first")
    files = (*_local(store), *_feed(store, manifest))
    seen = frozenset((*(latest.categories_seen if latest else ()), *manifest.categories))
    known = {*seen, *(file.category for file in files)}
    draft = draft or _in_bucket(store)
    refusals = store.find(REFUSALS)
    return Gathered(
        manifest=manifest,
        files=files,
        allowlist=load(draft.text, source=draft.source, known=known),
        seen=seen,
        refusals=Refusals.parse(refusals.body) if refusals else Refusals({}),
        allowlist_sha256=draft.sha256,
        allow_shrink=draft.allow_shrink and (not latest or latest.allowlist != draft.sha256),
        latest=latest,
        latest_etag=stored.etag if stored else None,
    )


def _feed(store: Store, manifest: Manifest) -> tuple[FeedFile, ...]:
    key = archive_key(manifest.version)
    data = store.get(key)
    if hashlib.sha256(data).hexdigest() != manifest.sha256:
        raise StoreError(f"s3://{store.bucket}/{key} is not the archive that its manifest names")
    return unpack(data, source=f"s3://{store.bucket}/{key}")


def _local(store: Store) -> Iterable[FeedFile]:
    """People's own rules: `local/<file>.rules` is the category `local-<file>`."""
    for entry in store.entries(LOCAL):
        path = PurePosixPath(entry.key)
        if path.suffix == ".rules":
            yield FeedFile(f"{LOCAL_PREFIX}{path.stem}", store.get(entry.key))


def _in_bucket(store: Store) -> Draft:
    stored = store.find(ALLOWLIST)
    if stored is None:
        raise StoreError(
            f"s3://{store.bucket}/{ALLOWLIST} does not exist: upload one, for instance with "
            "`rulesync push`"
        )
    allowed = stored.metadata.get(ALLOW_SHRINK) == "true"
    return Draft(stored.body, f"s3://{store.bucket}/{ALLOWLIST}", allowed)
