"""What some bytes are, told by their kind alone: nobody reads in an error what a server keeps."""

from __future__ import annotations

import re
from typing import Final

_LOOKED_AT: Final = 4_096
_KINDS: Final = (
    (rb"(?:\xef\xbb\xbf)?\s*<(?:!doctype html|html|head|body)\b", "an HTML page"),
    (rb"(?:\xef\xbb\xbf)?\s*<(?:\?xml|[a-z!])", "XML"),
    (rb"(?:\xef\xbb\xbf)?\s*(?:\{\s*[\"}]|\[\s*[\[{\"\]])", "JSON"),
    (rb"%PDF-", "a PDF file"),
    (rb"PK(?:\x03\x04|\x05\x06)", "a zip archive"),
    (rb"\x1f\x8b", "gzip data"),
    (rb"BZh[1-9]", "bzip2 data"),
    (rb"\xfd7zXZ\x00", "xz data"),
    (rb"\x28\xb5\x2f\xfd", "zstd data"),
    (rb"7z\xbc\xaf\x27\x1c", "a 7z archive"),
    (rb"Rar!\x1a\x07", "a rar archive"),
    (rb"\xff\xfe|\xfe\xff", "text in UTF-16"),
    (rb"\x7fELF", "a program"),
)
_MAGIC: Final = tuple((re.compile(magic, re.IGNORECASE), words) for magic, words in _KINDS)


def known_kind(data: bytes) -> str | None:
    """Name what some bytes are, where their beginning tells; None where it does not."""
    start = data[:_LOOKED_AT]
    return next((words for magic, words in _MAGIC if magic.match(start)), None)


def described(data: bytes) -> str:
    """Name the kind of some bytes, and how many they are: `an HTML page, 312 bytes`."""
    if not data:
        return "empty, 0 bytes"
    unknown = "binary data" if b"\0" in data[:_LOOKED_AT] else "text"
    return f"{known_kind(data) or unknown}, {len(data)} bytes"
