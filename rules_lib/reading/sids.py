"""Where a rule's sid stands, in a text or in the bytes of a file, before anything is parsed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

_OPTION: Final = r"[;(]\s*sid\s*:\s*\+?(\d{1,20})\s*(?=;)"

SID: Final = re.compile(rf"(?<!\\){_OPTION}", re.IGNORECASE | re.ASCII)
"""The option; behind a backslash a semicolon ends none."""

_IN_BYTES: Final = re.compile(_OPTION.encode(), re.IGNORECASE)


def sids_in(data: bytes) -> Iterator[int]:
    """What looks like a sid in a file's bytes, of disabled rules too; some may stand in a value."""
    return (int(found) for found in _IN_BYTES.findall(data))
