"""Which reader serves an address."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from rules_lib.aws import clients
from rules_lib.sources.download import HttpReader
from rules_lib.sources.files import FileReader, S3Reader
from rules_lib.sources.session import UnguidedSession

if TYPE_CHECKING:
    from collections.abc import Callable

    from rules_lib.settings import FetchSettings
    from rules_lib.sources.answers import SourceReader


def reader_for(
    settings: FetchSettings,
    *,
    sleep: Callable[[float], None] = time.sleep,
    clock: Callable[[], float] = time.monotonic,
) -> SourceReader:
    """Make the reader for the feed's address: over http, from a bucket, or from the file system."""
    if settings.feed_url.is_web:
        return HttpReader(
            session=UnguidedSession(),
            connect_timeout=settings.connect_timeout,
            read_timeout=settings.read_timeout,
            total_timeout=settings.download_timeout,
            attempts=settings.attempts,
            sleep=sleep,
            clock=clock,
        )
    return S3Reader(clients.s3()) if settings.feed_url.scheme == "s3" else FileReader()
