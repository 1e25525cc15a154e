"""On a schedule: bring the feed into the bucket, unless the bucket has it already."""

from __future__ import annotations

import gc

gc.disable()  # nothing that is imported is ever garbage, and the search takes a fifth of the time

import os
import sys
from datetime import UTC, datetime
from typing import Any

from aws_lambda_powertools import Logger

from rules_lib.aws import clients
from rules_lib.aws.s3_store import S3Store
from rules_lib.errors import RulesyncError
from rules_lib.feed.fetch import fetch, fetch_record
from rules_lib.feed.request import FeedRequest
from rules_lib.feedlist import usual_feeds
from rules_lib.notify.telemetry import Telemetry
from rules_lib.settings import FetchSettings
from rules_lib.sources import (
    download,  # noqa: F401 - loaded here, as only while it is loaded a function has a whole processor
)
from rules_lib.sources.reader import reader_for

logger = Logger(service="fetch", stream=sys.stderr)

clients.load_service_models("s3")
gc.freeze()  # what was imported stays for good: no later search has to go through it
gc.enable()


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:  # noqa: ARG001  # Lambda's
    """Fetch the feed that the environment names.

    Returns:
        What was done, as JSON: `status` is `fetched` or `unchanged`.

    Raises:
        RulesyncError: the fetch failed or was refused; nothing in the bucket's feeds changed.
    """
    telemetry = Telemetry.begin("fetch", logger, os.environ)
    try:
        settings = FetchSettings.from_environment(os.environ)
        store = S3Store(clients.s3(), settings.bucket)
        feed = usual_feeds(settings.feed_url).first
        request = FeedRequest.of(feed, feed.address, settings)
        reader = reader_for(request.address, settings)
        outcome = fetch(request, reader, store, datetime.now(UTC))
    except RulesyncError as error:
        logger.error(  # noqa: TRY400  # the cause says it all, and the runtime adds the traceback
            "fetch failed", error=type(error).__name__, cause=str(error)
        )
        telemetry.failed(error)
        raise
    telemetry.fetched()
    for warning in outcome.warnings:
        logger.warning(warning)
    summary = fetch_record(outcome)
    logger.info("fetch done", **summary)
    return summary
