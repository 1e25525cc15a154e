"""The categories of rules that were published as the feed ships them, looked up in the feed."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from itertools import chain
from typing import TYPE_CHECKING

from rules_lib.errors import RulesyncError
from rules_lib.feed.newest import stored_manifest
from rules_lib.own.files import own_in_bucket
from rules_lib.reading.lines import commented, parted
from rules_lib.sync.gather import feed_in_bucket

if TYPE_CHECKING:
    from rules_lib.aws.store import Store
    from rules_lib.model import FeedFile


def homes_in_feed(store: Store, version: str, texts: Collection[str]) -> Mapping[str, str]:
    """Text -> category of the rules that a feed, or people's own files, have word for word.

    A build records the category of every rule that it altered; of the others in a group with rules
    of several categories only the feed tells. Where it is no longer in the bucket nobody does.

    Args:
        store: the bucket.
        version: of the feed.
        texts: of the rules.
    """
    wanted = frozenset(text.encode() for text in texts)
    try:
        manifest = stored_manifest(store, version)
        if manifest is None:
            return {}
        files = replace(feed_in_bucket(store, manifest), own=own_in_bucket(store).files)
        return {text: category for file in files for text, category in _found(file, wanted)}
    except RulesyncError:  # it only fills a column
        return {}


def _found(file: FeedFile, wanted: frozenset[bytes]) -> Iterator[tuple[str, str]]:
    enabled, comments = parted(file.data)
    for _, raw in chain(enabled, commented(comments)):
        if raw in wanted:
            yield raw.decode(), file.category
