"""A feed as it is fetched and built: what the list says, with what is known of the feed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rules_lib.facts.feeds import ET_OPEN, known_feeds
from rules_lib.feedlist.addresses import feed_address, form_of
from rules_lib.feedlist.naming import feed_category, usual_prefix
from rules_lib.feedlist.values import ListedFeed

if TYPE_CHECKING:
    from datetime import timedelta

    from rules_lib.address import Address


@dataclass(frozen=True, slots=True)
class FeedEntry:
    """One feed that people want.

    Attributes:
        name: such as `et/open`; names its folder of the bucket.
        address: of its archive; a secret still has its mark in it.
        prefix: of its categories; empty where they keep the names of their files.
        secret: names what is put in place of the mark; None where the address needs none.
        every: how long after an answer of the source it is asked again; None: at each fetch.
        licence: its name; empty where nobody knows it.
        licence_url: where that is to be read.
        vendor: who publishes it; empty where nobody knows.
        checksum: whether an MD5 may lie beside the archive.
        has_version: whether a `version.txt` may lie beside it.
        form: how the address ends, such as `.tar.gz`; what comes is told by its content.
    """

    name: str
    address: Address
    prefix: str = ""
    secret: str | None = None
    every: timedelta | None = None
    licence: str = ""
    licence_url: str = ""
    vendor: str = ""
    checksum: bool = True
    has_version: bool = True
    form: str = ""

    def category(self, file: str) -> str:
        """Name the category of one of the feed's files; see `feed_category`."""
        return feed_category(self.prefix, file)


@dataclass(frozen=True, slots=True)
class Feeds:
    """The feeds that people want, in the order of their precedence.

    Attributes:
        entries: at least one, each name once.
        warnings: what to know of the list although it holds.
        listed: people have a list; without one there is et/open alone.
    """

    entries: tuple[FeedEntry, ...]
    warnings: tuple[str, ...] = ()
    listed: bool = False

    def __iter__(self) -> Iterator[FeedEntry]:
        """Go through the feeds."""
        return iter(self.entries)

    def __len__(self) -> int:
        """Tell how many there are."""
        return len(self.entries)

    @property
    def first(self) -> FeedEntry:
        """The one that goes before all others."""
        return self.entries[0]

    @property
    def names(self) -> tuple[str, ...]:
        """The feeds' names."""
        return tuple(entry.name for entry in self.entries)

    def named(self, name: str) -> FeedEntry | None:
        """The feed of a name; None where people do not want it."""
        return next((entry for entry in self.entries if entry.name == name), None)


def usual_feeds(et_open: Address | None = None) -> Feeds:
    """What is wanted where the bucket has no list: et/open alone.

    Args:
        et_open: where it is had; None for its publisher's address.
    """
    return Feeds((feed_entry(ListedFeed(name=ET_OPEN), et_open),))


def feed_entry(listed: ListedFeed, et_open: Address | None = None) -> FeedEntry:
    """Make a feed of its entry in the list.

    Args:
        listed: an entry in which `checks` found nothing.
        et_open: where et/open is had, where its entry does not say it.
    """
    known = known_feeds().get(listed.name)
    elsewhere = et_open if listed.name == ET_OPEN and not listed.url else None
    url = listed.url or (known.url if known else "")
    usual = known if known and not listed.url and not elsewhere else None
    return FeedEntry(
        name=listed.name,
        address=elsewhere or feed_address(url, known.version if known else ""),
        prefix=usual_prefix(listed.name) if listed.prefix is None else listed.prefix,
        secret=listed.secret,
        every=listed.every,
        licence=listed.licence or (known.licence if known else ""),
        licence_url=known.licence_url if known and not listed.licence else "",
        vendor=known.vendor if known else "",
        checksum=_first(listed.checksum, usual.checksum if usual else None),
        has_version=usual.has_version if usual else True,
        form=form_of(elsewhere.reveal() if elsewhere else url),
    )


def _first(said: bool | None, known: bool | None) -> bool:
    """What the list says, else what is known, else that it may be so."""
    return next((one for one in (said, known) if one is not None), True)
