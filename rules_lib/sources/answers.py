"""What a source may answer when it is asked for a file, whatever kind of source it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from rules_lib.address import Address


@dataclass(frozen=True, slots=True)
class Validators:
    """By what a source can tell that a file is still the one that we have."""

    etag: str | None = None
    last_modified: str | None = None

    def __bool__(self) -> bool:
        return bool(self.etag or self.last_modified)


NO_VALIDATORS = Validators()


@dataclass(frozen=True, slots=True)
class Body:
    """The whole file."""

    data: bytes
    validators: Validators = NO_VALIDATORS


@dataclass(frozen=True, slots=True)
class Unmodified:
    """The file is still the one that the validators tell of."""

    reason: str = "the source says that it is not modified"


@dataclass(frozen=True, slots=True)
class Absent:
    """There is no such file, or none for us; the reason in the source's words."""

    reason: str


class SourceReader(Protocol):
    """A kind of source: http, S3 or the file system."""

    def read(
        self, address: Address, limit: int, known: Validators = NO_VALIDATORS
    ) -> Body | Unmodified | Absent:
        """Read a whole file.

        Args:
            address: where it lies.
            limit: bytes above which the file is refused.
            known: of the file that we have; without any the answer is never `Unmodified`.

        Raises:
            DownloadError: the source is in trouble, or the file is larger than the limit.
        """

    def size(self, address: Address) -> int | None:
        """Tell a file's size in bytes without reading it; None where the source does not say."""
