"""A sync in numbers that can be watched over time: what metrics, alarms and the dashboard show."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Literal

from rules_lib.errors import RefusedError, RulesyncError, root_of
from rules_lib.facts.limits import BLOCKING
from rules_lib.groups.operation import Operation
from rules_lib.text import portion

if TYPE_CHECKING:
    from rules_lib.hits.values import HitsOfDay
    from rules_lib.report.summary import Summary

Unit = Literal["Count", "Percent", "Seconds"]


@dataclass(frozen=True, slots=True)
class Measure:
    """One number.

    Attributes:
        name: of the metric.
        reason: why rules were discarded, where the number is about one reason only.
        feed: whose number it is, where it is about one feed only.
    """

    name: str
    value: float
    unit: Unit = "Count"
    reason: str | None = None
    feed: str | None = None

    @property
    def about(self) -> tuple[tuple[str, str], ...]:
        """What it is about only: names and values of dimensions."""
        given = (("reason", self.reason), ("feed", self.feed))
        return tuple((name, value) for name, value in given if value)


def measures_of_build(summary: Summary, feed_age: timedelta) -> Iterator[Measure]:
    """What is in force after a build.

    `CapacityUsed` is the share of the budget that rules take; the headroom of the groups, which
    the policy reserves too, is not counted, as it is there to be used.

    Args:
        summary: of a build that was carried out.
        feed_age: since the feed in force was fetched.
    """
    groups = [group for group in summary.groups if not group.deleted]
    yield Measure("BuildConfirmed", 1)
    yield Measure("HeldFor", 0, "Seconds")
    yield Measure("RulesKept", summary.rules.kept)
    yield Measure("RulesDropping", sum(summary.actions.get(action, 0) for action in BLOCKING))
    yield Measure("RulesStaged", summary.staging.staged)
    yield Measure("RulesPassing", summary.actions.get("pass", 0))
    yield Measure("RulesDiscarded", summary.discards)
    yield Measure("RulesOff", summary.rules.off)
    yield Measure("RuleGroups", len(groups))
    used = sum(group.rules for group in groups)
    yield Measure("CapacityUsed", portion(used, summary.budget), "Percent")
    yield Measure("FeedAge", feed_age.total_seconds(), "Seconds")
    for reason, number in summary.reasons:
        yield Measure("RulesDiscarded", number, reason=reason)


def measures_of_hold(since: timedelta) -> Iterator[Measure]:
    """That a build ran, and how long a rollback has held the groups as they are."""
    yield Measure("BuildConfirmed", 1)
    yield Measure("HeldFor", since.total_seconds(), "Seconds")


def measures_of_change(summary: Summary) -> Iterator[Measure]:
    """What a build did; it is told once, where what is in force is told again and again."""
    yield Measure(
        "GroupsWritten", sum(group.change is not Operation.KEEP for group in summary.groups)
    )
    yield Measure("RulesNewlyDropping", summary.changes.drops.number)
    yield Measure("RulesTurned", summary.staging.turned)
    yield Measure("RulesNoLongerBlocking", summary.changes.unblocks.number)
    yield Measure("RulesNewlyPassing", summary.changes.passes.number)


def measures_of_hits(days: Collection[HitsOfDay]) -> Iterator[Measure]:
    """That alert logs were counted, and how many lines of a day were of packets that were blocked.

    Args:
        days: the newest whole one that was counted, of each target where there are some.
    """
    yield Measure("HitsCounted", 1)
    if days:
        hits = [one for day in days for one in day.hits]
        blocked = sum(one.count for one in hits if one.action.blocks)
        yield Measure("HitsBlocked", blocked)
        yield Measure("HitsLetThrough", sum(one.count for one in hits) - blocked)


def measures_of_feeds(overdue: Mapping[str, timedelta]) -> Iterator[Measure]:
    """For how long each feed is not confirmed, beyond the time that it may take.

    Args:
        overdue: feed -> that time.
    """
    for name, span in overdue.items():
        yield Measure("FeedOverdue", span.total_seconds(), "Seconds", feed=name)


def measures_of_failure(service: str, error: RulesyncError) -> Iterator[Measure]:
    """That a fetch or a build failed, and whether it was refused as not safe to carry out."""
    name = service.capitalize()
    yield Measure(f"{name}Failed", 1)
    if is_refusal(error):
        yield Measure(f"{name}Refused", 1)


def is_refusal(error: RulesyncError) -> bool:
    """Tell whether an error, or what it was raised from, is a refusal."""
    return isinstance(root_of(error), RefusedError)
