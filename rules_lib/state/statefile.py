"""A small JSON file of the bucket: found, read, checked and put; some may be lost, some not."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, ClassVar, Generic, Self, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, ValidationError

from rules_lib.errors import StoreError
from rules_lib.validation import validation_faults

if TYPE_CHECKING:
    from rules_lib.aws.store import Store, Stored


def _aware(text: str) -> str:
    """Let no time pass that cannot be told."""
    if datetime.fromisoformat(text).tzinfo is None:
        raise ValueError("no time zone")
    return text


Moment = Annotated[str, AfterValidator(_aware)]
"""ISO 8601, with its time zone."""


_File = TypeVar("_File", bound="StateFile")


@dataclass(frozen=True, slots=True)
class Seen(Generic[_File]):
    """A file as it was at one moment.

    Attributes:
        file: None where there is none; of a cache also where it cannot be read.
        etag: of what was there; None where there was nothing.
        warnings: of a cache that cannot be read.
    """

    file: _File | None = None
    etag: str | None = None
    warnings: tuple[str, ...] = ()


class StateFile(BaseModel):
    """A small JSON file of the bucket, that is found and put; subclasses say which, by `KEY`.

    Attributes:
        ADVICE: what people do about one that cannot be read, and what that means.
    """

    KEY: ClassVar[str]
    ADVICE: ClassVar[str]
    model_config = ConfigDict(frozen=True)

    @classmethod
    def find(cls, store: Store, key: str = "") -> Self | None:
        """Read the file; None where there is none.

        Args:
            store: the bucket.
            key: names the object, where there are several of a kind.

        Raises:
            StoreError: it may not be read, or is not of this form.
        """
        return cls.see(store, key).file

    @classmethod
    def see(cls, store: Store, key: str = "") -> Seen[Self]:
        """As `find`, with the ETag by which `put_over` knows what was seen.

        Raises:
            StoreError: it may not be read, or is not of this form.
        """
        stored = store.find(key or cls.KEY)
        return Seen(cls.parse(stored.body), stored.etag) if stored else Seen()

    def put(self, store: Store, key: str = "") -> None:
        """Write the file, whatever is there.

        Raises:
            StoreError: it may not be written.
        """
        store.put(key or self.KEY, self.to_json())

    def put_over(self, store: Store, etag: str | None) -> bool:
        """Write the file, unless somebody else has written it since; say whether it was written.

        Args:
            store: the bucket.
            etag: of what was seen; None where there was none.

        Raises:
            StoreError: it may not be written.
        """
        data = self.to_json()
        return store.put(self.KEY, data, only_if_absent=etag is None, only_if_etag=etag)

    def to_json(self) -> bytes:
        """Render the file."""
        return self.model_dump_json(indent=2).encode() + b"\n"

    @classmethod
    def parse(cls, data: bytes) -> Self:
        """Read the file's bytes.

        Raises:
            StoreError: it is not of this form.
        """
        try:
            return cls.model_validate_json(data)
        except ValidationError as error:
            raise StoreError(
                f"{cls.KEY} cannot be read: {validation_faults(error)}. {cls.ADVICE}"
            ) from error


class Cache(StateFile):
    """A file that only spares work: one that cannot be read is as good as none."""

    ADVICE = "It is ignored, and written again."

    @classmethod
    def see(cls, store: Store, key: str = "") -> Seen[Self]:
        """As `find`, with what else is known of it.

        Raises:
            StoreError: the bucket may not be read.
        """
        stored = store.find(key or cls.KEY)
        file, warnings = cls.recall(stored)
        return Seen(file, stored.etag if stored else None, warnings)

    @classmethod
    def recall(cls, stored: Stored | None) -> tuple[Self | None, tuple[str, ...]]:
        """What was stored, if it can be read; with a warning where it cannot."""
        try:
            return (cls.parse(stored.body) if stored else None), ()
        except StoreError as error:
            return None, (str(error),)
