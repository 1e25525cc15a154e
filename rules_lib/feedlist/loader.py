"""The file's text in, the feeds or all that is wrong with the file out."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, Final

from rules_lib.allowlist.faulty import error_of
from rules_lib.allowlist.reader import read_document
from rules_lib.errors import FeedListError
from rules_lib.facts.feeds import ET_OPEN
from rules_lib.feedlist.checks import FEED_CHECKS, list_warnings
from rules_lib.feedlist.entries import Feeds, feed_entry
from rules_lib.feedlist.schema import listed_feeds, told_value
from rules_lib.feedlist.values import FeedList

if TYPE_CHECKING:
    from rules_lib.address import Address

_SMALLEST: Final = f"{{version: 1, feeds: [{{name: {ET_OPEN}}}]}}"


def load_feeds(text: str | bytes, *, source: str, et_open: Address | None = None) -> Feeds:
    """Read the list of feeds.

    Args:
        text: the file, UTF-8 where it is bytes.
        source: its name, for the error.
        et_open: where et/open is had if the file gives it no url; None for its publisher's address.

    Raises:
        FeedListError: with every error of the file, each with its line.
    """
    document = read_document(text, _SMALLEST)
    if document.root is None:
        raise error_of(FeedListError, source, document, document.problems, told_value)
    listed = listed_feeds(document)
    found = (
        *(() if isinstance(listed, FeedList) else listed),
        *chain.from_iterable(check(document) for check in FEED_CHECKS),
    )
    problems = document.problems_with(found)
    if problems or not isinstance(listed, FeedList):
        raise error_of(FeedListError, source, document, problems, told_value)
    entries = tuple(feed_entry(one, et_open) for one in listed.feeds)
    return Feeds(entries, tuple(list_warnings(listed)), listed=True)
