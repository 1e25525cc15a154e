"""The captures that people name: which files they are, and whether they can be captures at all."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from rulesync_cli.tree import files_below

if TYPE_CHECKING:
    from pathlib import Path

_MAGIC: Final = frozenset(
    bytes.fromhex(number) for number in ("a1b2c3d4", "d4c3b2a1", "a1b23c4d", "4d3cb2a1", "0a0d0d0a")
)
"""First bytes of a capture: pcap in either byte order, in micro- or nanoseconds; pcapng."""

_HEADER: Final = 24  # bytes of a pcap file's header; the shortest block of a pcapng file has 28


@dataclass(frozen=True, slots=True)
class Capture:
    """A file to replay; `name` is its path within the folder that was named."""

    path: Path
    name: str


def captures_in(place: Path) -> tuple[Capture, ...]:
    """Find every file in a folder and those below it, by name; a file stands for itself.

    Raises:
        OSError: the folder cannot be read.
    """
    if place.is_file():
        return (Capture(place, place.name),)
    return tuple(Capture(path, path.relative_to(place).as_posix()) for path in files_below(place))


def size_of(capture: Capture) -> int:
    """How many bytes a capture has; 0 where it cannot be read."""
    try:
        return capture.path.stat().st_size
    except OSError:
        return 0


def problem_of(capture: Capture) -> str | None:
    """Say why a file cannot be replayed; None where it looks like a capture."""
    try:
        with capture.path.open("rb") as file:
            start = file.read(_HEADER)
    except OSError as error:
        return f"it cannot be read: {error.strerror}"
    if not start:
        return "it is empty"
    if start[:4] not in _MAGIC:
        return "it is neither pcap nor pcapng"
    return "it ends within its header" if len(start) < _HEADER else None
