"""One build, from the bucket to the firewall: gather, decide, act.

The one place that joins the pure part to the world. Whatever happens, the build's folder in the
bucket says it: `summary.json` is written also where the build failed or was refused.

Two builds at once do not mix. What a build writes it writes by the update token of what it has
seen, and `latest.json` by the ETag; where somebody else was faster it starts over from what the
bucket has by then, which is the same for both.
"""

from __future__ import annotations

from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Final, NamedTuple, TypeAlias, TypeVar

from rules_lib.aws.calls import Calls
from rules_lib.bucket import SUMMARY, USED_ALLOWLIST, rules_name
from rules_lib.deploy.apply import apply
from rules_lib.errors import (
    ContendedError,
    NotApprovedError,
    RulesyncError,
    StaleError,
    StoreError,
    SyncError,
)
from rules_lib.gc_pause import without_cyclic_gc
from rules_lib.report.facts import FeedFacts, FeedLine
from rules_lib.report.since import since
from rules_lib.report.summary import Summary
from rules_lib.stages.read_needed import read_needed
from rules_lib.state.hold import Hold
from rules_lib.state.latest import Latest
from rules_lib.state.refusal_log import RefusalLog
from rules_lib.state.refusals import Refusals
from rules_lib.sync.circumstances import circumstances_of
from rules_lib.sync.decide import Decision, decide
from rules_lib.sync.discards import keep_discards
from rules_lib.sync.earlier import earlier_build
from rules_lib.sync.gather import Gathered, Reading, gather, inputs_of
from rules_lib.sync.leave_note import leave_note
from rules_lib.sync.read_before import keep_for_later, recall_of
from rules_lib.sync.recently import last_days
from rules_lib.sync.record import files_after, files_before
from rules_lib.sync.releases import feed_lines, used_releases
from rules_lib.sync.settled import InputsUnchanged, Settled, take_over, unchanged_since
from rules_lib.sync.staging import leave_staging
from rules_lib.sync.summary_of_build import Done, feed_facts, summary_of_build, summary_of_failure
from rules_lib.sync.traces import traces_of
from rules_lib.world import World

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from rules_lib.allowlist import Allowlist
    from rules_lib.aws.store import Store
    from rules_lib.deadline import Deadline
    from rules_lib.deploy.foresee import Foreseen
    from rules_lib.inputs import Inputs
    from rules_lib.model import FeedFile
    from rules_lib.reading.recall import Recall
    from rules_lib.reading.ruleset import Ruleset
    from rules_lib.state.turn import Turn

_Outcome = TypeVar("_Outcome")

Approve: TypeAlias = "Callable[[Gathered, Decision], None]"
"""Is shown what is about to be done; raises `NotApprovedError` where it does not agree."""

_ATTEMPTS: Final = 5
"""How often a build starts over because somebody else changed what it had seen."""


def unasked(_: Gathered, __: Decision) -> None:
    """Agree to whatever a sync comes to, as the functions do."""


@dataclass(frozen=True, slots=True)
class Consent:
    """What whoever asks for a sync agrees to.

    Attributes:
        approve: is shown what is about to be done.
        allow_shrink: whether more may be removed or unblocked than the allowlist allows.
    """

    approve: Approve = unasked
    allow_shrink: bool = False


def sync(world: World, *, allow_shrink: bool = False, approve: Approve = unasked) -> Summary | Hold:
    """Bring the firewall's rule groups to what the newest feed and the allowlist ask for.

    Args:
        world: where to read and write.
        allow_shrink: whether it may remove or unblock more than the allowlist allows.
        approve: is shown what is about to be done, once the service has validated it and before
            anything is written; raises where it does not agree.

    Returns:
        What was done; or the hold, where a rollback holds the groups as they are.

    Raises:
        SyncError: the build failed or was refused, wholly or for some groups; says why, and the
            build's summary says it too. What was in force before stays, where it was not written.
        NotApprovedError: from `approve`; no build is recorded.
    """
    with without_cyclic_gc():
        return _sync(world, Consent(approve, allow_shrink=allow_shrink))


