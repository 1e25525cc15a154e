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
    (rb"\x7fELF|MZ", "a program"),
)
_MAGIC: Final = tuple((re.compile(magic, re.IGNORECASE), words) for magic, words in _KINDS)


def described(data: bytes) -> str:
    """Name the kind of some bytes, and how many they are: `an HTML page, 312 bytes`."""
    if not data:
        return "empty, 0 bytes"
    start = data[:_LOOKED_AT]
    known = (words for magic, words in _MAGIC if magic.match(start))
    kind = next(known, "binary data" if b"\0" in start else "text")
    return f"{kind}, {len(data)} bytes"
