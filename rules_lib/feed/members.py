"""What makes a member of an archive unsafe; each check is a function in a tuple."""

from __future__ import annotations

import re
import tarfile
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Final, Self

from rules_lib.errors import ArchiveError
from rules_lib.model import LOCAL_PREFIX

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from rules_lib.feed.archive import ArchiveLimits

SUFFIX: Final = ".rules"
"""What a file of rules is called."""

EXTENSION_BYTES: Final = 4_096
"""Size of an extended header: a long name, or what some programs note of a file beside it."""

_BLOCK: Final = tarfile.BLOCKSIZE
_CATEGORY: Final = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]{0,127}")
_PAX: Final = frozenset({tarfile.XHDTYPE, tarfile.XGLTYPE, tarfile.SOLARIS_XHDTYPE})
_EXTENDED: Final = _PAX | {tarfile.GNUTYPE_LONGNAME, tarfile.GNUTYPE_LONGLINK}
_LONG_NUMBER: Final = re.compile(rb"[0-9]{80}")
_FOR_ALL: Final = 64  # records that hold for every member; `git archive` writes one
_NO_FILE: Final = "is neither a file nor a folder"
_SHOWN: Final = 200  # characters of a name


class Header(tarfile.TarInfo):
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
            raise ArchiveError(refusal(header, problem))
        return super().fromtarfile(tarfile)


def _header_problem(header: Header, held: bytes, for_all: int) -> str:
    """Say why `tarfile` is not to follow a header, of which `held` is the content's beginning."""
    if for_all > _FOR_ALL:
        return f"follows more than {_FOR_ALL} records that hold for every member"
    is_pax = header.type in _PAX
    if header.type == tarfile.GNUTYPE_SPARSE or (is_pax and b"GNU.sparse." in held):
        return _NO_FILE
    if header.type in _EXTENDED and not 0 <= header.size <= EXTENSION_BYTES:
        return f"has an extended header of {header.size} bytes, the limit is {EXTENSION_BYTES}"
    if is_pax and _LONG_NUMBER.search(held):
        return "has an extended header that no tar program writes"
    return ""


def refusal(member: tarfile.TarInfo, problem: str) -> str:
    """Word why an archive is refused for one of its members."""
    return f"member {named(member)} {problem}; the archive is refused whole"


def named(member: tarfile.TarInfo) -> str:
    """Quote a member's name for people: in one line, cut at 200 characters."""
    return _quoted(member.name)


def _quoted(name: str) -> str:
    return repr(name if len(name) <= _SHOWN else f"{name[:_SHOWN]}…")


def is_rules(member: tarfile.TarInfo) -> bool:
    """Tell whether a member is a file of rules."""
    return member.isreg() and member.name.endswith(SUFFIX)


def category(member: tarfile.TarInfo) -> str:
    """Name the category of a file of rules: its name without folder and suffix."""
    return PurePosixPath(member.name).name.removesuffix(SUFFIX)


def problems(member: tarfile.TarInfo, limits: ArchiveLimits) -> Iterator[str]:
    """Say what is wrong with a member, in words that follow its name; nothing if all is well."""
    return filter(None, (check(member, limits) for check in _CHECKS))


def _path_problem(member: tarfile.TarInfo, _: ArchiveLimits) -> str:
    name = member.name.replace("\\", "/")
    if name.startswith("/") or re.match(r"[A-Za-z]:", name):
        return "has an absolute path"
    return "leads out of the archive by '..'" if ".." in name.split("/") else ""


def _kind_problem(member: tarfile.TarInfo, _: ArchiveLimits) -> str:
    if member.issym() or member.islnk():
        return f"is a link to {_quoted(member.linkname)}"
    plain = (member.isreg() and not member.issparse()) or member.isdir()
    return "" if plain else _NO_FILE


def _size_problem(member: tarfile.TarInfo, limits: ArchiveLimits) -> str:
    fits = 0 <= member.size <= limits.member
    return "" if fits else f"has {member.size} bytes, the limit is {limits.member}"


def _category_problem(member: tarfile.TarInfo, _: ArchiveLimits) -> str:
    if not is_rules(member):
        return ""
    if category(member).startswith(LOCAL_PREFIX):
        return f"takes a name of people's own rules, which begin with {LOCAL_PREFIX}"
    plain = _CATEGORY.fullmatch(category(member))
    return "" if plain else "gives no plain category name (letters, digits, '_', '.', '-')"


_CHECKS: Final[tuple[Callable[[tarfile.TarInfo, ArchiveLimits], str], ...]] = (
    _path_problem,
    _kind_problem,
    _size_problem,
    _category_problem,
)
