"""On a schedule: count what fired, by the firewall's alert logs, and keep it by day."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from math import inf
from typing import Any

from aws_lambda_powertools import Logger

from rules_lib.alert_logs import LogFolder
from rules_lib.aws import clients
from rules_lib.aws.queries import Athena, Insights, QueryClock
from rules_lib.aws.s3_store import S3Store
from rules_lib.counting.log_folder import FolderSource
from rules_lib.counting.log_group import GroupSource
from rules_lib.counting.log_source import LogSource
from rules_lib.counting.recount import CountingRun, recount
from rules_lib.errors import RulesyncError
from rules_lib.notify.telemetry import Telemetry
from rules_lib.settings import HitsSettings

logger = Logger(service="hits", stream=sys.stderr)

_KEPT = 20.0
"""Seconds for what comes after the queries: what was counted is written, and told."""


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:  # noqa: ARG001  # Lambda's
    """Count the days that are not closed yet, of the logs that the environment names.

    Returns:
        What was counted, as JSON.

    Raises:
        RulesyncError: the logs cannot be counted. No build fails for it: it says that it is not
            known what fired, and goes on.
    """
    telemetry = Telemetry.begin("hits", logger, os.environ)
    try:
        settings = HitsSettings.from_environment(os.environ)
        left = _time_left(context)
        counted = recount(
            CountingRun(
                store=S3Store(clients.s3(), settings.bucket),
                source=_source(settings, QueryClock(left)),
                logs=str(settings.alert_logs),
                now=datetime.now(UTC),
                retention=settings.hit_retention_days,
                left=left,
            )
        )
    except RulesyncError as error:
        logger.error(  # noqa: TRY400  # the cause says it all, and the runtime adds the traceback
            "count failed", error=type(error).__name__, cause=str(error)
        )
        telemetry.failed(error)
        raise
    telemetry.counted(counted.newest)
    for warning in counted.warnings:
        logger.warning(warning)
    result: dict[str, Any] = {
        "days": [day.isoformat() for day in counted.days],
        "lines": counted.lines,
        "hits": counted.hits,
        "unread": counted.unread,
    }
    logger.info("count done", **result)
    return result


def _source(settings: HitsSettings, clock: QueryClock) -> LogSource:
    addresses = settings.hit_addresses == "keep"
    place = settings.alert_logs
    if isinstance(place, LogFolder):
        athena = Athena(clients.athena(), settings.hit_workgroup, clock)
        logs = S3Store(clients.s3(), place.bucket)
        return FolderSource(place, logs, athena, settings.hit_table, addresses)
    return GroupSource(Insights(clients.logs(), place.identifier, clock), addresses)


def _time_left(context: object) -> Callable[[], float]:
    """Seconds until Lambda ends the function, less what is kept."""
    remaining = getattr(context, "get_remaining_time_in_millis", None)
    return (lambda: remaining() / 1000 - _KEPT) if remaining else (lambda: inf)
