"""On a schedule: count what fired, by the firewall's alert logs, and keep it by day."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from math import inf
from typing import Any, Final

from aws_lambda_powertools import Logger

from rules_lib.alert_logs import AlertLogs, LogFolder
from rules_lib.aws import clients
from rules_lib.aws.queries import Athena, Insights, QueryClock
from rules_lib.aws.s3_store import S3Store
from rules_lib.counting.log_folder import FolderSource
from rules_lib.counting.log_group import GroupSource
from rules_lib.counting.log_source import LogSource
from rules_lib.counting.recount import CountingRun, Recounted, recount
from rules_lib.errors import RulesyncError, TargetHitsError
from rules_lib.fleet.target_hits import TargetsCount, count_targets
from rules_lib.fleet.target_logs import OwnCounting, source_of_target
from rules_lib.fleet.targets_file import find_targets
from rules_lib.notify.telemetry import Telemetry
from rules_lib.settings import HitsSettings
from rules_lib.targets.values import Targets

logger = Logger(service="hits", stream=sys.stderr)

_KEPT = 20.0
"""Seconds for what comes after the queries: what was counted is written, and told."""


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:  # noqa: ARG001  # Lambda's
    """Count the days that are not closed yet, of the logs that the environment names.

    Where it is to count those of targets, and `config/targets.yaml` names some, it counts these
    instead, each below its own folder.

    Returns:
        What was counted, as JSON; of targets by their names.

    Raises:
        RulesyncError: the logs cannot be counted, or those of some targets. No build fails for it:
            it says that it is not known what fired, and goes on.
    """
    telemetry = Telemetry.begin("hits", logger, os.environ)
    try:
        settings = HitsSettings.from_environment(os.environ)
        work = _Work(settings, S3Store(clients.s3(), settings.bucket), _time_left(context))
        targets = find_targets(work.root) if settings.count_target_hits == "true" else None
        counted = _count_targets(work, targets) if targets else _count_own(work)
    except RulesyncError as error:
        logger.error(  # noqa: TRY400  # the cause says it all, and the runtime adds the traceback
            "count failed", error=type(error).__name__, cause=str(error)
        )
        telemetry.failed(error)
        raise
    telemetry.counted(*(one.newest for one in counted.values()))
    result = _told(counted)
    logger.info("count done", **result)
    return result


@dataclass(frozen=True, slots=True)
class _Work:
    """What an invocation works with.

    Attributes:
        root: the whole bucket.
        left: tells how many seconds are left.
        now: when it began, in UTC.
    """

    settings: HitsSettings
    root: S3Store
    left: Callable[[], float]
    now: datetime = field(default_factory=lambda: datetime.now(UTC))

    @property
    def own(self) -> OwnCounting:
        """How the stack counts its own logs."""
        clock, addresses = QueryClock(self.left), self.settings.hit_addresses == "keep"
        make = partial(_source, settings=self.settings, clock=clock)
        return OwnCounting(self.settings.alert_logs, make, clock, addresses)


_OWN: Final = ""
"""In the place of a target's name, for the stack's own logs."""


def _count_own(work: _Work) -> dict[str, Recounted]:
    """Count the stack's own logs; nothing where it has none."""
    settings = work.settings
    if settings.alert_logs is None:
        logger.info("there are neither alert logs nor targets: nothing is counted")
        return {}
    run = CountingRun(
        store=work.root,
        source=work.own.source(settings.alert_logs),
        logs=str(settings.alert_logs),
        now=work.now,
        retention=settings.hit_retention_days,
        left=work.left,
    )
    return {_OWN: _warned(recount(run))}


def _count_targets(work: _Work, targets: Targets) -> dict[str, Recounted]:
    """Count the logs of all targets.

    Raises:
        TargetHitsError: those of some cannot be counted.
    """
    find = partial(source_of_target, work.root, own=work.own)
    retention = work.settings.hit_retention_days
    count = TargetsCount(work.root, find, work.now, retention, work.left)
    hits = count_targets(count, targets)
    for name, counted in hits.counted.items():
        _warned(counted, name)
    if hits.left:
        logger.warning("no time was left: the next count begins with them", targets=hits.left)
    if hits.failures:
        raise TargetHitsError(hits.failures, len(hits.failures) + len(hits.counted))
    return dict(hits.counted)


def _warned(counted: Recounted, target: str = _OWN) -> Recounted:
    for warning in counted.warnings:
        logger.warning(f"{target}: {warning}" if target else warning)
    return counted


def _told(counted: Mapping[str, Recounted]) -> dict[str, Any]:
    """What was counted; of the stack's own logs alone without a name."""
    told = {
        name: {
            "days": [day.isoformat() for day in one.days],
            "lines": one.lines,
            "hits": one.hits,
            "unread": one.unread,
        }
        for name, one in counted.items()
    }
    return told.get(_OWN, {"targets": told})


def _source(place: AlertLogs, settings: HitsSettings, clock: QueryClock) -> LogSource:
    addresses = settings.hit_addresses == "keep"
    if isinstance(place, LogFolder):
        athena = Athena(clients.athena(), settings.hit_workgroup, clock)
        logs = S3Store(clients.s3(), place.bucket)
        return FolderSource(place, logs, athena, settings.hit_table, addresses)
    return GroupSource(Insights(clients.logs(), place.identifier, clock), addresses)


def _time_left(context: object) -> Callable[[], float]:
    """Seconds until Lambda ends the function, less what is kept."""
    remaining = getattr(context, "get_remaining_time_in_millis", None)
    return (lambda: remaining() / 1000 - _KEPT) if remaining else (lambda: inf)