def sync_if_changed(world: World, run: Callable[[World], _Outcome]) -> _Outcome | InputsUnchanged:
    """Run a sync; but stop, having read little and written nothing, where nothing has changed.

    Args:
        world: where to read and write.
        run: the sync.

    Raises:
        RulesyncError: see `sync`; or the bucket or the firewall cannot be read.
    """
    note = Settled.see(world.store)
    if still := unchanged_since(world, note.file):
        unchanged, now = still
        take_over(world, note, now)
        return unchanged
    return run(replace(world, lost=note.warnings))


def _sync(world: World, consent: Consent) -> Summary | Hold:
    feed, feeds = FeedFacts(source=f"s3://{world.store.bucket}"), tuple[FeedLine, ...]()
    calls = Calls(watch=world.watch)
    try:
        with calls.candid():
            for attempt in range(_ATTEMPTS):
                if held := Hold.find(world.store):
                    if attempt:  # what it began before the rollback came may have undone some of it
                        from rules_lib.rollback.run import reapply_held_build  # noqa: PLC0415

                        reapply_held_build(world, held)
                    return held
                world.watch("reading the bucket")
                if world.turn:
                    world.turn.listen()
                gathered = _gathered(world)
                world = world.marked(USED_ALLOWLIST, gathered.draft.sha256)
                feed, feeds = feed_facts(gathered.manifest), feed_lines(gathered.feeds)
                if summary := _attempt(world, gathered, calls, consent):
                    return summary
        raise ContendedError("somebody else keeps changing the rule groups; run the sync again")
    except (SyncError, NotApprovedError):
        raise
    except RulesyncError as error:
        raise SyncError(world.build_id, _write_failure(world, feed, feeds, error)) from error


def _gathered(world: World) -> Gathered:
    """Read the bucket, and look at its traces before: whatever changes after them is noticed.

    Raises:
        RulesyncError: see `gather`; that the bucket may not be listed for a note is no error.
    """
    traces = None
    with suppress(StoreError):
        traces = traces_of(world)
    return replace(gather(world.store), traces=traces)


def _write_failure(
    world: World, feed: FeedFacts, feeds: tuple[FeedLine, ...], error: RulesyncError
) -> str:
    """Write the summary of a build that an error ended; say the cause, and what else failed."""
    try:
        world.put(SUMMARY, summary_of_failure(world.build_id, feed, error, feeds).to_json())
    except StoreError as unwritten:
        cause = str(unwritten).partition(": ")[2]
        also = "for the same reason" if cause in str(error) else f"as {unwritten}"
        return f"{error}; the build's summary cannot be written either, {also}"
    return str(error)


def _attempt(world: World, gathered: Gathered, calls: Calls, consent: Consent) -> Summary | None:
    """Carry a build out; None where somebody else changed what it was made from.

    Raises:
        SyncError: some groups failed.
    """
    try:
        return _carried_out(world, gathered, calls, consent)
    except StaleError:
        return None


def _overtaken(world: World, gathered: Gathered) -> bool:
    """Whether another build has ended, or a rollback begun, since the bucket was read."""
    moved = Latest.see(world.store).etag != gathered.latest_etag
    return moved or Hold.find(world.store) is not None


def _more_is_asked_for(turn: Turn, deadline: Deadline) -> bool:
    """Whether to read the bucket again for builds that gave way, before anything is written."""
    return not deadline.passed and turn.may_start_over()


