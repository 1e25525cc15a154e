"""What makes a member of an archive unsafe, whatever kind of archive it is in."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum, auto
from typing import TYPE_CHECKING, Final

from rules_lib.feed.naming import category_name_problem, is_rules

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from rules_lib.feed.archive_limits import ArchiveLimits

NO_FILE: Final = "is neither a file nor a folder"
_SHOWN: Final = 200  # characters of a name


class MemberKind(Enum):
    """What a member is."""

    FILE = auto()
    FOLDER = auto()
    LINK = auto()
    OTHER = auto()


@dataclass(frozen=True, slots=True)
class Member:
    """One member of an archive, as its header has it.

    Attributes:
        size: bytes, once unpacked.
        link: where it leads to, of a link.
    """

    name: str
    size: int
    kind: MemberKind
    link: str = ""

    @property
    def is_rules(self) -> bool:
        """Whether it is a file of rules."""
        return self.kind is MemberKind.FILE and is_rules(self.name)


@dataclass(frozen=True, slots=True)
class RulesMember:
    """A file of rules in an archive, and how to get at it.

    Attributes:
        name: as the archive has it.
        read: gives its bytes.
        lines: counts its line feeds.
    """

    name: str
    read: Callable[[], bytes]
    lines: Callable[[], int]


def refusal(name: str, problem: str) -> str:
    """Word why an archive is refused for one of its members."""
    return f"member {quoted(name)} {problem}; the archive is refused whole"


def quoted(name: str) -> str:
    """Quote a member's name for people: in one line, cut at 200 characters."""
    return repr(name if len(name) <= _SHOWN else f"{name[:_SHOWN]}…")


def problems(member: Member, limits: ArchiveLimits) -> Iterator[str]:
    """Say what is wrong with a member, in words that follow its name; nothing if all is well."""
    return filter(None, (check(member, limits) for check in _CHECKS))


def _path_problem(member: Member, _: ArchiveLimits) -> str:
    name = member.name.replace("\\", "/")
    if name.startswith("/") or re.match(r"[A-Za-z]:", name):
        return "has an absolute path"
    return "leads out of the archive by '..'" if ".." in name.split("/") else ""


def _kind_problem(member: Member, _: ArchiveLimits) -> str:
    if member.kind is MemberKind.LINK:
        return f"is a link to {quoted(member.link)}" if member.link else "is a link"
    return NO_FILE if member.kind is MemberKind.OTHER else ""


def _size_problem(member: Member, limits: ArchiveLimits) -> str:
    fits = 0 <= member.size <= limits.member
    return "" if fits else f"has {member.size} bytes, the limit is {limits.member}"


def _name_problem(member: Member, _: ArchiveLimits) -> str:
    return category_name_problem(member.name) if member.is_rules else ""


_CHECKS: Final[tuple[Callable[[Member, ArchiveLimits], str], ...]] = (
    _path_problem,
    _kind_problem,
    _size_problem,
    _name_problem,
)
