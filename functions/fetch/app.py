"""On a schedule: bring the feed into the bucket, unless the bucket has it already."""

from __future__ import annotations

import gc

gc.disable()  # nothing that is imported is ever garbage, and the search takes a fifth of the time

import os

os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
"""We have none, and to look for some pydantic reads what every package says of itself."""

import sys
from collections.abc import Callable
from datetime import UTC, datetime
from math import inf
from typing import Any, Final

from aws_lambda_powertools import Logger

from rules_lib.aws import clients
from rules_lib.aws.s3_store import S3Store
from rules_lib.aws.secrets import Secrets
from rules_lib.deadline import Timed
from rules_lib.errors import RulesyncError
from rules_lib.facts.feeds import known_feeds
from rules_lib.feed.fetch import fetch_record
from rules_lib.feed.listed import feeds_in_bucket
from rules_lib.fetching.due import overdue
from rules_lib.fetching.run import Fetching, fetch_listed, fetch_one, note_taken
from rules_lib.gc_pause import without_cyclic_gc
from rules_lib.notify.telemetry import Telemetry
from rules_lib.settings import FetchSettings
from rules_lib.sources import (
    download,  # noqa: F401 - loaded here, as only while it is loaded a function has a whole processor
)

logger = Logger(service="fetch", stream=sys.stderr)

clients.make_clients_early("s3")
known_feeds()  # every fetch needs these
gc.freeze()  # what was imported stays for good: no search goes through it until a call has ended
gc.enable()

_SCHEDULE: Final = "aws.events"
"""The source of a scheduled event."""


@without_cyclic_gc()
def handler(event: dict[str, Any], context: object) -> dict[str, Any]:  # Lambda's
    """Fetch every feed of the bucket's list; without a list, et/open.

    The schedule asks for the feeds that are due, everything else for all of them. An event with
    `"feeds": ["NAME", …]`, sent by hand, asks for these.

    Returns:
        What was done, as JSON: `status` is `fetched` or `unchanged`; with a list, `feeds` has each.

    Raises:
        RulesyncError: the fetch failed or was refused; nothing in the bucket's feeds changed.
        FeedsError: some feeds of the list were not fetched; all others were.
    """
    telemetry = Telemetry.begin("fetch", logger, os.environ)
    try:
        summary = _fetched(event, _fetching(context), telemetry)
    except RulesyncError as error:
        logger.error(  # noqa: TRY400  # the cause says it all, and the runtime adds the traceback
            "fetch failed", error=type(error).__name__, cause=str(error)
        )
        telemetry.failed(error)
        raise
    telemetry.fetched()
    logger.info("fetch done", **summary)
    return summary


def _fetching(context: object) -> Fetching:
    settings = FetchSettings.from_environment(os.environ)
    store = S3Store(clients.s3(), settings.bucket)
    return Fetching(settings, store, Secrets(), datetime.now(UTC), left=_time_left(context))


def _time_left(context: object) -> Callable[[], float]:
    """Seconds until Lambda ends the function; who calls it without a context has all the time."""
    if isinstance(context, Timed):
        return lambda: context.get_remaining_time_in_millis() / 1000
    return lambda: inf


def _fetched(event: dict[str, Any], fetching: Fetching, telemetry: Telemetry) -> dict[str, Any]:
    """Fetch, and say what was done; `handler` says what is raised."""
    cause = event.get("detail", {}).get("object", {}).get("key")
    feeds = feeds_in_bucket(fetching.store, fetching.settings.feed_url)
    for warning in feeds.warnings:
        logger.warning(warning)
    if not feeds.listed:
        outcome = fetch_one(feeds.first, fetching)
        for warning in outcome.warnings:
            logger.warning(warning)
        note_taken(fetching, cause)
        return fetch_record(outcome)
    found, states = fetch_listed(
        feeds, fetching, event.get("feeds", ()), scheduled=event.get("source") == _SCHEDULE
    )
    for warning in found.warnings:
        logger.warning(warning)
    telemetry.overdue(
        {feed.name: overdue(feed, states.get(feed.name), fetching.now) for feed in feeds}
    )
    note_taken(fetching, cause)
    found.refuse_failures()
    return found.record()
