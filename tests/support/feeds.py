"""Feeds and allowlists as people have them: files in a folder."""

from __future__ import annotations

import gzip
import io
import tarfile
from typing import TYPE_CHECKING, Any, Final

import yaml

from support.rules import text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path


ARCHIVE: Final = "emerging.rules.tar.gz"


def rule(  # noqa: PLR0913 - each a part of a rule's text
    sid: int,
    options: str = "",
    *,
    action: str = "alert",
    protocol: str = "tcp",
    addresses: str = "any any -> any any",
    rev: int = 1,
) -> str:
    """Write a rule that the service takes unless the options say otherwise."""
    return text(sid, options, head=f"{action} {protocol}", ends=addresses, rev=rev)


MALWARE, INFO, DNS = (f"et-emerging-{name}" for name in ("malware", "info", "dns"))
"""The rule groups of the feeds below."""

TWO: Final[dict[str, list[str]]] = {
    "malware": [rule(sid) for sid in range(1, 6)],
    "info": [rule(sid) for sid in range(10, 13)],
}
"""A small feed: by category, its rules."""

THREE: Final[dict[str, list[str]]] = {**TWO, "dns": [rule(20)]}
"""The same and a category more."""


def packed(files: Mapping[str, str | Sequence[str]]) -> bytes:
    """Pack rule files as a feed: by category, a file's text or its rules."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for category, lines in files.items():
            data = (
                lines if isinstance(lines, str) else "".join(f"{line}\n" for line in lines)
            ).encode()
            info = tarfile.TarInfo(f"rules/{category}.rules")
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return gzip.compress(buffer.getvalue(), mtime=0)


def feed(
    folder: Path, files: Mapping[str, str | Sequence[str]], version: str | None = None
) -> Path:
    """Publish a feed in a folder: by category, a file's text or its rules."""
    folder.mkdir(parents=True, exist_ok=True)
    archive = folder / ARCHIVE
    archive.write_bytes(packed(files))
    if version is not None:
        (folder / "version.txt").write_text(f"{version}\n")
    return archive


def allowlist(**settings: Any) -> str:
    """Write an allowlist in which categories alert, with settings of its own."""
    return yaml.safe_dump({"version": 1, "default": "alert", **settings}, sort_keys=False)
