"""Metrics for alarms and the dashboard, and notices for people, where they are asked for.

`POWERTOOLS_METRICS_NAMESPACE` switches metrics on: they are written to stdout in CloudWatch's
embedded metric format. `RULESYNC_TOPIC` names the SNS topic for notices. A notice that cannot be
sent is logged, and fails nothing: the alarms do not need it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import groupby
from typing import TYPE_CHECKING, Final, Self

from aws_lambda_powertools.metrics import EphemeralMetrics

from rules_lib.aws import clients
from rules_lib.aws.handover import publish
from rules_lib.errors import RulesyncError
from rules_lib.report.measures import Measure, measures_of_build, measures_of_failure
from rules_lib.report.notice import Notice, notice_of_build, notice_of_failure

if TYPE_CHECKING:
    from aws_lambda_powertools import Logger

    from rules_lib.report.summary import Summary

_NAMESPACE: Final = "POWERTOOLS_METRICS_NAMESPACE"
_TOPIC: Final = "RULESYNC_TOPIC"


@dataclass(frozen=True, slots=True)
class Telemetry:
    """Tells what became of one invocation.

    Attributes:
        service: `fetch` or `build`.
        began: when the invocation began, in UTC.
        namespace: of the metrics; without one there are none.
        topic: ARN; without one nobody is told.
        bucket: where people find what they are told about.
    """

    service: str
    logger: Logger
    began: datetime
    namespace: str = ""
    topic: str = ""
    bucket: str = ""

    @classmethod
    def begin(cls, service: str, logger: Logger, environment: Mapping[str, str]) -> Self:
        """Start the clock."""
        return cls(
            service=service,
            logger=logger,
            began=datetime.now(UTC),
            namespace=environment.get(_NAMESPACE, ""),
            topic=environment.get(_TOPIC, ""),
            bucket=environment.get("RULESYNC_BUCKET", ""),
        )

    def fetched(self) -> None:
        """The source was asked, and the bucket has its newest feed."""
        self._measure([Measure("FeedConfirmed", 1)])

    def built(self, summary: Summary, fetched_at: datetime) -> None:
        """A build was carried out.

        Args:
            summary: of the build.
            fetched_at: when its feed was.
        """
        self._measure(measures_of_build(summary, self.began - fetched_at))
        self._tell(notice_of_build(summary, self.bucket))

    def failed(self, error: RulesyncError) -> None:
        """The invocation failed or was refused."""
        self._measure(measures_of_failure(self.service, error))
        self._tell(notice_of_failure(self.service, error, self.bucket))

    def _measure(self, measures: Iterable[Measure]) -> None:
        if self.namespace:
            seconds = (datetime.now(UTC) - self.began).total_seconds()
            emit(self.namespace, self.service, [Measure("Seconds", seconds, "Seconds"), *measures])

    def _tell(self, notice: Notice | None) -> None:
        if not (self.topic and notice):
            return
        try:
            publish(clients.sns(), self.topic, notice.subject, notice.text)
        except RulesyncError as error:
            self.logger.warning("nobody was told", cause=str(error))


def emit(namespace: str, service: str, measures: Iterable[Measure]) -> None:
    """Write measures to stdout in the embedded metric format, a line for each set of dimensions."""
    in_order = sorted(measures, key=_reason)
    for reason, alike in groupby(in_order, key=_reason):
        metrics = EphemeralMetrics(namespace=namespace, service=service)
        if reason:
            metrics.add_dimension("reason", reason)
        for measure in alike:
            metrics.add_metric(measure.name, measure.unit, measure.value)
        metrics.flush_metrics()


def _reason(measure: Measure) -> str:
    return measure.reason or ""
