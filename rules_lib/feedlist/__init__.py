"""The list of feeds, `config/feeds.yaml`: which feeds people want, and where each is had.

`load_feeds` reads the file and reports every error at once. Its modules, in that order:

    fields, values, schema      the value of each key, alone
    checks                      what ties an entry to others, and to the feeds that are known
    addresses, naming           where a feed is had, and how its categories are called
    entries                     a feed as it is fetched and built: frozen values
    loader                      the file in, the feeds out
"""

from __future__ import annotations

from rules_lib.feedlist.entries import FeedEntry, Feeds, usual_feeds
from rules_lib.feedlist.loader import load_feeds
from rules_lib.feedlist.naming import feed_category

__all__ = ["FeedEntry", "Feeds", "feed_category", "load_feeds", "usual_feeds"]
