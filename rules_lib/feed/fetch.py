"""The feed's source -> the bucket: gather what the source says, decide, act.

The archive is written first and the manifest last: the manifest's arrival starts the build, so
whatever fails before leaves the bucket's feeds as they were.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from rules_lib.errors import ArchiveError, ChecksumError, RefusedError
from rules_lib.feed.archive import Opened, opened
from rules_lib.feed.archive_limits import ArchiveLimits
from rules_lib.feed.manifest import Manifest, total
from rules_lib.feed.newest import LONGEST_FETCH, newest_manifest, stored_manifest
from rules_lib.feed.source import Download, FeedUnchanged, download_if_new
from rules_lib.reading.lines import Tally, count_rules
from rules_lib.text import counted

if TYPE_CHECKING:
    from datetime import datetime

    from rules_lib.aws.store import Store
    from rules_lib.feed.request import FeedRequest
    from rules_lib.model import FeedFile
    from rules_lib.sources.answers import SourceReader

_NUMBER: Final = re.compile(r"\d+(?:\.\d+)*")
_NO_RULE: Final = Tally(enabled=0, disabled=0)


@dataclass(frozen=True, slots=True)
class Fetched:
    """A feed that the bucket did not have; its manifest starts the build."""

    manifest: Manifest
    warnings: tuple[str, ...] = ()


def fetch(
    request: FeedRequest, reader: SourceReader, store: Store, now: datetime
) -> Fetched | FeedUnchanged:
    """Bring a feed into the bucket, unless the bucket has it already.

    Args:
        request: which feed, where it lies, and how large it may be.
        reader: reads that kind of source.
        store: the bucket.
        now: when the fetch begins, in UTC.

    Raises:
        FeedError: the feed cannot be had, or is not what it should be; nothing was written.
        RefusedError: the bucket has a newer feed; nothing was written.
        StoreError: the bucket cannot be read or written.
    """
    held = newest_manifest(store, request.feed)
    gathered = download_if_new(request, reader, held)
    if isinstance(gathered, FeedUnchanged):
        return gathered
    if same := _same(gathered, held):
        return same
    # Another fetch may have ended while this one was downloading.
    held = newest_manifest(store, request.feed)
    if same := _same(gathered, held):
        return same
    manifest = check_download(gathered, request, now)
    refuse_older(manifest, held)
    return Fetched(_publish(store, manifest, gathered.data), gathered.warnings)


def fetch_record(outcome: Fetched | FeedUnchanged) -> dict[str, Any]:
    """What a fetch came to, as JSON; `status` is `fetched` or `unchanged`."""
    manifest = outcome.manifest
    return {
        "status": "unchanged" if isinstance(outcome, FeedUnchanged) else "fetched",
        "why": outcome.why if isinstance(outcome, FeedUnchanged) else "new to the bucket",
        "version": manifest.version,
        "sha256": manifest.sha256,
        "source": manifest.source,
        "manifest": manifest.key,
        "enabled": manifest.total.enabled,
        "disabled": manifest.total.disabled,
        "warnings": list(outcome.warnings),
    }


def _same(download: Download, held: Manifest | None) -> FeedUnchanged | None:
    """What to say where it is the archive that the bucket has, which was examined when it came."""
    if held is None or download.md5 not in {None, held.md5}:
        return None
    if hashlib.sha256(download.data).hexdigest() != held.sha256:
        return None
    return FeedUnchanged(held, "the archive's bytes are the same", download.warnings)


def check_download(download: Download, request: FeedRequest, now: datetime) -> Manifest:
    """Check that a download is the feed that it should be, and describe it.

    Raises:
        ArchiveError: it cannot be unpacked, or has no rule, not even a disabled one.
        ChecksumError: it is not the archive that its source announces.
    """
    source, files = str(request.address), _opened(download, request)
    categories = {file.category: count_rules(file.data) for file in files}
    if total(categories) == _NO_RULE:
        raise _without_rules(source, len(categories))
    md5 = _checked_md5(download, source)
    sha256 = hashlib.sha256(download.data).hexdigest()
    return Manifest(
        feed=request.feed,
        version=download.version or f"sha256-{sha256[:12]}",
        announced=download.version,
        sha256=sha256,
        md5=md5,
        size=len(download.data),
        source=source,
        etag=download.validators.etag,
        last_modified=download.validators.last_modified,
        fetched_at=now,
        categories=categories,
        archive=files.name,
    )


def checked_files(download: Download, request: FeedRequest) -> tuple[FeedFile, ...]:
    """Check a download in the same way, for those who read it now and store nothing.

    Raises:
        ArchiveError: see `check_download`, as for the other one.
    """
    source, files = str(request.address), tuple(_opened(download, request))
    if all(count_rules(file.data) == _NO_RULE for file in files):  # the first one has some
        raise _without_rules(source, len(files))
    _checked_md5(download, source)
    return files


def _opened(download: Download, request: FeedRequest) -> Opened:
    limits, address = ArchiveLimits(unpacked=request.max_unpacked_bytes), request.address
    return opened(download.data, limits, source=str(address), name=address.file_name)


def _without_rules(source: str, files: int) -> ArchiveError:
    return ArchiveError(f"{source}: without any rule in {counted(files, 'file')}")


def _checked_md5(download: Download, source: str) -> str:
    md5 = hashlib.md5(download.data, usedforsecurity=False).hexdigest()
    if download.md5 not in {None, md5}:
        raise ChecksumError(
            f"{source}: wrong checksum: its source announces MD5 {download.md5}, the archive "
            f"has {md5}. A release may have been in progress; the next fetch tries again."
        )
    return md5


def refuse_older(manifest: Manifest, held: Manifest | None) -> None:
    """Let no older feed take the place of a newer one.

    Versions are compared where both feeds announce one and both are numbers (`10523`, `7.0.3`).

    A fetch that began later can end first by no more than a fetch may last. One that began later
    still went by a wrong clock, its own or ours: what the source gives now is the newer.

    Raises:
        RefusedError: the held feed has a greater version, or its fetch began later.
    """
    if held is None:
        return
    new, old = _number(manifest.announced), _number(held.announced)
    if new and old and new < old:
        raise RefusedError(
            f"{manifest.source}: version {manifest.announced} is older than {held.announced}, "
            "which the bucket has",
            f"To go back on purpose, delete {held.key}.",
        )
    if timedelta() < held.fetched_at - manifest.fetched_at <= LONGEST_FETCH:
        raise RefusedError(
            f"{manifest.source}: a fetch that began later ({held.fetched_at.isoformat()}) has "
            f"already brought version {held.version}",
            f"This one began at {manifest.fetched_at.isoformat()}. If there was no other, a clock "
            f"was wrong: fetch again in a quarter of an hour, or delete "
            f"{held.key} and fetch.",
        )


def _publish(store: Store, manifest: Manifest, data: bytes) -> Manifest:
    """Write archive, then manifest; other bytes under the same version get a folder of their own.

    The archive is written only where none is, so that two fetches at once cannot mix theirs.
    """
    if not _is_free(store, manifest) or not _put_archive(store, manifest, data):
        apart = f"{manifest.version}-{manifest.sha256[:8]}"
        manifest = manifest.model_copy(update={"version": apart})
        _put_archive(store, manifest, data)
    store.put(manifest.key, manifest.to_json())
    return manifest


def _is_free(store: Store, manifest: Manifest) -> bool:
    """Whether the version has no manifest yet, or that of these very bytes."""
    stored = stored_manifest(store, manifest.version, manifest.feed)
    return stored is None or stored.sha256 == manifest.sha256


def _put_archive(store: Store, manifest: Manifest, data: bytes) -> bool:
    """Write the archive; False where another one has its name already."""
    written = store.put(manifest.archive_key, data, only_if_absent=True)
    return written or hashlib.sha256(store.get(manifest.archive_key)).hexdigest() == manifest.sha256


def _number(version: str | None) -> tuple[int, ...] | None:
    if version is None or not _NUMBER.fullmatch(version):
        return None
    return tuple(int(part) for part in version.split("."))
