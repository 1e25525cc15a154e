"""Files of the file system as sources."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from rules_lib.errors import DownloadError
from rules_lib.sources.answers import NO_VALIDATORS, Absent, Body, Unmodified, Validators

if TYPE_CHECKING:
    from rules_lib.address import Address


@dataclass(frozen=True, slots=True)
class FileReader:
    """Reads paths and `file://` URLs. They have no validators: a file is read to be compared."""

    def read(
        self, address: Address, limit: int, known: Validators = NO_VALIDATORS
    ) -> Body | Unmodified | Absent:
        """Read a whole file.

        Raises:
            DownloadError: it cannot be read, is a folder or a device, or is larger than `limit`.
        """
        del known  # Nothing to compare by before the file has been read.
        path = _path(address)
        try:
            size = path.stat().st_size
            if not path.is_file():
                raise DownloadError(f"{address}: not a file")
            if size > limit:
                raise DownloadError(f"{address}: {size} bytes, the limit is {limit}")
            return Body(path.read_bytes())
        except FileNotFoundError:
            return Absent("no such file")
        except OSError as error:
            raise DownloadError(f"{address}: {error.strerror}") from None

    def size(self, address: Address) -> int | None:
        """Tell the file's size; None where it cannot be seen."""
        try:
            return _path(address).stat().st_size
        except OSError:
            return None


def _path(address: Address) -> Path:
    text = address.reveal()
    if not text.lower().startswith("file://"):
        return Path(text)
    parts = urlsplit(text)
    if parts.netloc not in {"", "localhost"}:
        right = str(address).partition("://")[2]
        raise DownloadError(f"{address}: names a host; write file:///{right}")
    return Path(unquote(parts.path))
