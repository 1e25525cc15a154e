"""What a build came to, as its summary."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rules_lib.deploy.drift import drift_of
from rules_lib.deploy.quota import quota_words
from rules_lib.deploy.steps import Delete, Plan, Replace, Step
from rules_lib.errors import RefusedError, RulesyncError
from rules_lib.own.odd_files import odd_files
from rules_lib.report.changes import changes_of
from rules_lib.report.facts import Accounting, FeedFacts, FeedLine
from rules_lib.report.fired import NOTHING_COUNTED, LastDays
from rules_lib.report.group_line import GroupLine
from rules_lib.report.staging import staging_facts
from rules_lib.report.summary import Summary, summarise
from rules_lib.stages.defer import waiting_in
from rules_lib.sync.releases import feed_lines
from rules_lib.sync.staging import staging_lost
from rules_lib.sync.warnings import feeds_told, full_groups, passing, unjudged, warnings_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from rules_lib.aws.calls import Calls
    from rules_lib.deploy.outcome import Applied
    from rules_lib.feed.manifest import Manifest
    from rules_lib.report.since import Since
    from rules_lib.sync.decide import Decision
    from rules_lib.sync.gather import Gathered


@dataclass(frozen=True, slots=True)
class Done:
    """A build that was carried out, as far as the service let it.

    Attributes:
        gathered: what the bucket said.
        changed: what is different since the last build.
        lately: what fired in the last days.
    """

    gathered: Gathered
    decision: Decision
    applied: Applied
    changed: Since
    lately: LastDays = NOTHING_COUNTED


def feed_facts(manifest: Manifest) -> FeedFacts:
    """The first feed, as a summary names it."""
    return FeedFacts(
        source=manifest.source,
        version=manifest.version,
        sha256=manifest.sha256,
        enabled=manifest.total.enabled,
        disabled=manifest.total.disabled,
    )


def summary_of_build(
    done: Done, calls: Calls, *, build_id: str = "", lost: tuple[str, ...] = ()
) -> Summary:
    """Summarise a build that was carried out.

    Args:
        done: what it came to.
        calls: what it asked of the service.
        build_id: none where nobody carried it out.
        lost: warnings of what an earlier build left and cannot be read.
    """
    gathered, foreseen = done.gathered, done.decision.foreseen
    asked = gathered.allowlist.firewall
    built, plan, waiting = foreseen.built, foreseen.plan, done.decision.waiting
    staying = (f"rule group {stay.name} stays: {stay.why}" for stay in done.applied.staying)
    return summarise(
        build_id=build_id,
        feed=feed_facts(gathered.manifest),
        feeds=feed_lines(gathered.feeds, built),
        accounting=Accounting(
            enabled=built.enabled,
            kept=len(built.kept),
            off=len(built.off),
            setters_added=sum(rule.setter for rule in built.kept),
        ),
        groups=tuple(group_line(step) for step in plan.steps),
        discarded=Counter(discard.reason for discard in built.discarded),
        calls=calls.writes,
        dry_runs=calls.dry_runs,
        warnings=(
            *lost,
            *gathered.lost,
            *feeds_told(gathered.feeds),
            *staging_lost(foreseen.inputs, gathered.staging),
            *unjudged(waiting, waiting_in(built.kept, built.discarded)),
            *drift_of(plan, _recorded(gathered)),
            *passing(built.groups, by_action=asked.target.in_action_order),
            *full_groups(built.overflow),
            *map(str, odd_files(gathered.own.files, gathered.own.folder)),
            *gathered.own.warnings,
            *warnings_of(foreseen.inputs, built, gathered.own.folder),
            *_unread_hits(done.lately),
            *staying,
            *_troubled(plan, done.applied),
        ),
        variables_missing=built.missing_variables,
        relief=built.relief,
        failed="; ".join(_causes(plan, done.applied)) or None,
        budget=asked.capacity,
        target=asked.target,
        changes=changes_of(
            done.changed.rules,
            Counter(discard.reason for discard in built.discarded),
            gathered.latest.discarded if gathered.latest else None,
        ),
        waiting=waiting,
        staging=staging_facts(foreseen.inputs, built),
    )


def is_of_one_build(done: Done, lost: tuple[str, ...]) -> bool:
    """Whether a summary warns of what the next build would find put right, or would judge anew.

    Args:
        done: what a build came to that only updated rule groups: none stays, no policy is switched.
        lost: as in `summary_of_build`.
    """
    foreseen, gathered = done.decision.foreseen, done.gathered
    return any(
        (
            *lost,
            *gathered.lost,
            *staging_lost(foreseen.inputs, gathered.staging),
            *drift_of(foreseen.plan, _recorded(gathered)),
            *_unread_hits(done.lately),
        )
    )


def _recorded(gathered: Gathered) -> Mapping[str, str]:
    """Name -> slot of the groups that the newest build left under the same prefix and target."""
    latest, asked = gathered.latest, gathered.allowlist.firewall
    if latest is None or (latest.prefix, latest.target) != (asked.prefix, asked.target):
        return {}
    return latest.groups


def _unread_hits(lately: LastDays) -> Iterator[str]:
    if lately.problem:
        yield f"not all is known of what fired lately: {lately.problem}"


def _troubled(plan: Plan, applied: Applied) -> Iterator[str]:
    """Policies that the service finds fault with, before the plan and after it."""
    for planned in plan.switches:
        if trouble := planned.policy.health.trouble:
            yield f"firewall policy {planned.policy.name}: the service reports: {trouble}"
    yield from applied.remarks


def _causes(plan: Plan, applied: Applied) -> Iterator[str]:
    yield from (f"{one.name}: {one.cause}" for one in applied.failures)
    yield from quota_words(plan, applied.failures)


def summary_of_failure(
    build_id: str, feed: FeedFacts, error: RulesyncError, feeds: tuple[FeedLine, ...] = ()
) -> Summary:
    """Summarise a build of which nothing was carried out."""
    refused = str(error) if isinstance(error, RefusedError) else None
    return summarise(
        build_id=build_id,
        feed=feed,
        feeds=feeds,
        accounting=Accounting(),
        discarded={},
        calls={},
        variables_missing={},
        refused=refused,
        failed=None if refused else str(error),
    )


def group_line(step: Step) -> GroupLine:
    """One rule group's line in the summary."""
    if isinstance(step, Delete):
        return GroupLine(None, step.name, step.change, step.deployed.capacity)
    replaces = step.deployed.name if isinstance(step, Replace) else None
    return GroupLine(step.group, step.name, step.change, step.group.capacity, replaces)
