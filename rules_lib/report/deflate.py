"""Many lines of text made small enough to travel inside a page: deflated, and written in base64.

Rules repeat each other, so this is a sixth of their size; and nothing that stands in a rule is
anything at all in base64, whoever wrote it.
"""

from __future__ import annotations

import zlib
from base64 import b64encode
from collections.abc import Iterable, Iterator
from typing import Final

_PIECE: Final = 48_000
"""Bytes in a piece: a multiple of 3, so that the base64 of pieces is that of the whole."""


def deflated_base64(lines: Iterable[str]) -> Iterator[str]:
    """Base64 of the zlib stream of these lines, each ended by a line feed, piece by piece."""
    waiting = bytearray()
    for data in _deflated(lines):
        waiting += data
        while len(waiting) >= _PIECE:
            yield b64encode(waiting[:_PIECE]).decode("ascii")
            del waiting[:_PIECE]
    yield b64encode(waiting).decode("ascii")


def _deflated(lines: Iterable[str]) -> Iterator[bytes]:
    stream = zlib.compressobj()
    for line in lines:
        yield stream.compress(f"{line}\n".encode())
    yield stream.flush()
