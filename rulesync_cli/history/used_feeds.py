"""How each feed of a stack is: what of it is in force, how old that is, and what has come since."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from rules_lib.errors import FeedListError, StoreError
from rules_lib.feed.listed import feeds_in_bucket
from rules_lib.feed.newest import newest_manifests, stored_manifest
from rules_lib.feedlist import usual_feeds
from rules_lib.state.used_release import UsedRelease

if TYPE_CHECKING:
    from rules_lib.aws.store import Store
    from rules_lib.feed.manifest import Manifest
    from rules_lib.feedlist import Feeds
    from rules_lib.state.latest import Latest


@dataclass(frozen=True, slots=True)
class UsedFeed:
    """One feed.

    Attributes:
        prefix: of its categories, as the list gives it; None where the feed left the list.
        used: its release in the build in force; None where there is none.
        in_force: that release's manifest; None where it is gone.
        newest: manifest of its newest release; None where none has ever arrived.
    """

    name: str
    prefix: str | None
    used: UsedRelease | None
    in_force: Manifest | None
    newest: Manifest | None

    @property
    def is_outdated(self) -> bool:
        """Whether a release has arrived that is not in force."""
        return bool(self.newest and (not self.used or self.used.sha256 != self.newest.sha256))

    def age_at(self, now: datetime) -> timedelta | None:
        """How long ago the release in force was fetched."""
        return now - self.in_force.fetched_at if self.in_force else None


@dataclass(frozen=True, slots=True)
class UsedFeeds:
    """All feeds that people want, or that the build in force was made with.

    Attributes:
        feeds: those of the list in its order, then those that left it.
        edited: the list is another than that of the build in force.
        problem: the list's errors; empty where it has none.
    """

    feeds: tuple[UsedFeed, ...]
    edited: bool = False
    problem: str = ""

    @property
    def arrived(self) -> Iterator[UsedFeed]:
        """Those of the list with a release."""
        return (feed for feed in self.feeds if feed.newest and feed.prefix is not None)


def used_feeds(store: Store, latest: Latest | None) -> UsedFeeds:
    """Look at the list, the newest manifests, and the releases of the build in force.

    Raises:
        StoreError: the bucket cannot be read.
    """
    wanted, problem = _wanted(store)
    used = {one.name: one for one in (latest.made_from if latest else ())}
    newest = newest_manifests(store, wanted.names)
    listed = [
        UsedFeed(
            name=entry.name,
            prefix=entry.prefix,
            used=used.get(entry.name),
            in_force=_manifest_of(store, used.get(entry.name)),
            newest=newest.get(entry.name),
        )
        for entry in wanted
    ]
    left = [
        UsedFeed(one.name, None, one, _manifest_of(store, one), None)
        for one in used.values()
        if one.name not in wanted.names
    ]
    edited = bool(latest) and _is_edited(listed, tuple(used.values()))
    return UsedFeeds((*listed, *left), edited and not problem, problem)


def _wanted(store: Store) -> tuple[Feeds, str]:
    """The list; in place of one with errors the usual one, and these."""
    try:
        return feeds_in_bucket(store), ""
    except FeedListError as error:
        return usual_feeds(), str(error)


def _is_edited(listed: Sequence[UsedFeed], used: Sequence[UsedRelease]) -> bool:
    """Whether the feeds with a release are others than those in force, or stand in other places.

    One whose first release has just arrived is no edit.
    """
    before = [(one.name, one.prefix) for one in used]
    now = [(one.name, one.prefix) for one in listed if one.newest and one.used]
    return before != now


def _manifest_of(store: Store, release: UsedRelease | None) -> Manifest | None:
    try:
        return stored_manifest(store, release.version, release.name) if release else None
    except StoreError:
        return None  # it only tells an age
