"""An edit of `config/targets.yaml` in the bucket, shown before it is written over what was read."""

from __future__ import annotations

import difflib
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rules_lib.bucket import TARGETS_FILE
from rules_lib.errors import RefusedError, StoreError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rules_lib.aws.store import Store, Stored


@dataclass(frozen=True, slots=True)
class TargetsEdit:
    """The file as it is, and as it is to be."""

    there: Stored
    text: str

    @classmethod
    def of(cls, root: Store, change: Callable[[str], str]) -> TargetsEdit:
        """Read the file, which has no errors, and change its text.

        Raises:
            StoreError: it is gone, or cannot be read.
            RulesyncError: from `change`.
        """
        there = root.find(TARGETS_FILE)
        if there is None:
            raise StoreError(f"{root.address(TARGETS_FILE)} was deleted meanwhile")
        return cls(there, change(there.body.decode()))

    def diff(self) -> Iterator[str]:
        """What it changes, as lines of a unified diff."""
        before, after = self.there.body.decode().splitlines(), self.text.splitlines()
        named = TARGETS_FILE, f"{TARGETS_FILE}, edited"
        yield from difflib.unified_diff(before, after, *named, n=1, lineterm="")

    def write(self, root: Store) -> None:
        """Write it, which starts a round.

        Raises:
            RefusedError: somebody has written the file since it was read.
            StoreError: it may not be written.
        """
        data, etag = self.text.encode(), self.there.etag
        if not root.put(TARGETS_FILE, data, only_if_etag=etag, metadata=self.there.metadata):
            where = root.address(TARGETS_FILE)
            raise RefusedError(f"somebody else has just written {where}", "Run it again")
