"""The files of a folder that somebody names, linked folders with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


def files_below(folder: Path) -> list[Path]:
    """Find every file in a folder and those below it, by path.

    A link to a folder is followed, as `rglob` does not: what it holds would be left out without a
    word. A link to a folder that it is in is not.

    Raises:
        OSError: a folder cannot be read.
    """
    return sorted(_below(folder, frozenset()))


def _below(folder: Path, above: frozenset[Path]) -> Iterator[Path]:
    here = folder.resolve()
    if here in above:
        return
    for path in folder.iterdir():
        if path.is_dir():
            yield from _below(path, above | {here})
        elif path.is_file():
            yield path
