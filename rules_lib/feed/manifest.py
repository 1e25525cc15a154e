"""What was fetched, from where and when: the small file beside an archive that starts a build."""

from __future__ import annotations

from collections.abc import Mapping  # pydantic reads the annotations at run time
from datetime import datetime  # as above
from typing import Annotated, Final

from pydantic import (
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    PositiveInt,
    ValidationError,
    field_serializer,
)

from rules_lib.bucket import ARCHIVE, archive_key, feed_of_manifest_key, manifest_key
from rules_lib.errors import StoreError
from rules_lib.facts.feeds import ET_OPEN, FEED_NAME_PATTERN
from rules_lib.reading.lines import Tally
from rules_lib.validation import validation_faults

VERSION_PATTERN: Final = r"^[A-Za-z0-9_-][A-Za-z0-9._-]{0,63}$"
"""What may name a feed's version: it becomes a folder of the bucket."""

ARCHIVE_PATTERN: Final = r"^[A-Za-z0-9_-][A-Za-z0-9._-]{0,127}\.(tar\.gz|tar|zip|rules|rules\.gz)$"
"""What may name an archive: it becomes an object of the bucket."""

FeedVersion = Annotated[str, Field(pattern=VERSION_PATTERN)]


class Manifest(BaseModel):
    """One fetched release of a feed.

    Attributes:
        feed: its name; et/open where it was fetched before feeds had names.
        version: names its folder under the feed's; unique to these bytes.
        announced: the version that the source gives in its `version.txt`, if it gives one.
        sha256: of the archive, in hex.
        md5: of the archive, in hex; what the source announces is compared with it.
        size: of the archive, in bytes.
        source: where it came from, without credentials.
        etag: validator of an http or S3 source, to ask with the next time.
        last_modified: likewise, as the source words it.
        fetched_at: when the fetch began, in UTC.
        categories: for each file of the archive, as its category is named without the feed's
            prefix, its rules that are enabled and disabled.
        archive: what the archive is called beside it, which says its form.
        is_early: it lies where releases lay before feeds had names; not in the JSON.
    """

    model_config = ConfigDict(frozen=True, strict=True)

    feed: Annotated[str, Field(pattern=FEED_NAME_PATTERN)] = ET_OPEN
    version: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-][A-Za-z0-9._-]{0,79}$")]
    announced: FeedVersion | None
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    md5: Annotated[str, Field(pattern=r"^[0-9a-f]{32}$")]
    size: PositiveInt
    source: str
    etag: str | None
    last_modified: str | None
    fetched_at: AwareDatetime
    categories: Mapping[str, Tally]
    archive: Annotated[str, Field(pattern=ARCHIVE_PATTERN)] = ARCHIVE
    is_early: Annotated[bool, Field(exclude=True)] = False

    @field_serializer("fetched_at")
    def _iso(self, moment: datetime) -> str:
        return moment.isoformat(timespec="microseconds")

    @property
    def key(self) -> str:
        """The object that holds it."""
        return manifest_key(self._place, self.version)

    @property
    def archive_key(self) -> str:
        """The object that holds its archive."""
        return archive_key(self._place, self.version, self.archive)

    @property
    def _place(self) -> str:
        return "" if self.is_early else self.feed

    @property
    def total(self) -> Tally:
        """The rules of all categories."""
        return total(self.categories)

    def to_json(self) -> bytes:
        """Render it as indented JSON, the categories in order."""
        return self.model_dump_json(indent=2).encode() + b"\n"


def total(categories: Mapping[str, Tally]) -> Tally:
    """Add up the counts of all categories."""
    return Tally(
        enabled=sum(tally.enabled for tally in categories.values()),
        disabled=sum(tally.disabled for tally in categories.values()),
    )


def read_manifest(data: bytes, key: str) -> Manifest:
    """Read a manifest; bytes from a bucket are not trusted.

    Args:
        data: the object's bytes.
        key: the object's name, which errors give and which must be that of its version.

    Raises:
        StoreError: it is no manifest, with every fault, or lies in the folder of another version or
            feed.
    """
    try:
        manifest = Manifest.model_validate_json(data)
    except ValidationError as error:
        raise StoreError(
            f"{key} is not a manifest: {validation_faults(error)}. Delete it and fetch again."
        ) from error
    is_early = not feed_of_manifest_key(key) and manifest.feed == ET_OPEN
    manifest = manifest.model_copy(update={"is_early": is_early})
    if key != manifest.key:
        raise StoreError(
            f"{key} is for version {manifest.version!r} of {manifest.feed}, whose manifest is "
            f"{manifest.key}. Delete it and fetch again."
        )
    return manifest
