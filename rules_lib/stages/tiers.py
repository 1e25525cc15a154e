"""Which groups stand first: people's own, the feed's, or people's own that are to stand last."""

from __future__ import annotations

from collections.abc import Collection
from enum import IntEnum

from rules_lib.model import is_local


class Tier(IntEnum):
    """People's own groups stand before all of the feed, or, where they ask for it, behind."""

    FIRST = 0
    FEED = 1
    LAST = 2


def tier_of(category: str, last: Collection[str]) -> Tier:
    """Where a category's groups stand; `last` are people's own that are to stand behind all."""
    if not is_local(category):
        return Tier.FEED
    return Tier.LAST if category in last else Tier.FIRST
