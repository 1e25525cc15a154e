"""Metrics for alarms and the dashboard, and notices for people, where they are asked for.

`POWERTOOLS_METRICS_NAMESPACE` switches metrics on: they are written to stdout in CloudWatch's
embedded metric format. `RULESYNC_TOPIC` names the SNS topic for notices. A notice that cannot be
sent is logged, and fails nothing: the alarms do not need it. A failure that lasts is told once a
day, however often it is met.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import groupby
from operator import attrgetter
from typing import TYPE_CHECKING, Final, Self

from aws_lambda_powertools.metrics import EphemeralMetrics

from rules_lib.aws import clients
from rules_lib.aws.handover import publish
from rules_lib.aws.s3_store import S3Store
from rules_lib.aws.store import Store
from rules_lib.errors import RulesyncError
from rules_lib.notify.notice import Notice, notice_of_build, notice_of_failure
from rules_lib.report.measures import (
    Measure,
    measures_of_build,
    measures_of_change,
    measures_of_failure,
    measures_of_feeds,
    measures_of_hits,
    measures_of_hold,
)
from rules_lib.report.place import StackPlace
from rules_lib.state import last_notice

if TYPE_CHECKING:
    from aws_lambda_powertools import Logger

    from rules_lib.hits.values import HitsOfDay
    from rules_lib.report.summary import Summary
    from rules_lib.state.hold import Hold

_NAMESPACE: Final = "POWERTOOLS_METRICS_NAMESPACE"
_TOPIC: Final = "RULESYNC_TOPIC"
_NOWHERE: Final = StackPlace("")


@dataclass(frozen=True, slots=True)
class Telemetry:
    """Tells what became of one invocation.

    Attributes:
        service: `fetch`, `build` or `hits`.
        began: when the invocation began, in UTC.
        namespace: of the metrics; without one there are none.
        topic: ARN; without one nobody is told.
        place: where people find what they are told about.
    """

    service: str
    logger: Logger
    began: datetime
    namespace: str = ""
    topic: str = ""
    place: StackPlace = _NOWHERE

    @classmethod
    def begin(cls, service: str, logger: Logger, environment: Mapping[str, str]) -> Self:
        """Start the clock."""
        return cls(
            service=service,
            logger=logger,
            began=datetime.now(UTC),
            namespace=environment.get(_NAMESPACE, ""),
            topic=environment.get(_TOPIC, ""),
            place=StackPlace.of(environment),
        )

    def fetched(self) -> None:
        """The source was asked, and the bucket has its newest feed."""
        self._measure([Measure("FeedConfirmed", 1)])
        self._recovered()

    def overdue(self, spans: Mapping[str, timedelta]) -> None:
        """The feeds of the list were asked for.

        Args:
            spans: feed -> for how long it is not confirmed, beyond the time that it may take.
        """
        if self.namespace:
            emit(self.namespace, self.service, measures_of_feeds(spans))

    def counted(self, *days: HitsOfDay | None) -> None:
        """Alert logs were counted.

        Args:
            days: the newest whole one, of each target where there are some; None where none was
                counted.
        """
        self._measure(measures_of_hits([day for day in days if day]))
        self._recovered()

    def built(self, summary: Summary, fetched_at: datetime) -> None:
        """A build was carried out.

        Args:
            summary: of the build.
            fetched_at: when its feed was.
        """
        now = measures_of_build(summary, self.began - fetched_at)
        self._measure((*now, *measures_of_change(summary)))
        self._tell(notice_of_build(summary, self.place))
        self._recovered()

    def confirmed(self, summary: Summary, fetched_at: datetime) -> None:
        """Nothing has changed since a build; its numbers still hold.

        Args:
            summary: of that build.
            fetched_at: when its feed was.
        """
        self._measure(measures_of_build(summary, self.began - fetched_at))
        self._recovered()

    def held(self, hold: Hold) -> None:
        """A build did nothing, as a rollback holds."""
        self._measure(measures_of_hold(self.began - datetime.fromisoformat(hold.since)))
        self._recovered()

    def failed(self, error: RulesyncError) -> None:
        """The invocation failed or was refused."""
        self._measure(measures_of_failure(self.service, error))
        if not self.topic or not self._is_news(error):
            return
        if self._tell(notice_of_failure(self.service, error, self.place)):
            self._remember(last_notice.note_failure, error, self.began)

    def rounded(
        self,
        measures: Iterable[Measure],
        notice: Notice | None,
        failure: RulesyncError | None,
        *,
        changed: bool,
    ) -> None:
        """A round over all targets ended: one notice tells of all of them.

        Args:
            measures: of the round.
            notice: what people are told; None where there is nothing to tell.
            failure: what failed in it; told once a day where nothing else is to be told.
            changed: whether anything was changed.
        """
        self._measure(measures)
        news = failure is not None and bool(self.topic) and self._is_news(failure)
        told = (changed or news) and self._tell(notice)
        if failure is None:
            self._recovered()
        elif told and news:
            self._remember(last_notice.note_failure, failure, self.began)

    def quietly(self) -> Self:
        """The same for one target of many: its round measures and tells."""
        return replace(self, namespace="", topic="")

    def _measure(self, measures: Iterable[Measure]) -> None:
        if self.namespace:
            seconds = (datetime.now(UTC) - self.began).total_seconds()
            emit(self.namespace, self.service, [Measure("Seconds", seconds, "Seconds"), *measures])

    def _tell(self, notice: Notice | None) -> bool:
        """Say whether people were told."""
        if not (self.topic and notice):
            return False
        try:
            publish(clients.sns(), self.topic, notice.subject, notice.text)
        except RulesyncError as error:
            self.logger.warning("no notice was sent", cause=str(error))
            return False
        return True

    def _is_news(self, failure: RulesyncError) -> bool:
        """Whether people do not know it yet; where the bucket cannot say, they are told again."""
        try:
            return last_notice.is_news(self._store(), self.service, failure, self.began)
        except RulesyncError as error:
            self.logger.warning("the last notice is unknown", cause=str(error))
            return True

    def _recovered(self) -> None:
        if self.topic:
            self._remember(last_notice.note_recovery)

    def _remember(self, act: Callable[..., None], *what: object) -> None:
        try:
            act(self._store(), self.service, *what)
        except RulesyncError as error:
            self.logger.warning("the notice could not be noted", cause=str(error))

    def _store(self) -> Store:
        return S3Store(clients.s3(), self.place.bucket)


def emit(namespace: str, service: str, measures: Iterable[Measure]) -> None:
    """Write measures to stdout in the embedded metric format, a line for each set of dimensions."""
    in_order = sorted(measures, key=attrgetter("about"))
    for about, alike in groupby(in_order, key=attrgetter("about")):
        metrics = EphemeralMetrics(namespace=namespace, service=service)
        for name, value in about:
            metrics.add_dimension(name, value)
        for measure in alike:
            metrics.add_metric(measure.name, measure.unit, measure.value)
        metrics.flush_metrics()
