"""Where a feed is had: the marks in its address, and what may not stand in one."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from rules_lib.address import Address, is_whole
from rules_lib.facts.feeds import SECRET_MARK, VERSION_MARK
from rules_lib.facts.suricata import VERSION

if TYPE_CHECKING:
    from collections.abc import Iterator

SERVICE_ENGINE: Final = ".".join(map(str, VERSION))
"""The service's Suricata, which stands in an address in place of `VERSION_MARK`."""

_MARK: Final = re.compile(r"%\([^)]*\)s?")
_FORMS: Final = (".tar.gz", ".tgz", ".tar", ".zip", ".rules.gz", ".rules")


def feed_address(url: str, version: str = "") -> Address:
    """An address with the engine's version; a secret's place is filled when it is asked for.

    Args:
        url: as the list has it.
        version: of Suricata, where it is not that of the service.
    """
    return Address(url.replace(VERSION_MARK, version or SERVICE_ENGINE))


def form_of(url: str) -> str:
    """How an address ends, as far as it says what is there; what it is, its content tells."""
    path = urlsplit(url).path if "://" in url else url
    return next((form for form in _FORMS if path.lower().endswith(form)), "")


def url_problems(url: str) -> Iterator[str]:
    """Say what is wrong with an address in the list, in words that follow it."""
    filled = url.replace(SECRET_MARK, "x").replace(VERSION_MARK, "0")
    if unknown := _MARK.search(filled):
        yield f"has {unknown[0]}; only {SECRET_MARK} and {VERSION_MARK} are filled in"
    elif not is_whole(filled):
        yield "is not an http, https or s3 URL of an archive"
    elif _has_mark(urlsplit(url).hostname or ""):
        yield "has a mark in its host; write the host itself"
    elif (urlsplit(url).password or SECRET_MARK) != SECRET_MARK:
        yield f"has a password; store that as a secret, and write {SECRET_MARK} in its place"


def _has_mark(host: str) -> bool:
    return "%" in host
