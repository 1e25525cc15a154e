"""The feed's tarball -> its `.rules` files, in memory: nothing is ever written to a disk.

An archive is taken whole or refused whole. One unsafe member, one byte missing at its end or one
byte too many, and nothing of it is used: a feed that lost rules looks like a smaller feed.
"""

from __future__ import annotations

import gzip
import io
import re
import tarfile
import zlib
from collections import Counter
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Final

from rules_lib.errors import ArchiveError
from rules_lib.feed.members import (
    SUFFIX,
    Header,
    category,
    is_rules,
    named,
    problems,
    refusal,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_GZIP: Final = b"\x1f\x8b"
_BLOCK: Final = tarfile.BLOCKSIZE
_END_MARK: Final = 2 * _BLOCK
_PIECE: Final = 2**20  # bytes that are looked at in one go
_NAMED: Final = 8  # of the categories that come twice
_MARKUP: Final = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*<(?:!doctype|html|head|body|\?xml)\b", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class ArchiveLimits:
    """How large an archive may grow; a real one has 64 members and 33 MB, 8 MB in its largest.

    Attributes:
        unpacked: bytes of the whole tarball once unpacked.
        member: bytes of one member.
        members: members of any kind.
        lines: in all files of rules; a real one has 60,000. A line takes a hundred times the memory
            of its own two bytes.
    """

    unpacked: int = 512 * 2**20
    member: int = 128 * 2**20
    members: int = 4096
    lines: int = 1_500_000


DEFAULT_LIMITS: Final = ArchiveLimits()


@dataclass(frozen=True, slots=True)
class FeedFile:
    """One file of rules; its category is its name without folder and `.rules`."""

    category: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Feed:
    """A feed at hand: people's own files first, then those of its archive.

    The archive is unpacked each time the feed is read, so that of 33 MB only the file that is
    looked at stays in memory.

    Attributes:
        archive: the tarball's bytes.
        own: people's own files.
        limits: see `unpack`.
        source: names the archive in errors.
    """

    archive: bytes
    own: tuple[FeedFile, ...] = ()
    limits: ArchiveLimits = DEFAULT_LIMITS
    source: str = "the archive"

    def __iter__(self) -> Iterator[FeedFile]:
        """Read the files; raises `ArchiveError` before the first of the archive's."""
        yield from self.own
        yield from unpacked(self.archive, self.limits, source=self.source)


def unpack(
    data: bytes, limits: ArchiveLimits = DEFAULT_LIMITS, *, source: str = "the archive"
) -> tuple[FeedFile, ...]:
    """Read all of a tarball's files at once; see `unpacked`."""
    return tuple(unpacked(data, limits, source=source))


def unpacked(
    data: bytes, limits: ArchiveLimits = DEFAULT_LIMITS, *, source: str = "the archive"
) -> Iterator[FeedFile]:
    """Read the `.rules` files of a gzipped (or plain) tarball, whatever folder they stand in.

    All of the archive is checked before the first file is handed over.

    Args:
        data: the tarball's bytes.
        limits: sizes above which the archive is refused; memory stays within them.
        source: names the archive in errors.

    Returns:
        The files, sorted by category, each category once.

    Raises:
        ArchiveError: the archive is empty, no archive, truncated, damaged, too large, unsafe (an
            absolute path, `..`, a link or a device) or has no `.rules` file.
    """
    try:
        _refuse_what_is_no_archive(data)
        tar = _gunzip(data, limits.unpacked) if data.startswith(_GZIP) else data
        files = _files(tar, limits)
        _refuse_repeated(files)
    except ArchiveError as error:
        raise ArchiveError(f"{source}: {error}") from error.__cause__
    in_order = sorted(files, key=category)
    return (
        FeedFile(category(file), tar[file.offset_data : file.offset_data + file.size])
        for file in in_order
    )


def _refuse_what_is_no_archive(data: bytes) -> None:
    if not data:
        raise ArchiveError("empty: 0 bytes instead of a .tar.gz")
    if _MARKUP.match(data):
        raise ArchiveError(
            f"looks like an HTML page, {len(data)} bytes, not a .tar.gz; check the URL"
        )


def _gunzip(data: bytes, limit: int) -> bytes:
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(data)) as stream:
            unpacked = stream.read(limit + 1)
    except EOFError as error:
        raise ArchiveError(f"truncated: the gzip data ends after {len(data)} bytes") from error
    except (gzip.BadGzipFile, zlib.error) as error:
        raise ArchiveError(f"damaged, or followed by something else: {error}") from error
    if len(unpacked) > limit:
        raise ArchiveError(f"unpacks to more than {limit} bytes, the limit")
    return unpacked


def _files(tar: bytes, limits: ArchiveLimits) -> tuple[tarfile.TarInfo, ...]:
    """The members that are files of rules."""
    if len(tar) > limits.unpacked:
        raise ArchiveError(f"{len(tar)} bytes, more than {limits.unpacked}, the limit")
    try:
        with tarfile.open(fileobj=io.BytesIO(tar), mode="r:", tarinfo=Header) as archive:
            members = tuple(_checked(archive, limits))
    except (tarfile.TarError, ValueError, OverflowError, RecursionError) as error:
        raise ArchiveError(f"no tar archive, or one damaged or truncated: {error}") from error
    if not members:
        raise ArchiveError("an empty archive: it has no member")
    _refuse_unended(tar, members[-1])
    files = tuple(member for member in members if is_rules(member))
    if not files:
        raise ArchiveError(f"without any {SUFFIX} file among its {len(members)} members")
    _refuse_too_many_lines(tar, files, limits.lines)
    return files


def _checked(archive: tarfile.TarFile, limits: ArchiveLimits) -> Iterator[tarfile.TarInfo]:
    """Yield each member before the next is read, so that a bad one ends the reading."""
    for number, member in enumerate(islice(archive, limits.members + 1), start=1):
        if number > limits.members:
            raise ArchiveError(f"more than {limits.members} members, the limit")
        for problem in problems(member, limits):
            raise ArchiveError(refusal(member, problem))
        member.pax_headers = {}  # they take 30 times the memory of what they are in the archive
        yield member


def _refuse_unended(tar: bytes, last: tarfile.TarInfo) -> None:
    """`tarfile` takes a damaged header for the end, which would lose the rest in silence."""
    size = last.size if last.isreg() else 0
    end = last.offset_data + -(-size // _BLOCK) * _BLOCK
    if any(tar[at : at + _PIECE].strip(b"\0") for at in range(end, len(tar), _PIECE)):
        raise ArchiveError(
            f"damaged after member {named(last)}: no tar header follows, nor the end"
        )
    if len(tar) - end < _END_MARK:
        raise ArchiveError(f"truncated after member {named(last)}: the tar end mark is missing")


def _refuse_too_many_lines(tar: bytes, files: Iterable[tarfile.TarInfo], limit: int) -> None:
    ends = ((file.offset_data, file.offset_data + file.size) for file in files)
    lines = sum(tar.count(b"\n", *place) for place in ends)
    if lines > limit:
        raise ArchiveError(f"{lines:,} lines of rules, more than {limit:,}, the limit")


def _refuse_repeated(files: Iterable[tarfile.TarInfo]) -> None:
    counts = Counter(map(category, files))
    repeated = sorted(name for name, count in counts.items() if count > 1)
    if repeated:
        more = f" and {len(repeated) - _NAMED} more" if len(repeated) > _NAMED else ""
        raise ArchiveError(f"more than one file for category {', '.join(repeated[:_NAMED])}{more}")
