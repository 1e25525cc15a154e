"""`rulesync pull`: the bucket's allowlist and people's own rules, written to the disk."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

import click

from rules_lib.bucket import ALLOWLIST, FEEDS
from rules_lib.errors import RefusedError, StoreError
from rules_lib.text import visible
from rulesync_cli.account import store_of
from rulesync_cli.common import bucket_option, epilog, json_option, print_json
from rulesync_cli.targeted import place_of
from rulesync_cli.words import tell

if TYPE_CHECKING:
    from rules_lib.aws.store import Store
    from rulesync_cli.copy_note import SeenObject


@dataclass(frozen=True, slots=True)
class _Copy:
    """One object of the bucket and the file that it becomes.

    Attributes:
        data: what the object holds; None: it is gone, and so goes the file.
        seen: as it is now.
    """

    key: str
    path: Path
    data: bytes | None
    seen: SeenObject | None


@click.command(
    epilog=epilog(
        "rulesync pull",
        "rulesync pull config/categories.yaml --local rules/",
        "rulesync pull --force      # and lose the edits that were not pushed",
    )
)
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path), default="categories.yaml")
@click.option("--local", "own", type=click.Path(file_okay=False, path_type=Path), metavar="DIR",
              help="Folder for your own rules.  [default: local, beside FILE]")  # fmt: skip
@click.option("--force", is_flag=True, help="Overwrite files that were edited since the last pull.")
@json_option
@bucket_option
def pull(file: Path, *, bucket: str, own: Path | None, force: bool, as_json: bool) -> None:
    """Download the bucket's allowlist and your own rules.

    The allowlist goes to FILE, by default categories.yaml, and your own rules into a folder beside
    it. The list of feeds, if the bucket has one, goes to feeds.yaml beside it. If you have edited a
    file since the last pull, nothing is written. Notes what was pulled in .rulesync.json beside
    FILE, so that `push` knows whether a colleague has changed the bucket. Changes nothing in the
    bucket.
    """
    from rulesync_cli.copy_note import CopyNote, note_path

    store = store_of(bucket)
    note = CopyNote.beside(file)
    seen = note.of(place_of(bucket)).objects
    copies = tuple(_copies(store, file, own or file.parent / "local", seen))
    if not force:
        _refuse_edited(copies, seen)
    changed = [copy for copy in copies if _on_disk(copy.path) != copy.data]
    for copy in changed:
        _write(copy)
    note.write(file, place_of(bucket), {copy.key: copy.seen for copy in copies}, pulled=True)
    written = [str(copy.path) for copy in changed if copy.data is not None]
    removed = [str(copy.path) for copy in changed if copy.data is None]
    if as_json:
        print_json({"written": written, "removed": removed, "note": str(note_path(file))})
    for what, paths in (("wrote", written), ("removed", removed)):
        for path in paths:
            tell(f"{what} {visible(path)}")
    if not changed:
        tell(f"{visible(str(file))} is the same as in the bucket")


def _copies(
    store: Store, file: Path, folder: Path, seen: Mapping[str, SeenObject]
) -> Iterator[_Copy]:
    """What is to be on the disk; and what a colleague has deleted, where it was pulled before.

    Raises:
        StoreError: the bucket has no allowlist, or cannot be read.
    """
    from rulesync_cli.copy_note import SeenObject
    from rulesync_cli.feed_list import LIST_NAME
    from rulesync_cli.upload import own_keys

    allowlist = store.find(ALLOWLIST)
    if allowlist is None:
        raise StoreError(
            f"{store.address(ALLOWLIST)} does not exist; `rulesync init` writes an allowlist, "
            "`rulesync push` uploads it"
        )
    yield _Copy(ALLOWLIST, file, allowlist.body, SeenObject.of(allowlist))
    yield from _list(store, file.parent / LIST_NAME, seen)
    there = own_keys(store)
    for key in there:
        if stored := store.find(key):
            yield _Copy(key, folder / PurePosixPath(key).name, stored.body, SeenObject.of(stored))
    for key in seen:
        path = folder / PurePosixPath(key).name
        if key not in {ALLOWLIST, FEEDS} and key not in there and path.exists():
            yield _Copy(key, path, None, None)


def _list(store: Store, path: Path, seen: Mapping[str, SeenObject]) -> Iterator[_Copy]:
    """The list of feeds, where the bucket has one; or that it is gone since it was pulled."""
    from rulesync_cli.copy_note import SeenObject

    if stored := store.find(FEEDS):
        yield _Copy(FEEDS, path, stored.body, SeenObject.of(stored))
    elif FEEDS in seen and path.exists():
        yield _Copy(FEEDS, path, None, None)


def _refuse_edited(copies: tuple[_Copy, ...], seen: Mapping[str, SeenObject]) -> None:
    """Overwrite no edit.

    Raises:
        RefusedError: a file on the disk is neither as the bucket has it nor as it was pulled.
    """
    from rulesync_cli.copy_note import sha256_of

    edited = [
        f"  {copy.path}"
        for copy in copies
        if (data := _on_disk(copy.path)) is not None
        and data != copy.data
        and (copy.key not in seen or seen[copy.key].sha256 != sha256_of(data))
    ]
    if edited:
        raise RefusedError(
            "these files have edits since the last pull; push them, pull into another folder, or "
            "give --force to lose the edits",
            "\n".join(edited),
        )


def _on_disk(path: Path) -> bytes | None:
    return path.read_bytes() if path.is_file() else None


def _write(copy: _Copy) -> None:
    if copy.data is None:
        copy.path.unlink()
        return
    copy.path.parent.mkdir(parents=True, exist_ok=True)
    copy.path.write_bytes(copy.data)
