"""An edit that is not uploaded yet: an allowlist, people's own rules, or both."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from rules_lib.bucket import LOCAL
from rules_lib.own.files import OwnFiles, own_in_folder
from rules_lib.own.odd_files import OddFile, odd_files
from rules_lib.sync.gather import Draft
from rules_lib.world import World
from rulesync_cli.check_draft import OwnFault, beside, once_a_file, own_faults
from rulesync_cli.feed_list import CheckedList
from rulesync_cli.preview import Preview, preview


@dataclass(frozen=True, slots=True)
class LocalEdit:
    """What stands in for the bucket's files.

    Attributes:
        draft: the allowlist; None: the bucket's.
        own: people's own rules; None: the bucket's.
        folder: where people's own rules lie; ends in a slash.
        feeds: the list of feeds; None: the bucket's.
    """

    draft: Draft | None
    own: OwnFiles | None
    folder: str
    feeds: CheckedList | None = None

    @classmethod
    def read(
        cls,
        file: Path | None,
        own: Path | None,
        bucket: str,
        *,
        allow_shrink: bool = False,
        feeds: Path | None = None,
    ) -> LocalEdit:
        """Read it from the disk.

        Raises:
            OSError: a file cannot be read.
        """
        return cls(
            draft=Draft(file.read_bytes(), str(file), allow_shrink) if file else None,
            own=own_in_folder(own) if own else None,
            folder=f"{own}/" if own else f"s3://{bucket}/{LOCAL}",
            feeds=CheckedList.read(feeds) if feeds else None,
        )

    @classmethod
    def read_all(cls, file: Path, own: Path | None) -> LocalEdit:
        """Read it from the disk, where nothing stands in for what is not named.

        Raises:
            OSError: a file cannot be read.
        """
        files = own_in_folder(own) if own else OwnFiles()
        return cls(Draft(file.read_bytes(), str(file)), files, f"{own}/" if own else "")

    def preview(self, world: World, *, allow_shrink: bool, looks_back: bool = True) -> Preview:
        """What a sync would do with it; see `rulesync_cli.preview`.

        Raises:
            FeedListError: the list of feeds has errors.
        """
        if self.feeds:
            world = replace(world, store=self.feeds.over(world.store))
        return preview(
            world, self.draft, self.own, allow_shrink=allow_shrink, looks_back=looks_back
        )

    def faults(self, found: Preview) -> tuple[OwnFault, ...]:
        """People's own rules that would be discarded, and files that cannot be read."""
        return once_a_file(self.odd(found), own_faults(found.foreseen.built.discarded, self.folder))

    def odd(self, found: Preview) -> tuple[OddFile, ...]:
        """People's own files that are stored otherwise than they should be."""
        return odd_files(found.gathered.files.own, self.folder)

    def remarks(self, found: Preview) -> tuple[str, ...]:
        """What is to be known of people's own rules beside the plan's warnings, a line each."""
        faults = own_faults(found.foreseen.built.discarded, self.folder)
        return tuple(map(str, beside(self.odd(found), faults)))
