"""Packages and layers as they were uploaded, unpacked once each, whatever functions they are of."""

from __future__ import annotations

import hashlib
import io
import threading
import zipfile
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class Packages:
    """What was unpacked.

    Attributes:
        folder: has a folder for each.
    """

    folder: Path
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def unpacked(self, digest: str, archive: bytes) -> Path:
        """The folder of an archive.

        Args:
            digest: of its content.
            archive: a zip file.
        """
        folder = self._place(digest)
        with self._lock:
            if not folder.is_dir():
                with zipfile.ZipFile(io.BytesIO(archive)) as packed:
                    packed.extractall(folder)
        return folder

    def laid_over(self, layers: Sequence[Path]) -> Path:
        """One folder with what several have, each over those before it, as `/opt` is on Lambda."""
        folder = self._place(*(layer.name for layer in layers))
        with self._lock:
            if not folder.is_dir():
                _lay_over(folder, layers)
        return folder

    def _place(self, *names: str) -> Path:
        return self.folder / hashlib.sha256("-".join(names).encode()).hexdigest()


def _lay_over(folder: Path, layers: Iterable[Path]) -> None:
    """Refer to what one of them has, and make folders of what several have."""
    folder.mkdir(parents=True)
    children = [child for layer in layers for child in layer.iterdir()]
    for name in {child.name for child in children}:
        found = [child for child in children if child.name == name]
        if len(found) > 1 and found[-1].is_dir():
            _lay_over(folder / name, [child for child in found if child.is_dir()])
        else:
            (folder / name).symlink_to(found[-1])
