"""A tarball -> the files of rules in it, every header looked at before `tarfile` goes by it."""

from __future__ import annotations

import io
import re
import tarfile
from itertools import islice
from typing import TYPE_CHECKING, Final, Self

from rules_lib.errors import ArchiveError
from rules_lib.feed.members import (
    NO_FILE,
    Member,
    MemberKind,
    RulesMember,
    problems,
    quoted,
    refusal,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rules_lib.feed.archive_limits import ArchiveLimits

EXTENSION_BYTES: Final = 4_096
"""Size of an extended header: a long name, or what some programs note of a file beside it."""

_BLOCK: Final = tarfile.BLOCKSIZE
_END_MARK: Final = 2 * _BLOCK
_PIECE: Final = 2**20  # bytes that are looked at in one go
_PAX: Final = frozenset({tarfile.XHDTYPE, tarfile.XGLTYPE, tarfile.SOLARIS_XHDTYPE})
_EXTENDED: Final = _PAX | {tarfile.GNUTYPE_LONGNAME, tarfile.GNUTYPE_LONGLINK}
_LONG_NUMBER: Final = re.compile(rb"[0-9]{80}")
_FOR_ALL: Final = 64  # records that hold for every member; `git archive` writes one


class MemberHeader(tarfile.TarInfo):
    """A header that is looked at before `tarfile` goes by it.

    What extended headers hold `tarfile` reads and follows before anybody sees their member. Python
    3.11.7 sets no bound to it, raises errors of any kind over sizes that no archive has, and takes
    hours over a number of a million digits [CVE-2024-6232].
    """

    @classmethod
    def fromtarfile(cls, tarfile: tarfile.TarFile) -> Self:
        """Read the next header, as `tarfile` calls it; raises `ArchiveError` for an unsafe one."""
        stream = tarfile.fileobj
        start = stream.tell()
        header = cls.frombuf(stream.read(_BLOCK), tarfile.encoding, tarfile.errors or "strict")
        held = stream.read(min(max(header.size, 0), EXTENSION_BYTES))
        stream.seek(start)
        if problem := _header_problem(header, held, len(tarfile.pax_headers)):
            raise ArchiveError(refusal(header.name, problem))
        return super().fromtarfile(tarfile)


def _header_problem(header: MemberHeader, held: bytes, for_all: int) -> str:
    """Say why `tarfile` is not to follow a header, of which `held` is the content's beginning."""
    if for_all > _FOR_ALL:
        return f"follows more than {_FOR_ALL} records that hold for every member"
    is_pax = header.type in _PAX
    if header.type == tarfile.GNUTYPE_SPARSE or (is_pax and b"GNU.sparse." in held):
        return NO_FILE
    if header.type in _EXTENDED and not 0 <= header.size <= EXTENSION_BYTES:
        return f"has an extended header of {header.size} bytes, the limit is {EXTENSION_BYTES}"
    if is_pax and _LONG_NUMBER.search(held):
        return "has an extended header that no tar program writes"
    return ""


def tar_files(tar: bytes, limits: ArchiveLimits) -> tuple[RulesMember, ...]:
    """The files of rules in a tarball, all of whose members were looked at.

    Raises:
        ArchiveError: it is no tarball, damaged, truncated, too large or unsafe.
    """
    try:
        with tarfile.open(fileobj=io.BytesIO(tar), mode="r:", tarinfo=MemberHeader) as archive:
            members = tuple(_checked(archive, limits))
    except (tarfile.TarError, ValueError, OverflowError, RecursionError) as error:
        raise ArchiveError(f"not a tar archive, or damaged or truncated: {error}") from error
    if not members:
        raise ArchiveError("an empty archive: it has no member")
    _refuse_unended(tar, members[-1])
    files = tuple(_held(tar, info) for info in members if _member(info).is_rules)
    if not files:
        raise ArchiveError(f"without any .rules file among its {len(members)} members")
    return files


def _checked(archive: tarfile.TarFile, limits: ArchiveLimits) -> Iterator[tarfile.TarInfo]:
    """Yield each member before the next is read, so that a bad one ends the reading."""
    for number, info in enumerate(islice(archive, limits.members + 1), start=1):
        if number > limits.members:
            raise ArchiveError(f"more than {limits.members} members, the limit")
        for problem in problems(_member(info), limits):
            raise ArchiveError(refusal(info.name, problem))
        info.pax_headers = {}  # they take 30 times the memory of what they are in the archive
        yield info


def _member(info: tarfile.TarInfo) -> Member:
    if info.issym() or info.islnk():
        return Member(info.name, info.size, MemberKind.LINK, info.linkname)
    if info.isdir():
        return Member(info.name, info.size, MemberKind.FOLDER)
    plain = info.isreg() and not info.issparse()
    return Member(info.name, info.size, MemberKind.FILE if plain else MemberKind.OTHER)


def _held(tar: bytes, info: tarfile.TarInfo) -> RulesMember:
    start, end = info.offset_data, info.offset_data + info.size
    return RulesMember(info.name, lambda: tar[start:end], lambda: tar.count(b"\n", start, end))


def _refuse_unended(tar: bytes, last: tarfile.TarInfo) -> None:
    """`tarfile` takes a damaged header for the end, which would lose the rest in silence."""
    size = last.size if last.isreg() else 0
    end = last.offset_data + -(-size // _BLOCK) * _BLOCK
    if any(tar[at : at + _PIECE].strip(b"\0") for at in range(end, len(tar), _PIECE)):
        raise ArchiveError(
            f"damaged after member {quoted(last.name)}: no tar header follows, nor the end"
        )
    if len(tar) - end < _END_MARK:
        raise ArchiveError(
            f"truncated after member {quoted(last.name)}: the tar end mark is missing"
        )
