"""What files of rules are called, and the categories that they become.

A name out of an archive is never used as a path. An odd one, with spaces or letters of any script,
costs nothing: its category is made of what is plain in it.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections import Counter
from typing import TYPE_CHECKING, Final

from rules_lib.errors import ArchiveError
from rules_lib.model import LOCAL_PREFIX, is_local
from rules_lib.text import first_of, visible

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

SUFFIX: Final = ".rules"
"""What a file of rules is called, in any case."""

_ENDINGS: Final = re.compile(r"(?:\.rules|\.txt)?(?:\.gz)?\Z", re.IGNORECASE)
_CATEGORY: Final = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]{0,127}")
_ODD: Final = re.compile(r"[^A-Za-z0-9._]+")
_MADE: Final = 100  # characters
_DIGITS: Final = 8
_NAMED: Final = 8  # of the categories that come twice
_HALVES: Final = re.compile("[\udc80-\udcff]")
"""Bytes that are no UTF-8, as Python keeps them: letters of an older encoding."""


def parts(name: str) -> list[str]:
    """Folders and file of a member's name; Windows parts them by backslashes."""
    return [part for part in name.replace("\\", "/").split("/") if part not in {"", "."}]


def is_rules(name: str) -> bool:
    """Whether a member's name is that of a file of rules.

    What macOS and other systems hide beside a file is none: `__MACOSX/`, `._x.rules`, `.git/`.
    """
    found = parts(name)
    hidden = any(part.startswith(".") or part == "__MACOSX" for part in found)
    return bool(found) and found[-1].lower().endswith(SUFFIX) and not hidden


def category_name_problem(name: str) -> str:
    """Say why no category can be named after a file of rules; nothing if one can."""
    stem = _stem(name)
    if visible(_HALVES.sub("", stem)) != _HALVES.sub("", stem):
        return "has invisible characters in its name"
    if is_local(_made(stem)):
        return f"has a name reserved for your own rules, which begin with {LOCAL_PREFIX}"
    return ""


def categories_of_files(names: Sequence[str]) -> Mapping[str, str]:
    """Name the category of each file of rules: its name without folder and suffix, made plain.

    Where two odd names become the same category, or that of a plain name, they get a few digits of
    their checksum behind them.

    Raises:
        ArchiveError: two files have the very same name, in different folders.
    """
    stems = {name: _stem(name) for name in names}
    taken = Counter(_made(stem) for stem in stems.values())
    made = {name: _apart(stem, taken) for name, stem in stems.items()}
    counts = Counter(made[name] for name in names)
    repeated = sorted(one for one, count in counts.items() if count > 1)
    if repeated:
        raise ArchiveError(f"more than one file for category {first_of(repeated, _NAMED)}")
    return made


def plain_category(name: str) -> str:
    """Name the category of a feed that is one plain file, by the file's name.

    Raises:
        ArchiveError: it takes a name reserved for your own rules.
    """
    stem = _ENDINGS.sub("", parts(name)[-1]) if parts(name) else ""
    if problem := category_name_problem(f"{stem}{SUFFIX}"):
        raise ArchiveError(f"the file {problem}")
    return _made(stem) if stem else "feed"


def _stem(name: str) -> str:
    return parts(name)[-1][: -len(SUFFIX)]


def _made(stem: str) -> str:
    if _CATEGORY.fullmatch(stem):
        return stem
    letters = unicodedata.normalize("NFKD", stem).encode("ascii", "ignore").decode()
    made = re.sub(r"-{2,}", "-", _ODD.sub("-", letters)).strip("-.")
    if made and len(made) <= _MADE:
        return made
    return f"{made[:_MADE] or 'file'}-{_digest(stem)}"


def _apart(stem: str, taken: Mapping[str, int]) -> str:
    made = _made(stem)
    return made if made == stem or taken[made] == 1 else f"{made}-{_digest(stem)}"


def _digest(stem: str) -> str:
    return hashlib.sha256(stem.encode("utf-8", "surrogatepass")).hexdigest()[:_DIGITS]
