"""What a source says: its checksum, its version, and the archive if it is not the one we have."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from rules_lib.errors import ChecksumError, DownloadError
from rules_lib.feed.described import described
from rules_lib.feed.manifest import VERSION_PATTERN, Manifest
from rules_lib.sources.answers import NO_VALIDATORS, Body, Unmodified, Validators

if TYPE_CHECKING:
    from rules_lib.address import Address
    from rules_lib.feed.request import FeedRequest
    from rules_lib.sources.answers import SourceReader

_MD5: Final = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*"
    rb"(?:\\?([0-9a-f]{32})(?=\s|\Z)"  # as md5sum writes it, a file name behind it
    # As BSD's md5 and openssl write it, the name first.
    rb"|MD5 ?\([^\r\n]{1,1024}\) ?= ?([0-9a-f]{32})(?=\s|\Z))",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Download:
    """An archive as it came, with what its source says about it.

    Attributes:
        md5: what the source announces, in lower-case hex; None where it announces none.
        version: the text of its `version.txt`; None where it has none that can be used.
        warnings: what the source lacks.
    """

    data: bytes
    validators: Validators
    md5: str | None
    version: str | None
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FeedUnchanged:
    """The source still has the feed that the bucket has; nothing was written."""

    manifest: Manifest
    why: str
    warnings: tuple[str, ...] = ()


def download_if_new(
    request: FeedRequest, reader: SourceReader, held: Manifest | None
) -> Download | FeedUnchanged:
    """Ask for the checksum, then for the archive, unless that is the one we have.

    A checksum equal to ours is believed as long as the archive's size does not speak against it,
    so that a source which forgot to renew its checksum does not freeze the rules in silence.

    Args:
        request: where the feed lies, and how large it may be.
        reader: reads that kind of source.
        held: the newest release that the bucket has of it.

    Raises:
        ChecksumError: what the source gives as its checksum is none.
        DownloadError: the archive cannot be had.
    """
    source, limit = request.address, request.max_download_bytes
    if held and held.source != str(source):
        held = None
    md5, warnings = _announced_md5(reader, source, limit) if request.checksum else (None, ())
    if held and md5 == held.md5 and reader.size(source) in {None, held.size}:
        return FeedUnchanged(held, "the source has the checksum of the bucket's feed", warnings)
    answer = reader.read(source, limit, _validators(held, source, md5))
    if held and isinstance(answer, Unmodified):
        return FeedUnchanged(held, answer.reason, warnings)
    if not isinstance(answer, Body):
        raise DownloadError(f"{source}: {answer.reason}")
    version, doubts = _version(reader, request)
    return Download(answer.data, answer.validators, md5, version, warnings + doubts)


def _validators(held: Manifest | None, source: Address, md5: str | None) -> Validators:
    """Ask 'not modified?' by what we have, unless an announced checksum already says otherwise.

    A URL with credentials is stored without them, so two of them may look like one: there the
    ETag tells them apart, and a time would not.
    """
    if held is None or md5 not in {None, held.md5}:
        return NO_VALIDATORS
    return Validators(held.etag, None if source.has_secrets else held.last_modified)


def _announced_md5(
    reader: SourceReader, source: Address, limit: int
) -> tuple[str | None, tuple[str, ...]]:
    address = source.checksum
    answer = reader.read(address, limit)
    if not isinstance(answer, Body):
        doubt = f"{address}: {answer.reason}; the archive's checksum is not checked"
        return None, (doubt,) if source.is_web else ()
    found = _MD5.match(answer.data)
    if not found:
        raise ChecksumError(
            f"{address}: {described(answer.data)}, is not an MD5 checksum (32 hex digits, and "
            "optionally a file name); the archive's checksum is not checked"
        )
    return (found[1] or found[2]).decode().lower(), ()


def _version(reader: SourceReader, request: FeedRequest) -> tuple[str | None, tuple[str, ...]]:
    if not request.has_version:
        return None, ()
    address = request.address.version
    answer = reader.read(address, request.max_download_bytes)
    if not isinstance(answer, Body):
        return None, ()
    text = answer.data[:256].decode("ascii", "replace").strip()
    if re.fullmatch(VERSION_PATTERN, text):
        return text, ()
    doubt = f"{address}: {described(answer.data)}, is not a version; its SHA-256 is used instead"
    return None, (doubt,)
