"""The releases that a build was made from, as `latest.json` and `summary.json` have them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import TYPE_CHECKING

from rules_lib.report.facts import Accounting, FeedLine
from rules_lib.state.used_release import UsedRelease

if TYPE_CHECKING:
    from rules_lib.build import Built
    from rules_lib.feed.in_use import FeedInUse, FeedsInUse
    from rules_lib.feedlist import FeedEntry


def used_releases(feeds: Iterable[FeedInUse]) -> tuple[UsedRelease, ...]:
    """Name the releases, and how their categories are called: what makes another of a build."""
    return tuple(
        UsedRelease(
            name=feed.entry.name,
            version=feed.manifest.version,
            sha256=feed.manifest.sha256,
            prefix=feed.entry.prefix,
        )
        for feed in feeds
    )


def feed_lines(feeds: FeedsInUse, built: Built | None = None) -> tuple[FeedLine, ...]:
    """Say of each feed that people want what it is, and where its rules went.

    Args:
        feeds: of the build.
        built: what came of them; None where nothing did.
    """
    rules = _accounts(built) if built else {}
    arrived = {feed.entry.name: feed for feed in feeds}
    return tuple(
        _line(arrived[name], rules.get(name, Accounting())) if name in arrived else _absent(entry)
        for entry in feeds.wanted
        if (name := entry.name)
    )


def _accounts(built: Built) -> dict[str, Accounting]:
    """Feed, empty for people's own -> where its rules went."""
    kept = Counter(rule.rule.feed.name for rule in built.kept)
    setters = Counter(rule.rule.feed.name for rule in built.kept if rule.setter)
    lost = Counter(one.rule.feed.name for one in built.discarded)
    off = Counter(rule.feed.name for rule in built.off)
    return {
        name: Accounting(
            enabled=kept[name] + lost[name] + off[name],
            kept=kept[name],
            discarded=lost[name],
            off=off[name],
            setters_added=setters[name],
        )
        for name in kept.keys() | lost.keys() | off.keys()
    }


def _line(feed: FeedInUse, rules: Accounting) -> FeedLine:
    entry, manifest = feed.entry, feed.manifest
    return FeedLine(
        name=entry.name,
        prefix=entry.prefix,
        version=manifest.version,
        sha256=manifest.sha256,
        source=manifest.source,
        fetched_at=manifest.fetched_at,
        enabled=manifest.total.enabled,
        disabled=manifest.total.disabled,
        rules=rules,
        categories=tuple(feed.categories),
        vendor=entry.vendor,
        licence=entry.licence,
        licence_url=entry.licence_url,
    )


def _absent(entry: FeedEntry) -> FeedLine:
    """A feed of which nothing has ever arrived; its address is told to nobody, it may be secret."""
    return FeedLine(
        name=entry.name,
        prefix=entry.prefix,
        vendor=entry.vendor,
        licence=entry.licence,
        licence_url=entry.licence_url,
    )
