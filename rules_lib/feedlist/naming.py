"""How the categories of a feed are called, so that those of two feeds are never taken for one."""

from __future__ import annotations

from typing import Final

from rules_lib.facts.feeds import known_feeds

_PLAIN: Final = frozenset({"free", "main", "open", "pro", "rules", "suricata"})
"""Last parts of names that say nothing of what is in the feed."""


def feed_category(prefix: str, file: str) -> str:
    """Name the category of a feed's file: `<prefix>-<file>`.

    A feed without a prefix keeps its names, as et/open and et/pro do. Where the file is named as
    the prefix is, as with publishers of one file, the name stands once: `urlhaus`.

    Args:
        prefix: of the feed, such as `FeedEntry.prefix`.
        file: the archive's file without folder and `.rules`, as `categories_of_files` and a
            manifest's `categories` have it.
    """
    return file if not prefix or file == prefix else f"{prefix}-{file}"


def is_category_of(prefix: str, category: str) -> bool:
    """Whether a feed with a prefix may have a category of a name; without one none can be told."""
    return bool(prefix) and (category == prefix or category.startswith(f"{prefix}-"))


def usual_prefix(feed: str) -> str:
    """The prefix of a feed for which the file gives none; empty where its categories have none."""
    known = known_feeds().get(feed)
    if known:
        return known.prefix
    *folder, name = feed.split("/")
    return folder[0] if folder and name.lower() in _PLAIN else name
