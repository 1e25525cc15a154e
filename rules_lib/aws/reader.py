"""Which reader serves an address."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from rules_lib.aws import clients
from rules_lib.aws.download import HttpReader, UnguidedSession
from rules_lib.aws.files import FileReader, S3Reader
from rules_lib.feed.address import is_web, scheme

if TYPE_CHECKING:
    from collections.abc import Callable

    from rules_lib.aws.answers import Reader
    from rules_lib.settings import FetchSettings


def reader_for(
    settings: FetchSettings,
    *,
    sleep: Callable[[float], None] = time.sleep,
    clock: Callable[[], float] = time.monotonic,
) -> Reader:
    """Make the reader for the feed's address: over http, from a bucket, or from the file system."""
    if is_web(settings.feed_url):
        return HttpReader(
            session=UnguidedSession(),
            connect_timeout=settings.connect_timeout,
            read_timeout=settings.read_timeout,
            total_timeout=settings.download_timeout,
            attempts=settings.attempts,
            sleep=sleep,
            clock=clock,
        )
    return S3Reader(clients.s3()) if scheme(settings.feed_url) == "s3" else FileReader()
