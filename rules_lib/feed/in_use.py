"""The feeds that a build takes: those that people want, each with its newest release."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from rules_lib.bucket import FEEDS, RAW
from rules_lib.errors import RefusedError, StoreError
from rules_lib.feed.archive import Archive
from rules_lib.feed.archive_limits import ArchiveLimits
from rules_lib.feed.listed import feeds_in_bucket
from rules_lib.feed.newest import newest_manifests
from rules_lib.feedlist.naming import feed_category, is_category_of
from rules_lib.model import NO_FEED, FeedFile, FeedOrigin
from rules_lib.settings import LARGEST
from rules_lib.text import first_of

if TYPE_CHECKING:
    from rules_lib.aws.store import Store
    from rules_lib.feed.manifest import Manifest
    from rules_lib.feedlist import FeedEntry
    from rules_lib.reading.lines import Tally

_EXAMINED: Final = ArchiveLimits(unpacked=LARGEST, member=LARGEST)
_NAMED: Final = 5
"""How many categories are named that two feeds have."""


@dataclass(frozen=True, slots=True)
class FeedInUse:
    """A feed that people want, with its newest release.

    Attributes:
        origin: its place among the feeds, and its name.
    """

    entry: FeedEntry
    manifest: Manifest
    origin: FeedOrigin

    @property
    def categories(self) -> Mapping[str, Tally]:
        """Its categories, with the feed's prefix, in order: their enabled and disabled rules."""
        files = sorted(self.manifest.categories.items())
        return {self.entry.category(file): tally for file, tally in files}


@dataclass(frozen=True, slots=True)
class FeedsInUse:
    """All feeds of a build.

    Attributes:
        wanted: all of the list, in the order of their precedence.
        arrived: those with a release, likewise; at least one.
        warnings: what to know of the list although it holds.
    """

    wanted: tuple[FeedEntry, ...]
    arrived: tuple[FeedInUse, ...]
    warnings: tuple[str, ...] = ()

    def __iter__(self) -> Iterator[FeedInUse]:
        """Go through those with a release."""
        return iter(self.arrived)

    @property
    def first(self) -> FeedInUse:
        """The one that goes before all others that have a release."""
        return self.arrived[0]

    @property
    def manifests(self) -> tuple[Manifest, ...]:
        """The releases that a build takes."""
        return tuple(feed.manifest for feed in self.arrived)

    @property
    def categories(self) -> tuple[str, ...]:
        """The names of all categories, in order."""
        return tuple(name for feed in self.arrived for name in feed.categories)

    @property
    def names(self) -> frozenset[str]:
        """The names of all that people want."""
        return frozenset(entry.name for entry in self.wanted)

    @property
    def absent(self) -> tuple[FeedEntry, ...]:
        """Those of which no release has ever arrived."""
        there = {feed.entry.name for feed in self.arrived}
        return tuple(entry for entry in self.wanted if entry.name not in there)

    def may_bring(self, category: str) -> bool:
        """Whether a feed that has not arrived may have a category: nobody knows which it has."""
        return any(is_category_of(entry.prefix, category) for entry in self.absent)


def feeds_in_use(store: Store) -> FeedsInUse:
    """Find the feeds that people want in the bucket.

    Raises:
        StoreError: none of them has ever arrived, or the bucket cannot be read.
        FeedListError: the list of feeds has errors.
        RefusedError: two feeds come to one category.
    """
    wanted = feeds_in_bucket(store)
    newest = newest_manifests(store, wanted.names)
    found = FeedsInUse(
        wanted=wanted.entries,
        arrived=tuple(
            FeedInUse(entry, newest[entry.name], FeedOrigin(order, entry.name))
            for order, entry in enumerate(wanted)
            if entry.name in newest
        ),
        warnings=wanted.warnings,
    )
    if not found.arrived:
        raise StoreError(f"s3://{store.bucket}/{RAW} has no feed yet: run the fetch function first")
    _refuse_clashes(found)
    return found


def _refuse_clashes(feeds: FeedsInUse) -> None:
    """Take no category for another's: the allowlist could not tell them apart."""
    owners = defaultdict[str, list[str]](list)
    for feed in feeds:
        for category in feed.categories:
            owners[category].append(feed.entry.name)
    clashes = {category: names for category, names in owners.items() if len(names) > 1}
    if clashes:
        names = next(iter(clashes.values()))
        shown = first_of(list(clashes), _NAMED)
        raise RefusedError(
            f"feeds {' and '.join(names)} both have category {shown}",
            f"Give one of them another `prefix` in {FEEDS}, or remove one of them.",
        )


@dataclass(frozen=True, slots=True)
class FilesInUse:
    """All files of rules at hand: people's own first, then those of each feed in its order.

    Attributes:
        own: people's own files.
        archives: of the feeds.
    """

    own: tuple[FeedFile, ...]
    archives: tuple[tuple[FeedInUse, Archive], ...]

    def __iter__(self) -> Iterator[FeedFile]:
        """Read the files; raises `ArchiveError` before the first of an archive."""
        yield from self.own
        for feed, archive in self.archives:
            yield from named_files(archive, feed.entry.prefix, feed.origin)


def named_files(
    files: Iterable[FeedFile], prefix: str, feed: FeedOrigin = NO_FEED
) -> Iterator[FeedFile]:
    """Files of an archive, by the names of the feed's categories, and with its place."""
    for file in files:
        yield replace(file, category=feed_category(prefix, file.category), feed=feed)


def files_in_use(
    store: Store, feeds: Iterable[FeedInUse], own: tuple[FeedFile, ...] = ()
) -> FilesInUse:
    """Read the feeds' archives.

    Raises:
        StoreError: an archive cannot be read, or is not the one that its manifest names.
    """
    archives = tuple((feed, archive_in_bucket(store, feed.manifest)) for feed in feeds)
    return FilesInUse(own, archives)


def archive_in_bucket(store: Store, manifest: Manifest) -> Archive:
    """The archive of a release, as large as it may be: the fetch has looked at this very one.

    Raises:
        StoreError: it cannot be read, or is not the one that the manifest names.
    """
    key = manifest.archive_key
    data = store.get(key)
    if hashlib.sha256(data).hexdigest() != manifest.sha256:
        raise StoreError(f"s3://{store.bucket}/{key} is not the archive that its manifest names")
    source = f"s3://{store.bucket}/{key}"
    return Archive(data, limits=_EXAMINED, source=source, name=manifest.archive)
