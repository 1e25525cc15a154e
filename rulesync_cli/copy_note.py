"""What of the bucket was seen from a folder: so a push can tell whether a colleague was faster.

The note lies beside the allowlist, as `.rulesync.json`. It names, for each bucket, the objects that
were pulled or pushed from here, with the ETag and the content that they had by then.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Final, Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from rules_lib.aws.store import Stored
from rules_lib.errors import SettingsError
from rules_lib.validation import validation_faults

NOTE: Final = ".rulesync.json"
"""What the note is called."""


class SeenObject(BaseModel):
    """An object of the bucket as it was when it was pulled or pushed.

    Attributes:
        etag: by which it is known whether anybody has written it since.
        sha256: of its content, in hex, by which a file on the disk is known to be unedited.
    """

    model_config = ConfigDict(frozen=True)

    etag: str
    sha256: str

    @classmethod
    def of(cls, stored: Stored) -> SeenObject:
        """What there is now."""
        return cls(etag=stored.etag, sha256=sha256_of(stored.body))


class SeenBucket(BaseModel):
    """What was seen of one bucket.

    Attributes:
        pulled: all that it had was seen.
        objects: by their keys.
    """

    model_config = ConfigDict(frozen=True)

    pulled: bool = False
    objects: Mapping[str, SeenObject] = {}

    def is_overtaken(self, key: str, there: Stored | None) -> bool:
        """Whether an object has something that was not seen from here, or is gone since."""
        if known := self.objects.get(key):
            return there is None or there.etag != known.etag
        return there is not None


class CopyNote(BaseModel):
    """What was seen from one folder, by bucket."""

    model_config = ConfigDict(frozen=True)

    version: Literal[1] = 1
    buckets: Mapping[str, SeenBucket] = {}

    @classmethod
    def beside(cls, file: Path) -> CopyNote:
        """Read the note of the folder that a file is in; an empty one where there is none.

        Raises:
            SettingsError: it cannot be read.
        """
        path = note_path(file)
        try:
            return cls.model_validate_json(path.read_bytes()) if path.exists() else cls()
        except ValidationError as error:
            raise SettingsError(
                f"{path}: {validation_faults(error)}. Delete it, and pull again."
            ) from error

    def of(self, bucket: str) -> SeenBucket:
        """What was seen of a bucket."""
        return self.buckets.get(bucket, SeenBucket())

    def write(
        self,
        file: Path,
        bucket: str,
        seen: Mapping[str, SeenObject | None],
        *,
        pulled: bool = False,
    ) -> None:
        """Note what was seen now; None: the object is gone.

        Raises:
            OSError: the note cannot be written.
        """
        before = self.of(bucket)
        merged = {**before.objects, **seen}
        now = SeenBucket(
            pulled=pulled or before.pulled,
            objects={key: one for key, one in sorted(merged.items()) if one},
        )
        note = self.model_copy(update={"buckets": {**self.buckets, bucket: now}})
        note_path(file).write_text(f"{note.model_dump_json(indent=2)}\n", encoding="utf-8")


def note_path(file: Path) -> Path:
    """Where the note lies of the folder that a file is in."""
    return file.parent / NOTE


def sha256_of(data: bytes) -> str:
    """Identifies a content."""
    return hashlib.sha256(data).hexdigest()
