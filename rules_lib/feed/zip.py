"""A zip archive -> the files of rules in it.

`zipfile` reads the directory, within bounds that are looked at first. What is in a member is
inflated here, since `zipfile` believes the sizes that the directory gives: one that lies would hand
over half a file, or the same bytes under many names [CVE-2024-0450].
"""

from __future__ import annotations

import io
import stat
import struct
import zipfile
import zlib
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from rules_lib.errors import ArchiveError
from rules_lib.facts.magic import ZIP
from rules_lib.feed.members import Member, MemberKind, RulesMember, problems, refusal

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from rules_lib.feed.archive_limits import ArchiveLimits

MAGIC: Final = (ZIP, b"PK\x05\x06")
"""How an archive begins; the second is one without members."""

_END: Final = struct.Struct("<4s4H2LH")
_LONGEST_COMMENT: Final = 2**16 - 1
_LOCAL: Final = struct.Struct("<4s22x2H")
_ENTRY: Final = 1_024  # bytes in the directory that a member has on average, at most
_ENCRYPTED: Final = 0x2041  # bits of the flags: itself, strongly, the directory
_READ: Final = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})
_BROKEN: Final = (
    zipfile.BadZipFile,
    NotImplementedError,  # a version that zipfile does not know
    ValueError,
    OverflowError,
    EOFError,
    struct.error,
)


@dataclass(frozen=True, slots=True)
class _Place:
    """A member, and where its bytes lie."""

    info: zipfile.ZipInfo
    header: int
    start: int

    @property
    def end(self) -> int:
        return self.start + self.info.compress_size


def zip_files(data: bytes, limits: ArchiveLimits) -> tuple[RulesMember, ...]:
    """The files of rules in a zip archive, all of whose members were looked at.

    Raises:
        ArchiveError: it is damaged, truncated, too large or unsafe.
    """
    directory = _directory(data, limits)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            infos = archive.infolist()
    except _BROKEN as error:
        raise ArchiveError(f"a zip archive that is damaged: {type(error).__name__}") from error
    if not infos:
        raise ArchiveError("an empty archive: it has no member")
    if len(infos) > limits.members:
        raise ArchiveError(f"more than {limits.members} members, the limit")
    _refuse_unsafe(infos, limits)
    places = sorted((_place(data, info) for info in infos), key=lambda place: place.header)
    _refuse_overlaps(places, directory)
    files = tuple(_held(data, place) for place in places if _member(place.info).is_rules)
    if not files:
        raise ArchiveError(f"without any .rules file among its {len(infos)} members")
    return files


def _directory(data: bytes, limits: ArchiveLimits) -> int:
    """Where the directory begins; it must reach to the archive's end, and be of a sane size."""
    at = data.rfind(MAGIC[1], max(0, len(data) - _END.size - _LONGEST_COMMENT))
    if at < 0 or len(data) - at < _END.size:
        raise ArchiveError("a zip archive that is damaged or truncated: its end is missing")
    *_, size, start, comment = _END.unpack_from(data, at)
    if at + _END.size + comment != len(data):
        raise ArchiveError("a zip archive that is damaged: its end is not where it says")
    if start + size != at:
        raise ArchiveError("a zip archive that is damaged, or of the form for more than 4 GB")
    if size > limits.members * _ENTRY:
        raise ArchiveError(f"a zip archive with a directory of {size} bytes, more than any feed's")
    return int(start)


def _refuse_unsafe(infos: Iterable[zipfile.ZipInfo], limits: ArchiveLimits) -> None:
    total = 0
    for info in infos:
        for problem in _problems(info, limits):
            raise ArchiveError(refusal(info.orig_filename, problem))
        total += info.file_size
    if total > limits.unpacked:
        raise ArchiveError(f"unpacks to more than {limits.unpacked} bytes, the limit")


def _problems(info: zipfile.ZipInfo, limits: ArchiveLimits) -> Iterator[str]:
    yield from problems(_member(info), limits)
    if info.flag_bits & _ENCRYPTED:
        yield "is encrypted"
    if info.compress_type not in _READ:
        yield f"is compressed by method {info.compress_type}; accepted: deflate and stored"


def _member(info: zipfile.ZipInfo) -> Member:
    name, form = info.orig_filename, stat.S_IFMT(info.external_attr >> 16)
    if form == stat.S_IFLNK:
        return Member(name, info.file_size, MemberKind.LINK)
    if form not in {0, stat.S_IFREG, stat.S_IFDIR}:
        return Member(name, info.file_size, MemberKind.OTHER)
    folder = name.endswith(("/", "\\")) or form == stat.S_IFDIR
    return Member(name, info.file_size, MemberKind.FOLDER if folder else MemberKind.FILE)


def _place(data: bytes, info: zipfile.ZipInfo) -> _Place:
    at = info.header_offset
    if not 0 <= at <= len(data) - _LOCAL.size:
        raise ArchiveError(refusal(info.orig_filename, "is outside the archive"))
    magic, name, extra = _LOCAL.unpack_from(data, at)
    if magic != MAGIC[0]:
        raise ArchiveError(refusal(info.orig_filename, "is not where the directory says"))
    return _Place(info, at, at + _LOCAL.size + name + extra)


def _refuse_overlaps(places: list[_Place], directory: int) -> None:
    for place, following in pairwise(places):
        if place.end > following.header:
            raise ArchiveError(refusal(place.info.orig_filename, "overlaps another"))
    if places[-1].end > directory:
        raise ArchiveError(refusal(places[-1].info.orig_filename, "reaches into the directory"))


def _held(data: bytes, place: _Place) -> RulesMember:
    return RulesMember(
        place.info.orig_filename,
        lambda: _content(data, place),
        lambda: _content(data, place).count(b"\n"),
    )


def _content(data: bytes, place: _Place) -> bytes:
    """A member's bytes, exactly as many as the directory says, with its checksum."""
    packed = memoryview(data)[place.start : place.end]
    deflated = place.info.compress_type == zipfile.ZIP_DEFLATED
    content = _inflated(packed, place.info.file_size) if deflated else bytes(packed)
    if content is None or _is_other(content, place.info):
        raise ArchiveError(refusal(place.info.orig_filename, "is damaged"))
    return content


def _is_other(content: bytes, info: zipfile.ZipInfo) -> bool:
    return len(content) != info.file_size or zlib.crc32(content) != info.CRC


def _inflated(packed: memoryview, size: int) -> bytes | None:
    """Unpack, one byte more than there should be at most; None where it does not end there."""
    stream = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        content = stream.decompress(packed, size + 1)
    except zlib.error:
        return None
    return content if stream.eof and not stream.unused_data else None
