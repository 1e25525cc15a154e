"""The header fields of http that matter to a fetch."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from rules_lib.sources.answers import Validators

if TYPE_CHECKING:
    from collections.abc import Mapping

_DIGITS: Final = re.compile(r"[0-9]{1,18}")


def conditions(known: Validators) -> dict[str, str]:
    """Word the question whether a file is still the known one."""
    fields = {"If-None-Match": known.etag, "If-Modified-Since": known.last_modified}
    return {name: value for name, value in fields.items() if value}


def validators(headers: Mapping[str, str]) -> Validators:
    """Read by what the server will know this file again."""
    return Validators(headers.get("ETag"), headers.get("Last-Modified"))


def declared_size(headers: Mapping[str, str]) -> int | None:
    """Read the body's size in bytes; None where it is not declared."""
    text = headers.get("Content-Length", "")
    return int(text) if _DIGITS.fullmatch(text) else None


def pause_asked_for(headers: Mapping[str, str]) -> float:
    """Read Retry-After in seconds; 0 where there is none, or a date."""
    text = headers.get("Retry-After", "")
    return float(text) if _DIGITS.fullmatch(text) else 0.0
