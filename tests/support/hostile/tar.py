"""Tar archives that no tar program would write: headers with any field, and their checksum right.

`tarfile` writes no lies, so headers are put together here, byte by byte as POSIX has them.
"""

from __future__ import annotations

import gzip
from typing import Final

from support.hostile.zip import Entry, zip_of

BLOCK: Final = 512
END: Final = bytes(2 * BLOCK)
RULE: Final = b'alert tcp any any -> any any (msg:"x"; sid:1; rev:1;)\n'
"""What a good member holds."""

KINDS: Final = b"0\x00157xgXLKS2346DMNV9A"
"""Types of members: files and folders, extended headers, and those that may be in no feed."""

KEYS: Final = (
    *(b"path", b"size", b"linkpath", b"mtime", b"uid", b"gname", b"hdrcharset", b"comment"),
    *(b"GNU.sparse.map", b"GNU.sparse.size", b"GNU.sparse.realsize", b"GNU.sparse.major"),
    *(b"GNU.sparse.minor", b"GNU.sparse.name", b"GNU.sparse.numblocks", b"GNU.sparse.offset", b""),
)
"""Keys of pax records that `tarfile` goes by, and some that it does not."""

_NAMES: Final = (
    *(b"a.rules", b"rules/b.rules", b"LICENSE", b"rules/", b"../c.rules", b"/d.rules", b".rules"),
    *(b"rules/local-x.rules", b"e\xff.rules", b"C:\\f.rules", b"g\x1b[2J.rules", b"", b"h.rules/"),
)
_MEMBERS: Final = 40


def header(
    name: bytes, size: int | bytes, kind: bytes = b"0", link: bytes = b"", extra: bytes = b""
) -> bytes:
    """One header block.

    Args:
        name: at most 100 bytes of it.
        size: a number that is written as tar programs do, or the field's twelve bytes.
        kind: the type's one byte.
        link: at most 100 bytes of it.
        extra: what stands behind the link's name, from byte 257 on.
    """
    field = size if isinstance(size, bytes) else octal(size)
    block = bytearray(BLOCK)
    for at, value, most in (
        *((0, name, 100), (100, b"0000644\x00", 8), (108, b"0000000\x00", 8)),
        *((116, b"0000000\x00", 8), (124, field, 12), (136, b"00000000000\x00", 12)),
        *((148, b" " * 8, 8), (156, kind, 1), (157, link, 100)),
        (257, extra or b"ustar\x0000", BLOCK - 257),
    ):
        block[at : at + min(len(value), most)] = value[:most]
    block[148:156] = b"%06o\x00 " % sum(block)
    return bytes(block)


def octal(number: int) -> bytes:
    """A size as most tar programs write it; one that has no room so, in base 256."""
    if 0 <= number < 8**11:
        return b"%011o\x00" % number
    start, rest = (b"\x80", number) if number >= 0 else (b"\xff", number + 256**11)
    return start + (rest % 256**11).to_bytes(11, "big")


def member(name: bytes, data: bytes = RULE, kind: bytes = b"0", link: bytes = b"") -> bytes:
    """A member that says the truth about its size."""
    return header(name, len(data), kind, link) + padded(data)


def padded(data: bytes) -> bytes:
    """Fill up to a whole number of blocks."""
    return data + bytes(-len(data) % BLOCK)


def record(key: bytes, value: bytes) -> bytes:
    """One record of a pax header; its length counts its own digits."""
    length = len(key) + len(value) + 3
    while len(made := b"%d %s=%s\n" % (length, key, value)) != length:
        length = len(made)
    return made


def pax(*records: bytes, kind: bytes = b"x") -> bytes:
    """An extended header with these records."""
    return member(b"././@PaxHeader", b"".join(records), kind)


class _Bytes:
    """Bytes that are used up from the front; when there are no more they are zeros."""

    def __init__(self, data: bytes) -> None:
        self.left = data

    def take(self, number: int) -> bytes:
        taken, self.left = self.left[:number], self.left[number:]
        return taken

    def number(self) -> int:
        return self.take(1)[0] if self.left else 0


def archive_of(data: bytes) -> bytes:
    """Make an archive of any bytes: these themselves, or members that they describe."""
    source = _Bytes(data)
    mode = source.number()
    if mode & 32:
        return _other_form(source, mode)
    made = source.left if mode & 1 else _members(source)
    if mode & 2 and made:
        made = made[: -1 - source.number() % 8] if mode & 4 else made + END
    packed = gzip.compress(made, compresslevel=1, mtime=0) if mode & 8 else made
    return packed[:-1] if mode & 16 and mode & 8 else packed


def _other_form(source: _Bytes, mode: int) -> bytes:
    """A zip archive of members that the bytes describe, or one plain file, packed or not."""
    if not mode & 64:
        made = RULE * (mode & 1) + source.left
        return gzip.compress(made, compresslevel=1, mtime=0) if mode & 8 else made
    entries = list[Entry]()
    while source.left and len(entries) < _MEMBERS:
        entries.append(_entry(source))
    count = source.number() if mode & 2 else None
    return zip_of(*entries, count=count, comment=source.take(mode & 7))


def _entry(source: _Bytes) -> Entry:
    told, lies = source.number(), source.number()
    return Entry(
        name=source.take(told >> 2) if told & 1 else _NAMES[told % len(_NAMES)],
        data=source.take(source.number()),
        method=(8, 8, 0, source.number())[lies & 3],
        mode=source.number() << 8 if lies & 4 else 0,
        flags=source.number() if lies & 8 else 0x800,
        size=source.number() if lies & 16 else None,
        at=source.number() if lies & 32 else None,
        packed=source.take(source.number()) if lies & 64 else None,
    )


def _members(source: _Bytes) -> bytes:
    made = list[bytes]()
    while source.left and len(made) < _MEMBERS:
        made.append(_member(source))
    return b"".join(made)


def _member(source: _Bytes) -> bytes:
    choice = source.number()
    kind = bytes([KINDS[choice % len(KINDS)]])
    told = source.number()
    name = source.take(told >> 2) if told & 1 else _NAMES[told % len(_NAMES)]
    body = _records(source) if kind in b"xgX" and told & 2 else source.take(source.number())
    if choice < 128:
        return header(name, len(body), kind, link=b"/etc/passwd" * (told & 1)) + padded(body)
    size = source.take(12) if choice & 1 else octal(int.from_bytes(source.take(9), signed=True))
    return header(name, size, kind, extra=source.take(source.number())) + padded(body)


def _records(source: _Bytes) -> bytes:
    made = []
    for _ in range(source.number() % 6):
        key, length = KEYS[source.number() % len(KEYS)], source.number()
        value = b"9" * (length * 7) if length > 200 else source.take(length)
        made.append(b"%d %s=%s\n" % (length, key, value) if length & 1 else record(key, value))
    return b"".join(made)