def _carried_out(
    world: World, gathered: Gathered, calls: Calls, consent: Consent
) -> Summary | None:
    if gathered.lost:
        gathered.refusals.put(world.store)
    world.watch("building the rule groups")
    asked = gathered.allowlist.firewall
    firewall = world.firewall(asked.prefix, asked.target, calls)
    recall = recall_of(world.store, gathered)
    inputs = inputs_of(gathered, firewall, world.day, _reading(world, gathered, recall))
    decision = decide(
        inputs,
        firewall,
        refusal_log_of(world.store, gathered.refusals, inputs),
        allow_shrink=consent.allow_shrink or gathered.allow_shrink,
        deadline=world.deadline,
    )
    plan, built = decision.foreseen.plan, decision.foreseen.built
    lately = last_days(world.store, world.day, decision.foreseen)
    if any(failure.stale for failure in decision.failures) or _overtaken(world, gathered):
        return None
    if world.turn and _more_is_asked_for(world.turn, world.deadline):
        world.turn.start_over()
        return None
    consent.approve(gathered, decision)
    staging = leave_staging(world, gathered, built)
    if staging is None:
        return None
    for name, data in files_before(world.build_id, decision.foreseen, lately.impact):
        world.put(name, data)
    applied = apply(plan, firewall, decision.failures)
    if any(failure.stale for failure in applied.failures) or (
        applied.failures and _overtaken(world, gathered)
    ):
        return None
    earlier = earlier_build(world.store, gathered, plan)
    changed = since(decision.foreseen.changes, built, earlier)
    done = Done(gathered, decision, applied, changed, lately)
    summary = summary_of_build(done, calls, build_id=world.build_id, lost=world.lost)
    recorded = _record(world, done, summary, staging)
    keep_for_later(world.store, recall)
    if recorded:
        leave_note(world, done, staging)
    return recorded


def _reading(world: World, gathered: Gathered, recall: Recall | None) -> Reading:
    """How the rules are read: what is new to us, or all as last time, where that was the same."""
    last = world.last_ruleset

    def read(files: Iterable[FeedFile], asked: Allowlist) -> Ruleset:
        return read_needed(files, asked, recall=recall)

    if last is None:
        return read
    return lambda files, asked: last.of(gathered.read_from, lambda: read(files, asked))


def refusal_log_of(store: Store, refusals: Refusals, inputs: Inputs) -> RefusalLog:
    """What is known to be refused of the rules at hand; what else is found is remembered."""
    sids = (rule.sid for rule in inputs.ruleset.rules if rule.sid is not None)
    return RefusalLog(refusals, refusals.of(sids), partial(Refusals.put, store=store))


def _record(world: World, done: Done, summary: Summary, staging: str) -> Summary | None:
    """Write what a build leaves behind; None where another build has ended meanwhile."""
    foreseen = done.decision.foreseen
    for step in done.applied.done:
        if step.group:
            world.put(rules_name(step.name), step.group.text.encode())
    mark = "" if summary.failed else keep_discards(world, done.gathered, foreseen.built)
    found = files_after(summary, foreseen.inputs, foreseen.built, done.changed, done.lately)
    for name, data in found:
        world.put(name, data)
    if summary.failed:
        raise SyncError(world.build_id, summary.failed, done.applied.troubles)
    pointed = _point_at(world, done.gathered, foreseen, _Marks(mark, staging))
    return summary if pointed else None


class _Marks(NamedTuple):
    """By which `latest.json` knows what else a build wrote."""

    discards: str
    staging: str


def _point_at(world: World, gathered: Gathered, foreseen: Foreseen, marks: _Marks) -> bool:
    """Move `latest.json`, unless another build has moved it since; say whether it was moved."""
    latest = Latest(
        build=world.build_id,
        version=gathered.manifest.version,
        sha256=gathered.manifest.sha256,
        feeds=used_releases(gathered.feeds),
        applied_at=world.now.isoformat(),
        categories_seen=tuple(sorted(gathered.seen)),
        allowlist=gathered.draft.sha256,
        own=gathered.own.sha256,
        prefix=gathered.allowlist.firewall.prefix,
        target=gathered.allowlist.firewall.target,
        groups={group.name: str(group.slot) for group in foreseen.built.groups},
        discarded=Counter(str(discard.reason) for discard in foreseen.built.discarded),
        discards=marks.discards,
        staging=marks.staging,
        circumstances=circumstances_of(
            replace(foreseen.inputs, staging=foreseen.built.staging, departed={})
            # as the next build finds it
        ),
    )
    return latest.put_over(world.store, gathered.latest_etag)
