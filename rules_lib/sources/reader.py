"""Which reader serves an address."""

from __future__ import annotations

import time
from math import inf
from typing import TYPE_CHECKING

from rules_lib.sources.files import FileReader

if TYPE_CHECKING:
    from collections.abc import Callable

    from rules_lib.address import Address
    from rules_lib.settings import FetchSettings
    from rules_lib.sources.answers import SourceReader


def reader_for(
    address: Address,
    settings: FetchSettings,
    *,
    sleep: Callable[[float], None] = time.sleep,
    clock: Callable[[], float] = time.monotonic,
    seconds: float = inf,
) -> SourceReader:
    """Make the reader for an address: over http, from a bucket, or from the file system.

    Args:
        address: of a feed.
        settings: how long a source may take, and how often it is asked.
        sleep: waits so many seconds.
        clock: seconds on a clock that never goes back.
        seconds: that all questions may take together.

    Only what serves the address is loaded: `requests` and AWS's library take longer than a file.
    """
    if address.is_web:
        from rules_lib.sources.download import HttpReader  # noqa: PLC0415
        from rules_lib.sources.session import UnguidedSession  # noqa: PLC0415

        return HttpReader(
            session=UnguidedSession(),
            connect_timeout=settings.connect_timeout,
            read_timeout=settings.read_timeout,
            total_timeout=settings.download_timeout,
            attempts=settings.attempts,
            sleep=sleep,
            clock=clock,
            until=clock() + seconds,
        )
    if address.scheme == "s3":
        from rules_lib.aws import clients  # noqa: PLC0415
        from rules_lib.sources.objects import S3Reader  # noqa: PLC0415

        return S3Reader(clients.s3())
    return FileReader()
