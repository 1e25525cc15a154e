"""Where a feed lies: an http(s), file or s3 URL, or a path; its neighbours; its name for logs."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import SplitResult, urlsplit

_WEB: Final = ("http://", "https://")
_CODE: Final = re.compile(r"(?<=/)\d{12,}(?=/)")
"""Paid feeds carry the subscriber's code, sixteen digits, as a folder of their URL."""


def is_web(address: str) -> bool:
    """Tell whether an address is asked for over http or https."""
    return address.lower().startswith(_WEB)


def scheme(address: str) -> str:
    """Name an address's scheme; `file` for a plain path."""
    return address.partition("://")[0].lower() if "://" in address else "file"


def redact(address: str) -> str:
    """Take user, password, query, fragment and subscriber's code out of a URL; paths stay."""
    if "://" not in address:
        return address
    start, _, rest = address.partition("://")
    rest = re.split(r"[?#]", rest, maxsplit=1)[0] if start.lower() != "file" else rest
    host, slash, path = rest.partition("/")
    return f"{start}://{host.rpartition('@')[2]}{_CODE.sub('***', slash + path)}"


def checksum_of(address: str) -> str:
    """Name the file with the archive's MD5: the archive's own name and `.md5`."""
    if not is_web(address):
        return f"{address}.md5"
    parts = urlsplit(address)
    return _with_path(parts, f"{parts.path}.md5")


def version_of(address: str) -> str:
    """Name the `version.txt` that stands beside the archive."""
    if not is_web(address):
        return _beside(address, "version.txt")
    parts = urlsplit(address)
    return _with_path(parts, _beside(parts.path, "version.txt"))


def _beside(path: str, name: str) -> str:
    folder, slash, _ = path.rpartition("/")
    return f"{folder}{slash}{name}"


def _with_path(parts: SplitResult, path: str) -> str:
    return parts._replace(path=path, fragment="").geturl()
