"""Zip archives that no program would write: every field may lie, and the checksums are right.

`zipfile` writes no lies, so archives are put together here, byte by byte as APPNOTE.TXT has them.
"""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass, field
from typing import Final

RULE: Final = b'alert tcp any any -> any any (msg:"x"; sid:1; rev:1;)\n'
"""What a good member holds."""

_LOCAL: Final = struct.Struct("<4s5H3L2H")
_CENTRAL: Final = struct.Struct("<4s6H3L5H2L")
_END: Final = struct.Struct("<4s4H2LH")


@dataclass(frozen=True, slots=True)
class Entry:
    """A member, and what its headers say of it.

    Attributes:
        method: 8 deflated, 0 stored, and what else is claimed.
        mode: of Unix, which says what kind of file it is.
        flags: 1 encrypted, 0x800 the name is UTF-8.
        size: what it claims to have once unpacked; left out, the truth.
        crc: likewise.
        at: where its local header is claimed to be; left out, the truth.
        packed: what is stored in place of the deflated data.
    """

    name: bytes = b"rules/good.rules"
    data: bytes = RULE
    method: int = 8
    mode: int = 0
    flags: int = 0x800
    size: int | None = None
    crc: int | None = None
    at: int | None = None
    packed: bytes | None = None
    extra: bytes = field(default=b"")

    def stored(self) -> bytes:
        """What lies in the archive."""
        if self.packed is not None:
            return self.packed
        return deflated(self.data) if self.method == 8 else self.data

    def facts(self) -> tuple[int, int, int, int, int, int]:
        """Flags, method, time and checksum, sizes, as both headers have them."""
        crc = zlib.crc32(self.data) if self.crc is None else self.crc
        size = len(self.data) if self.size is None else self.size
        return self.flags, self.method, 0, crc, len(self.stored()) & 0xFFFFFFFF, size & 0xFFFFFFFF


def deflated(data: bytes) -> bytes:
    """Compress as zip archives have it, without a frame."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    return packer.compress(data) + packer.flush()


def zip_of(
    *entries: Entry,
    count: int | None = None,
    directory: int | None = None,
    start: int | None = None,
    comment: bytes = b"",
    claimed: int | None = None,
) -> bytes:
    """Put an archive together.

    Args:
        entries: its members.
        count: of members, as its end claims.
        directory: bytes of the directory, likewise.
        start: where the directory begins, likewise.
        comment: what stands behind its end.
        claimed: how long that is, as its end claims.
    """
    body, central = bytearray(), bytearray()
    for entry in entries:
        flags, method, time, crc, packed, size = entry.facts()
        at = len(body) if entry.at is None else entry.at
        body += _LOCAL.pack(
            *(b"PK\x03\x04", 20, flags, method, time, 33, crc, packed, size, len(entry.name), 0)
        )
        body += entry.name + entry.stored()
        central += _CENTRAL.pack(
            *(b"PK\x01\x02", 0x0314, 20, flags, method, time, 33, crc, packed, size),
            *(len(entry.name), len(entry.extra), 0, 0, 0, entry.mode << 16, at),
        )
        central += entry.name + entry.extra
    number = len(entries) if count is None else count
    end = _END.pack(
        *(b"PK\x05\x06", 0, 0, number, number),
        len(central) if directory is None else directory,
        len(body) if start is None else start,
        len(comment) if claimed is None else claimed,
    )
    return bytes(body + central) + end + comment
