"""How files begin: the marks by which a kind of file is known, whatever its name is."""

from __future__ import annotations

from typing import Final

UTF8_MARK: Final = b"\xef\xbb\xbf"
"""The byte order mark of UTF-8 (Unicode 15, 23.8): editors write it, and it is not text."""

GZIP: Final = b"\x1f\x8b"
"""RFC 1952, 2.3.1."""

ZIP: Final = b"PK\x03\x04"
"""A zip archive's first member (APPNOTE.TXT 6.3.10, 4.3.7)."""
