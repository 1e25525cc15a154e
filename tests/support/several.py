"""Several feeds in an embedded account: a list of them, and releases brought as a fetch does it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import yaml

from rules_lib.address import Address
from rules_lib.aws import clients
from rules_lib.aws.s3_store import S3Store
from rules_lib.bucket import FEEDS
from rules_lib.feed.fetch import fetch
from rules_lib.feed.request import FeedRequest
from rules_lib.sources.files import FileReader
from support.account import BUCKET, Account
from support.feeds import packed

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_LIMIT = 2**28


def want(running: Account, *feeds: str | Mapping[str, Any]) -> None:
    """Upload a list of feeds: names of those that are known, or entries."""
    entries = [{"name": one} if isinstance(one, str) else dict(one) for one in feeds]
    running.put(FEEDS, yaml.safe_dump({"version": 1, "feeds": entries}))


def listed(name: str, **keys: str) -> dict[str, str]:
    """An entry of a feed that nobody knows by its name."""
    return {"name": name, "url": f"https://{name.replace('/', '.')}.example/x.rules", **keys}


def bring(running: Account, feed: str, files: Mapping[str, Sequence[str]] | bytes) -> str:
    """Store a release of a feed as a fetch does, and say where its manifest is.

    Args:
        running: the account.
        feed: its name.
        files: by category, its rules; or the bytes of one plain file, whose category is `x`.
    """
    plain = isinstance(files, bytes)
    place = running.folder / feed.replace("/", "_") / ("x.rules" if plain else "emerging.tar.gz")
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_bytes(files if isinstance(files, bytes) else packed(files))
    request = FeedRequest(Address(str(place)), _LIMIT, _LIMIT, feed)
    outcome = fetch(request, FileReader(), S3Store(clients.s3(), BUCKET), datetime.now(UTC))
    return outcome.manifest.key
