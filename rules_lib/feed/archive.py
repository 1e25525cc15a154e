"""A feed's archive -> its files of rules, in memory: nothing is ever written to a disk.

What it is, a tarball, a zip archive or one plain file, packed or not, is told by its content: names
lie. It is taken whole or refused whole. One unsafe member, one byte missing at its end or one byte
too many, and nothing of it is used: a feed that lost rules looks like a smaller feed.
"""

from __future__ import annotations

import gzip
import io
import re
import zlib
from dataclasses import dataclass
from enum import StrEnum
from operator import itemgetter
from typing import TYPE_CHECKING, Final

from rules_lib.errors import ArchiveError
from rules_lib.facts.magic import GZIP, UTF8_MARK
from rules_lib.facts.suricata import ACTION_FORM
from rules_lib.feed.archive_limits import ArchiveLimits
from rules_lib.feed.described import described, known_kind
from rules_lib.feed.members import RulesMember
from rules_lib.feed.naming import SUFFIX, categories_of_files, plain_category
from rules_lib.feed.tar import tar_files
from rules_lib.feed.zip import MAGIC, zip_files
from rules_lib.model import FeedFile

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_TAR_MAGIC: Final = b"ustar"
_TAR_MAGIC_AT: Final = 257
_RULE: Final = re.compile(
    rb"^(?:" + UTF8_MARK + rb")?[ \t#]*+"
    rb"(?:" + ACTION_FORM.encode() + rb")[ \t]++\S++[^\r\n(]*+\(",
    re.MULTILINE,
)
"""A rule, disabled or not, as far as it must be one for its file to be no page of a web server."""
_TAKEN: Final = "accepted: .tar.gz, .tgz, .tar, .zip, .rules and .rules.gz"


class Form(StrEnum):
    """What a feed's archive is, as its name ends where we store it."""

    TAR_GZ = "tar.gz"
    TAR = "tar"
    ZIP = "zip"
    RULES = "rules"
    RULES_GZ = "rules.gz"


DEFAULT_LIMITS: Final = ArchiveLimits()


@dataclass(frozen=True, slots=True)
class Opened:
    """An archive that was looked at and is safe to read.

    Attributes:
        form: what it is.
        held: its files of rules by category, in order.
    """

    form: Form
    held: tuple[tuple[str, RulesMember], ...]

    def __iter__(self) -> Iterator[FeedFile]:
        """Read the files, one at a time."""
        for name, file in self.held:
            yield FeedFile(name, file.read())

    @property
    def name(self) -> str:
        """What it is called where we store it; a plain file's name is its category."""
        plain = self.form in {Form.RULES, Form.RULES_GZ}
        return f"{self.held[0][0]}.{self.form}" if plain else f"emerging.rules.{self.form}"


@dataclass(frozen=True, slots=True)
class Archive:
    """A release's archive at hand.

    It is unpacked each time its files are read, so that of 33 MB only the file that is looked at
    stays in memory.

    Attributes:
        data: its bytes.
        limits: see `opened`.
        source: names it in errors.
        name: of its file.
    """

    data: bytes
    limits: ArchiveLimits = DEFAULT_LIMITS
    source: str = "the archive"
    name: str = ""

    def __iter__(self) -> Iterator[FeedFile]:
        """Read the files; raises `ArchiveError` before the first."""
        yield from opened(self.data, self.limits, source=self.source, name=self.name)


def unpack(
    data: bytes,
    limits: ArchiveLimits = DEFAULT_LIMITS,
    *,
    source: str = "the archive",
    name: str = "",
) -> tuple[FeedFile, ...]:
    """Read all of an archive's files at once; see `opened`."""
    return tuple(opened(data, limits, source=source, name=name))


def opened(
    data: bytes,
    limits: ArchiveLimits = DEFAULT_LIMITS,
    *,
    source: str = "the archive",
    name: str = "",
) -> Opened:
    """Look at all of an archive, so that its `.rules` files can be read, whatever folder is theirs.

    Args:
        data: its bytes.
        limits: sizes above which it is refused; memory stays within them.
        source: names it in errors.
        name: of the file, by which the category of a plain one is called.

    Returns:
        The files, sorted by category, each category once.

    Raises:
        ArchiveError: it is empty, no archive and no file of rules, truncated, damaged, too large,
            unsafe (an absolute path, `..`, a link, a device, encrypted) or has no `.rules` file.
    """
    try:
        form, files = _files(data, limits, name)
        named = categories_of_files([file.name for file in files])
        _refuse_too_many_lines(files, limits.lines)
    except ArchiveError as error:
        raise ArchiveError(f"{source}: {error}") from error.__cause__
    held = ((named[file.name], file) for file in files)
    return Opened(form, tuple(sorted(held, key=itemgetter(0))))


def _files(data: bytes, limits: ArchiveLimits, name: str) -> tuple[Form, tuple[RulesMember, ...]]:
    if not data:
        raise ArchiveError(f"empty: 0 bytes; {_TAKEN}")
    if data.startswith(MAGIC):
        return Form.ZIP, zip_files(data, limits)
    packed = data.startswith(GZIP)
    content = _gunzip(data, limits.unpacked) if packed else data
    if len(content) > limits.unpacked:
        raise ArchiveError(f"{len(content)} bytes, more than {limits.unpacked}, the limit")
    if _is_tar(content):
        return Form.TAR_GZ if packed else Form.TAR, tar_files(content, limits)
    return Form.RULES_GZ if packed else Form.RULES, (_plain(content, limits, name),)


def _is_tar(content: bytes) -> bool:
    """Whether it is to be read as a tarball; one that is damaged too, whose headers have zeros."""
    marked = content.startswith(_TAR_MAGIC, _TAR_MAGIC_AT)
    return marked or (b"\0" in content and known_kind(content) is None)


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


def _plain(content: bytes, limits: ArchiveLimits, name: str) -> RulesMember:
    """A feed that is one file of rules, as many publishers have it."""
    if known_kind(content) or not _RULE.search(content):
        raise ArchiveError(f"{described(content)}, not a feed: {_TAKEN}")
    if len(content) > limits.member:
        raise ArchiveError(f"has {len(content)} bytes, the limit is {limits.member}")
    return RulesMember(
        f"{plain_category(name)}{SUFFIX}", lambda: content, lambda: content.count(b"\n")
    )


def _refuse_too_many_lines(files: Iterable[RulesMember], limit: int) -> None:
    lines = sum(file.lines() for file in files)
    if lines > limit:
        raise ArchiveError(f"{lines:,} lines of rules, more than {limit:,}, the limit")
