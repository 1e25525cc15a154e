"""People's own files of rules: `local/<file>.rules`, in the bucket or in a folder, as categories.

What lies there and is not read is told, so that no rule is lost to the name of its file.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final
from unicodedata import normalize

from rules_lib.bucket import LOCAL, own_key
from rules_lib.errors import RefusedError
from rules_lib.feed.naming import SUFFIX
from rules_lib.model import LOCAL_PREFIX, FeedFile
from rules_lib.text import count

if TYPE_CHECKING:
    from rules_lib.aws.store import Store

_LONGEST: Final = 240  # a group's tag, `local-<file>:<part>`, has at most 256 characters
_NAMED: Final = 8


@dataclass(frozen=True, slots=True)
class Unread:
    """A file, or a folder (its name ends in a slash), that lies there and is not read."""

    name: str
    why: str


@dataclass(frozen=True, slots=True)
class OwnFiles:
    """What people have of their own.

    Attributes:
        files: each a category `local-<file>`, in the order of their names.
        folder: where they lie, as people know it; ends in a slash.
        unread: what else lies there, but for hidden files.
    """

    files: tuple[FeedFile, ...] = ()
    folder: str = ""
    unread: tuple[Unread, ...] = ()

    @property
    def sha256(self) -> str:
        """Identifies what is read: names and bytes."""
        digest = hashlib.sha256()
        for file in self.files:
            digest.update(f"{file.category}\0{len(file.data)}\0".encode() + file.data)
        return digest.hexdigest()

    @property
    def warnings(self) -> tuple[str, ...]:
        """A line for each of the first that are not read; the others are counted."""
        named = (f"{self.folder}{one.name} is not read: {one.why}" for one in self.unread[:_NAMED])
        more = len(self.unread) - _NAMED
        if more <= 0:
            return tuple(named)
        files, are = ("file", "is") if more == 1 else ("files", "are")
        return (*named, f"and {count(more)} more {files} below {self.folder} {are} not read")


def own_in_bucket(store: Store) -> OwnFiles:
    """People's own rules in the bucket.

    Raises:
        StoreError: the bucket cannot be read.
        RefusedError: two files come to one category.
    """
    names = (entry.key.removeprefix(LOCAL) for entry in store.entries(LOCAL))
    folder = f"s3://{store.bucket}/{LOCAL}"
    return _own(names, folder, lambda name: store.get(own_key(name)))


def own_in_folder(folder: Path) -> OwnFiles:
    """People's own rules as they lie in a folder before they are uploaded.

    Raises:
        OSError: the folder or one of its files cannot be read.
        RefusedError: two files come to one category.
    """
    names = (f"{path.name}/" if path.is_dir() else path.name for path in folder.iterdir())
    return _own(names, f"{folder}/", lambda name: (folder / name).read_bytes())


def _own(names: Iterable[str], folder: str, data_of: Callable[[str], bytes]) -> OwnFiles:
    """Read those of the names that are own rules.

    Args:
        names: of files, with the folders below in which they stand; of folders, with a slash.
        folder: where they lie.
        data_of: reads a file by its name.
    """
    told = {name: _why_unread(name) for name in sorted(set(map(_top, names))) if _counts(name)}
    taken = [name for name, why in told.items() if not why]
    if clashes := tuple(_clashes(taken)):
        lines = (f"  {folder}{one} and {folder}{other}" for one, other in clashes)
        raise RefusedError(
            "of your own files have the same category, because their names differ only in letter "
            "case or in how an accent is stored; rename or remove one of each",
            "\n".join(lines),
        )
    return OwnFiles(
        files=tuple(FeedFile(category_of(name), data_of(name)) for name in taken),
        folder=folder,
        unread=tuple(Unread(name, why) for name, why in told.items() if why),
    )


def category_of(name: str) -> str:
    """The category of a file of people's own: `ours.rules` is `local-ours`."""
    return f"{LOCAL_PREFIX}{name.removesuffix(SUFFIX)}"


def own_file_name(category: str) -> str:
    """The file of a category of people's own: `local-ours` is `ours.rules`."""
    return f"{category.removeprefix(LOCAL_PREFIX)}{SUFFIX}"


def _top(name: str) -> str:
    """A file that stands in a folder below is told as that folder."""
    first, slash, _ = name.partition("/")
    return first + slash


def _counts(name: str) -> bool:
    """Whether anybody may mean it as rules: hidden files are of editors and systems."""
    return bool(name) and not (name.startswith(".") and not name.endswith(SUFFIX))


def _why_unread(name: str) -> str:
    """Why a file is not read, and what to do; empty where it is read."""
    stem = name.removesuffix(SUFFIX)
    if name.endswith("/"):
        return "it is a folder; put its files beside it"
    if name.startswith("."):
        return "its name begins with a dot"
    if not name.endswith(SUFFIX):
        small = f", in small letters: {name[: -len(SUFFIX)]}{SUFFIX}"
        is_case = name.lower().endswith(SUFFIX)
        return f"its name must end in {SUFFIX}{small if is_case else ''}"
    if len(stem) > _LONGEST:
        return f"its name is longer than {_LONGEST} characters"
    return "" if stem.isprintable() else "its name has a character that cannot be printed"


def _clashes(names: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Names that differ in nothing that people see in every font and on every disk."""
    first: dict[str, str] = {}
    for name in names:
        one = first.setdefault(normalize("NFC", name).casefold(), name)
        if one != name:
            yield one, name
