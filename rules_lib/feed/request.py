"""What one fetch asks for: whose feed, where it is, and how large it may be."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from rules_lib.facts.feeds import ET_OPEN

if TYPE_CHECKING:
    from rules_lib.address import Address
    from rules_lib.feedlist import FeedEntry
    from rules_lib.settings import FetchSettings


@dataclass(frozen=True, slots=True)
class FeedRequest:
    """One feed to fetch.

    Attributes:
        address: of its archive, with the secret in its place.
        max_download_bytes: size above which the archive is refused.
        max_unpacked_bytes: likewise for what it unpacks to.
        feed: its name.
        checksum: whether an MD5 may lie beside the archive.
        has_version: whether a `version.txt` may lie beside it.
    """

    address: Address
    max_download_bytes: int
    max_unpacked_bytes: int
    feed: str = ET_OPEN
    checksum: bool = True
    has_version: bool = True

    @classmethod
    def of(cls, entry: FeedEntry, address: Address, settings: FetchSettings) -> Self:
        """Ask for a feed of the list.

        Args:
            entry: the feed.
            address: its own, with the secret in its place.
            settings: how large it may be.
        """
        return cls(
            address=address,
            max_download_bytes=settings.max_download_bytes,
            max_unpacked_bytes=settings.max_unpacked_bytes,
            feed=entry.name,
            checksum=entry.checksum,
            has_version=entry.has_version,
        )
