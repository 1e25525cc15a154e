"""Feeds that are known by name, with what their publishers say of them; facts, no opinions."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Final

ET_OPEN: Final = "et/open"
"""The feed of a stack whose bucket names none, and of what was fetched before feeds had names."""

ET_PRO: Final = "et/pro"
"""The paid rules of the same publisher, which contain those of et/open."""

FEED_NAME_PATTERN: Final = r"^[A-Za-z0-9][A-Za-z0-9._-]{0,39}(/[A-Za-z0-9][A-Za-z0-9._-]{0,39})?$"
"""What may name a feed: it becomes one folder of the bucket, or two."""

SECRET_MARK: Final = "%(secret-code)s"  # noqa: S105 - no password
"""Stands in an address where the subscriber's code belongs, as in suricata-update's index."""

VERSION_MARK: Final = "%(__version__)s"
"""Stands in an address for the version of the engine, likewise."""


@dataclass(frozen=True, slots=True)
class KnownFeed:
    """A feed that has only to be named.

    Attributes:
        name: as in suricata-update's index of sources.
        vendor: who publishes it.
        summary: what is in it, in a line.
        url: of its archive; it may have `SECRET_MARK` and `VERSION_MARK`.
        licence: its short name: of SPDX, or the publisher's own word.
        prefix: of its categories; empty where they keep their names.
        licence_url: where a licence of the publisher's own stands.
        homepage: about the feed.
        subscribe: where the code is to be had.
        code: what the publisher calls the code that the address needs; empty where it needs none.
        version: of Suricata, in place of `VERSION_MARK`; empty for that of the service.
        min_version: of the Suricata that its rules need.
        checksum: whether an MD5 may lie beside the archive.
        has_version: whether a `version.txt` lies beside it.
        contains: feeds that are part of it.
        renamed: the name that it has by now.
        gone: why it cannot be had any more.
    """

    name: str
    vendor: str
    summary: str
    url: str
    licence: str
    prefix: str
    licence_url: str = ""
    homepage: str = ""
    subscribe: str = ""
    code: str = ""
    version: str = ""
    min_version: str = ""
    checksum: bool = True
    has_version: bool = False
    contains: tuple[str, ...] = ()
    renamed: str = ""
    gone: str = ""


@cache
def known_feeds() -> Mapping[str, KnownFeed]:
    """Every feed by its name, in the order of `rules_lib/facts/data/feeds.toml`."""
    text = files("rules_lib.facts").joinpath("data/feeds.toml").read_text(encoding="utf-8")
    found = {
        name: KnownFeed(name=name, **facts | {"contains": tuple(facts.get("contains", ()))})
        for name, facts in tomllib.loads(text).items()
    }
    return MappingProxyType(found)
