"""Packs rule files into an archive laid out as Emerging Threats publishes its feed."""

import gzip
import hashlib
import io
import tarfile
from collections.abc import Sequence
from pathlib import Path

ARCHIVE = "emerging.rules.tar.gz"
"""The archive's name, as ET names it."""


def build_feed(sources: Sequence[Path], target: Path, version: str) -> Path:
    """Write one release of the feed into ``target`` and return the archive's path.

    The same files and version give the same bytes: entries are sorted, and no time or owner is
    kept. Beside the archive stand ``emerging.rules.tar.gz.md5`` (the hexadecimal digest) and
    ``version.txt``.

    Args:
        sources: Folders of rule files, laid over one another: of two files of one name the later
            folder's is taken, and an empty one takes the file out of the release.
        target: Folder to write into, made where it is missing.
        version: What ``version.txt`` says.

    Raises:
        ValueError: No rule file is left to pack.
    """
    files = _overlay(sources)
    if not any(name.endswith(".rules") for name in files):
        raise ValueError(f"no *.rules file in {', '.join(map(str, sources))}")
    packed = _pack(files)
    target.mkdir(parents=True, exist_ok=True)
    archive = target / ARCHIVE
    archive.write_bytes(packed)
    md5 = hashlib.md5(packed, usedforsecurity=False).hexdigest()
    archive.with_name(f"{ARCHIVE}.md5").write_text(f"{md5}\n")
    (target / "version.txt").write_text(f"{version}\n")
    return archive


def _overlay(sources: Sequence[Path]) -> dict[str, bytes]:
    found = {path.name: path for folder in sources for path in folder.iterdir() if path.is_file()}
    contents = {name: path.read_bytes() for name, path in found.items()}
    return {name: content for name, content in sorted(contents.items()) if content}


def _pack(files: dict[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with (
        gzip.GzipFile(filename="", mode="wb", fileobj=packed, mtime=0) as zipped,
        tarfile.open(mode="w", fileobj=zipped, format=tarfile.USTAR_FORMAT) as archive,
    ):
        for name, content in files.items():
            entry = tarfile.TarInfo(f"rules/{name}")  # its defaults: mode 0644, owner 0, time 0
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
    return packed.getvalue()
