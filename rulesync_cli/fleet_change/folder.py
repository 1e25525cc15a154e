"""A folder of the bucket is made like another one, object by object, whatever is there already."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from rules_lib.bucket import ASKED, COPIED_FROM, REMOVED, TURN, target_key
from rules_lib.errors import ContendedError, StoreError
from rules_lib.text import count, counted

if TYPE_CHECKING:
    from rules_lib.aws.store import Store

_ATTEMPTS: Final = 5
_GONE: Final = "NoSuchKey"

OF_THE_FOLDER: Final = (TURN, ASKED, COPIED_FROM, REMOVED)
"""What is said of a folder itself, and not of what a target has in force."""


@dataclass(frozen=True, slots=True)
class Folder:
    """A part of the bucket that has what the bucket has for one stack.

    Attributes:
        root: the whole bucket.
        begin: how its keys begin; empty: the top of the bucket.
        kept: how those begin behind that which count.
        left_out: how those begin that do not.
    """

    root: Store
    begin: str
    kept: tuple[str, ...] = ("",)
    left_out: tuple[str, ...] = OF_THE_FOLDER

    @classmethod
    def of_target(cls, root: Store, name: str) -> Folder:
        """All of a target's."""
        return cls(root, target_key(name, ""))

    def etags(self) -> dict[str, str]:
        """Key within the folder -> ETag of its objects.

        Raises:
            StoreError: it cannot be listed.
        """
        found = {
            entry.key.removeprefix(self.begin): entry.etag
            for kept in self.kept
            for entry in self.root.entries(self.begin + kept)
        }
        return {key: etag for key, etag in found.items() if not key.startswith(self.left_out)}

    def clear(self, watch: Callable[[str], None]) -> None:
        """Delete every object, also those that do not count.

        Raises:
            StoreError: it cannot be listed, or an object not be deleted.
        """
        entries = self.root.entries(self.begin)
        watch(f"Delete {counted(len(entries), 'object')} in {self.begin}")
        for number, entry in enumerate(entries, start=1):
            watch(f"deleting object {count(number)} of {count(len(entries))}")
            self.root.delete(entry.key)


def make_alike(source: Folder, there: Folder, watch: Callable[[str], None]) -> None:
    """Make a folder like another one, and look until that one has not changed meanwhile.

    An object that is alike is not copied again, so that a copy that broke off goes on.

    Args:
        source: what it is to be like.
        there: the folder.
        watch: is told what is being done.

    Raises:
        ContendedError: the other one keeps changing.
        StoreError: the bucket cannot be read or written.
    """
    has: Mapping[str, str] = there.etags()
    for _ in range(_ATTEMPTS):
        wanted = source.etags()
        missing = [key for key, etag in wanted.items() if has.get(key) != etag]
        gone = [key for key in has if key not in wanted]
        if not missing and not gone:
            return
        watch(f"Create {counted(len(missing), 'object')} in {there.begin}")
        vanished = set[str]()
        for number, key in enumerate(missing, start=1):
            watch(f"copying object {count(number)} of {count(len(missing))}")
            vanished |= set() if _copied(source, there, key) else {key}
        for key in gone:
            there.root.delete(there.begin + key)
        has = {key: etag for key, etag in wanted.items() if key not in vanished}
    raise ContendedError("somebody keeps changing what is to be copied; run it again")


def _copied(source: Folder, there: Folder, key: str) -> bool:
    """Copy an object; False where it is gone since it was listed."""
    try:
        there.root.copy(source.begin + key, there.begin + key)
    except StoreError as error:
        if error.code == _GONE:
            return False
        raise
    return True
