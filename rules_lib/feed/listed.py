"""The feeds that people want, by the list in the bucket."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rules_lib.bucket import FEEDS
from rules_lib.feedlist import Feeds, load_feeds, usual_feeds

if TYPE_CHECKING:
    from rules_lib.address import Address
    from rules_lib.aws.store import Store


def feeds_in_bucket(store: Store, et_open: Address | None = None) -> Feeds:
    """Read the bucket's list of feeds; where it has none, et/open alone is wanted.

    Args:
        store: the bucket.
        et_open: where et/open is had, if the list gives it no url; None for its publisher's
            address. A build does not need to know.

    Raises:
        FeedListError: the list has errors.
        StoreError: the bucket may not be read.
    """
    stored = store.find(FEEDS)
    if stored is None:
        return usual_feeds(et_open)
    return load_feeds(stored.body, source=f"s3://{store.bucket}/{FEEDS}", et_open=et_open)
