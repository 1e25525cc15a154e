"""`LICENCES.txt`: whose rules lie in a build's folder, and under which licence."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rules_lib.text import counted, visible

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from rules_lib.report.facts import FeedLine

_UNKNOWN = "unknown; ask its publisher, or give it as `licence` in config/feeds.yaml"


def licences_text(feeds: Iterable[FeedLine]) -> bytes:
    """Say it for every feed with a release."""
    return "\n".join(_lines(feeds)).encode() + b"\n"


def licence_of(feed: FeedLine) -> str:
    """A feed's licence in words."""
    where = f" ({visible(feed.licence_url)})" if feed.licence_url else ""
    return f"{visible(feed.licence)}{where}" if feed.licence else ""


def _lines(feeds: Iterable[FeedLine]) -> Iterator[str]:
    yield "The rules in rule-groups/ are those of these feeds, changed as changed.jsonl says."
    yield "Each feed has its own licence. Your own rules are yours."
    for feed in feeds:
        if feed.version:
            vendor = f" by {visible(feed.vendor)}" if feed.vendor else ""
            yield ""
            yield f"{visible(feed.name)}{vendor}"
            yield f"  release: {visible(feed.version)}"
            yield f"  source: {visible(feed.source or '')}"
            yield f"  published here: {counted(feed.rules.kept, 'rule')}"
            yield f"  licence: {licence_of(feed) or _UNKNOWN}"
