"""The categories of rules that were published as the feed ships them, looked up in the feed."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from itertools import chain
from typing import TYPE_CHECKING

from rules_lib.errors import RulesyncError
from rules_lib.feed.in_use import archive_in_bucket, named_files
from rules_lib.feed.newest import stored_manifest
from rules_lib.own.files import own_in_bucket
from rules_lib.reading.lines import commented, parted

if TYPE_CHECKING:
    from rules_lib.aws.store import Store
    from rules_lib.model import FeedFile
    from rules_lib.state.used_release import UsedRelease


def homes_in_feeds(
    store: Store, releases: Iterable[UsedRelease], texts: Collection[str]
) -> Mapping[str, str]:
    """Text -> category of the rules that feeds, or people's own files, have word for word.

    A build records the category of every rule that it altered; of the others in a group with rules
    of several categories only the feeds tell. Of one that is no longer in the bucket nobody does.

    Args:
        store: the bucket.
        releases: of the build.
        texts: of the rules.
    """
    wanted = frozenset(text.encode() for text in texts)
    found = {text: home for one in releases for text, home in _in_release(store, one, wanted)}
    try:
        own = own_in_bucket(store).files
    except RulesyncError:  # it only fills a column
        return found
    return {**found, **{text: home for file in own for text, home in _found(file, wanted)}}


def _in_release(
    store: Store, release: UsedRelease, wanted: frozenset[bytes]
) -> Iterator[tuple[str, str]]:
    try:
        if manifest := stored_manifest(store, release.version, release.name):
            archive = archive_in_bucket(store, manifest)
            for file in named_files(archive, release.prefix):
                yield from _found(file, wanted)
    except RulesyncError:  # as above
        return


def _found(file: FeedFile, wanted: frozenset[bytes]) -> Iterator[tuple[str, str]]:
    enabled, comments = parted(file.data)
    for _, raw in chain(enabled, commented(comments)):
        if raw in wanted:
            yield raw.decode(), file.category
