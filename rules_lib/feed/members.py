"""What makes a member of an archive unsafe; each check is a function in a tuple."""

from __future__ import annotations

import re
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import tarfile
    from collections.abc import Callable, Iterator

    from rules_lib.feed.archive import ArchiveLimits

SUFFIX: Final = ".rules"
"""What a file of rules is called."""

_CATEGORY: Final = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]{0,127}")


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
        return f"is a link to {member.linkname!r}"
    plain = (member.isreg() and not member.issparse()) or member.isdir()
    return "" if plain else "is neither a file nor a folder"


def _size_problem(member: tarfile.TarInfo, limits: ArchiveLimits) -> str:
    fits = 0 <= member.size <= limits.member
    return "" if fits else f"has {member.size} bytes, the limit is {limits.member}"


def _category_problem(member: tarfile.TarInfo, _: ArchiveLimits) -> str:
    plain = not is_rules(member) or _CATEGORY.fullmatch(category(member))
    return "" if plain else "gives no plain category name (letters, digits, '_', '.', '-')"


_CHECKS: Final[tuple[Callable[[tarfile.TarInfo, ArchiveLimits], str], ...]] = (
    _path_problem,
    _kind_problem,
    _size_problem,
    _category_problem,
)
