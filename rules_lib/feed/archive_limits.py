"""How large a feed may be: what is larger is refused before it fills the memory."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ArchiveLimits:
    """How large an archive may grow; a real one has 64 members and 33 MB, 8 MB in its largest.

    Attributes:
        unpacked: bytes of the whole once unpacked.
        member: bytes of one file in it.
        members: members of any kind.
        lines: in all files of rules; a real one has 60,000. A line takes a hundred times the memory
            of its own two bytes.
    """

    unpacked: int = 512 * 2**20
    member: int = 128 * 2**20
    members: int = 4096
    lines: int = 1_500_000
