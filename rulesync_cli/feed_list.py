"""A list of feeds on the disk, checked before anything is done with it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

import click

from rules_lib.aws.store import ListedObject, Store, Stored
from rules_lib.bucket import FEEDS
from rules_lib.errors import FeedListError
from rules_lib.feedlist import Feeds, load_feeds
from rules_lib.feedlist.naming import is_category_of
from rules_lib.text import counted, visible, visible_lines

LIST_NAME: Final = "feeds.yaml"
"""What the file is called on the disk, beside the allowlist."""

_ETAG: Final = "not uploaded"


@dataclass(frozen=True, slots=True)
class CheckedList:
    """A list of feeds, or what is wrong with it.

    Attributes:
        source: its name.
        text: its bytes.
        feeds: None where it has errors.
        error: with all of them.
    """

    source: str
    text: bytes
    feeds: Feeds | None = None
    error: FeedListError | None = None

    @classmethod
    def read(cls, file: Path) -> CheckedList:
        """Read a file.

        Raises:
            OSError: it cannot be read.
        """
        found = cls(str(file), file.read_bytes())
        try:
            return replace(found, feeds=load_feeds(found.text, source=found.source))
        except FeedListError as error:
            return replace(found, error=error)

    @property
    def warnings(self) -> tuple[str, ...]:
        """What to know of it although it holds."""
        return self.feeds.warnings if self.feeds else ()

    def may_bring(self, category: str) -> bool:
        """Whether one of its feeds may have a category; their releases are not looked at."""
        return any(is_category_of(one.prefix, category) for one in self.feeds or ())

    def over(self, store: Store) -> Store:
        """The bucket as it will be once the list is uploaded; only for reading.

        Raises:
            FeedListError: it has errors.
        """
        if self.error:
            raise self.error
        return _Overlaid(store, self.text)


@dataclass(frozen=True, slots=True)
class _Overlaid:
    """A bucket with another list of feeds."""

    store: Store
    text: bytes

    @property
    def bucket(self) -> str:
        """The bucket's name."""
        return self.store.bucket

    def address(self, key: str) -> str:
        """Where an object lies."""
        return self.store.address(key)

    def get(self, key: str) -> bytes:
        """Read an object."""
        return self.text if key == FEEDS else self.store.get(key)

    def find(self, key: str) -> Stored | None:
        """Read an object that may not exist."""
        return Stored(self.text, _ETAG) if key == FEEDS else self.store.find(key)

    def put(
        self,
        key: str,
        data: bytes | Iterable[bytes],
        *,
        only_if_absent: bool = False,
        only_if_etag: str | None = None,
        metadata: Mapping[str, str] = MappingProxyType({}),
    ) -> bool:
        """Write to the bucket itself."""
        return self.store.put(
            key, data, only_if_absent=only_if_absent, only_if_etag=only_if_etag, metadata=metadata
        )

    def copy(self, source: str, key: str) -> None:
        """Copy in the bucket itself."""
        self.store.copy(source, key)

    def delete(self, key: str) -> None:
        """Delete in the bucket itself."""
        self.store.delete(key)

    def entries(self, prefix: str) -> tuple[ListedObject, ...]:
        """List the bucket itself."""
        return self.store.entries(prefix)

    def folders(self, prefix: str) -> tuple[str, ...]:
        """List the bucket itself."""
        return self.store.folders(prefix)


def tell_list(listed: CheckedList) -> None:
    """Print what a check of a list came to: errors and warnings to stderr."""
    if listed.error:
        click.echo(f"Error: {visible_lines(str(listed.error))}", err=True)
    for warning in listed.warnings:
        click.echo(f"warning: {visible(warning)}", err=True)
    if listed.feeds:
        click.echo(f"{visible(listed.source)}: valid, {counted(len(listed.feeds), 'feed')}")


def list_document(listed: CheckedList) -> dict[str, Any]:
    """What a check of a list came to, for programs."""
    records = listed.error.records if listed.error else ()
    return {
        "file": listed.source,
        "valid": listed.error is None,
        "feeds": list(listed.feeds.names) if listed.feeds else None,
        "errors": [{"file": listed.source, **record} for record in records],
        "warnings": list(listed.warnings),
    }
