"""How a stack is: what is in force, what failed, and what waits, read without building anything."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final, Literal, NamedTuple, TypeAlias

from rules_lib.bucket import (
    ALLOWLIST,
    FEEDS,
    LOCAL,
    SUMMARY,
    build_key,
    last_notice_key,
)
from rules_lib.errors import FeedListError, FirewallError, RefusedError, StoreError
from rules_lib.facts.targets import Target
from rules_lib.model import Reason
from rules_lib.own.files import own_in_bucket
from rules_lib.report.summary import read_summary
from rules_lib.state.hold import Hold
from rules_lib.state.last_notice import LastNotice
from rules_lib.state.latest import Latest
from rules_lib.state.turn import TurnHolder
from rulesync_cli.common import moment
from rulesync_cli.history.builds import PastBuild, past_builds
from rulesync_cli.history.manual_changes import manual_changes
from rulesync_cli.history.outcome import Outcome
from rulesync_cli.history.used_feeds import UsedFeed, UsedFeeds, used_feeds

if TYPE_CHECKING:
    from rules_lib.aws.store import Store
    from rules_lib.report.staging import StagingFacts
    from rules_lib.world import World

StackState: TypeAlias = Literal["healthy", "waiting", "failing"]

_LONGEST: Final = timedelta(minutes=15)
"""The longest that a Lambda function may run: a build without a summary is over by then."""

_UNSURE: Final = "`rulesync plan` shows what a sync would do"


class StatusFinding(NamedTuple):
    """One thing that is not as it should be, or waits.

    Attributes:
        code: for programs.
        words: for people.
        step: what to do next; empty where there is nothing but to wait.
    """

    state: StackState
    code: str
    words: str
    step: str = ""


@dataclass(frozen=True, slots=True)
class StackStatus:
    """How a stack is at one moment.

    Attributes:
        feeds: that people want, or that are in force.
        attempt: the newest build, however it ended.
        findings: what fails first, then what waits.
        staging: what is staged and excepted in the build in force; None where nobody knows.
        modes: name -> ENFORCE or MONITOR of the Next Generation policies that were given.
    """

    now: datetime
    latest: Latest | None
    hold: Hold | None
    feeds: UsedFeeds
    attempt: PastBuild | None
    findings: tuple[StatusFinding, ...]
    staging: StagingFacts | None = None
    modes: Mapping[str, str] = field(default_factory=dict)

    @property
    def state(self) -> StackState:
        """The worst of the findings."""
        states = {finding.state for finding in self.findings}
        return "failing" if "failing" in states else "waiting" if states else "healthy"

    @property
    def feed(self) -> UsedFeed | None:
        """The first feed that is in force; before the first build, the first that has arrived."""
        in_force = (feed for feed in self.feeds.feeds if feed.used)
        return next(in_force, next(self.feeds.arrived, None))

    def discarded_for(self, reason: Reason) -> int:
        """How many rules the build in force discarded for a reason."""
        return ((self.latest and self.latest.discarded) or {}).get(reason, 0)


def stack_status(world: World) -> StackStatus:
    """Look at the bucket and the account; nothing is built, and no rule read without need.

    Raises:
        StoreError: the bucket cannot be read.
    """
    store = world.store
    world.watch("reading the bucket")
    latest, hold = Latest.find(store), Hold.find(store)
    feeds = used_feeds(store, latest)
    attempt = next(iter(past_builds(store, 1, latest).builds), None)
    found = [
        *_attempted(world, attempt, hold),
        *_fetching(store, feeds),
        *_missing(feeds),
        *(_held(hold) if hold else ()),
        *(_outdated(store, latest, feeds, hold) if latest else _empty(store, feeds)),
    ]
    if latest:
        world.watch("looking at the rule groups")
        found += _account(world, latest, attempt)
    return StackStatus(
        now=world.now,
        latest=latest,
        hold=hold,
        feeds=feeds,
        attempt=attempt,
        findings=tuple(sorted(found, key=lambda finding: finding.state != "failing")),
        staging=_staging(store, latest) if latest else None,
        modes=_modes(world, latest) if latest else {},
    )


def _modes(world: World, latest: Latest) -> dict[str, str]:
    """What mode people have set each policy to; a kind that has none is not asked."""
    if latest.target is Target.CLASSIC:
        return {}
    firewall = world.firewall(latest.prefix, latest.target)
    with suppress(FirewallError):  # what is wrong with them is a finding already
        return {one.name: one.mode for one in firewall.given() if one.mode}
    return {}


def _staging(store: Store, latest: Latest) -> StagingFacts | None:
    """What the summary of the build in force says; an older version's says nothing."""
    stored = store.find(build_key(latest.build, SUMMARY))
    with suppress(StoreError):
        return read_summary(stored.body).staging if stored else None
    return None


def _attempted(
    world: World, attempt: PastBuild | None, hold: Hold | None
) -> Iterator[StatusFinding]:
    """What became of the newest build; after a rollback people know of it."""
    turn = TurnHolder.find(world.store)
    running = turn is not None and turn.until > world.now
    if running:
        yield StatusFinding("waiting", "building", "a build is running")
    if attempt is None or hold:
        return
    name = f"build {attempt.build}"
    match attempt.outcome:
        case Outcome.FAILED | Outcome.REFUSED as outcome:
            verb = "failed" if outcome is Outcome.FAILED else "was refused"
            step = "`rulesync plan` shows what it would do; fix the cause, then `rulesync apply`"
            yield StatusFinding(
                "failing", f"build-{outcome}", f"{name} {verb}: {attempt.cause}", step
            )
        case Outcome.UNFINISHED if not running and _is_over(attempt, world.now):
            why = attempt.cause or "it ended before it could write its summary"
            step = "see the build function's log, then `rulesync apply`"
            yield StatusFinding(
                "failing", "build-unfinished", f"{name} did not finish: {why}", step
            )
        case Outcome.UNFINISHED if not running:
            yield StatusFinding("waiting", "building", f"{name} is running")
        case Outcome.ROLLED_BACK:
            words = (
                f"{name} was rolled back, and the hold is lifted: the next sync uses the "
                "newest feed"
            )
            yield StatusFinding("waiting", "resumed", words, "`rulesync apply`")
        case _:
            pass


def _is_over(attempt: PastBuild, now: datetime) -> bool:
    return not attempt.at or now - datetime.fromisoformat(attempt.at) > _LONGEST


def _fetching(store: Store, feeds: UsedFeeds) -> Iterator[StatusFinding]:
    """Which feeds of a list failed; without one, what the fetch function told people of last."""
    if store.find(FEEDS):
        yield from _failed_feeds(store)
        return
    told = LastNotice.find(store, last_notice_key("fetch"))
    if told is None or not told.cause or not told.at:
        return
    since = datetime.fromisoformat(told.at)
    if not any(feed.newest and feed.newest.fetched_at >= since for feed in feeds.arrived):
        words = f"the last fetch failed, first reported {moment(told.at)}"
        yield StatusFinding(
            "failing", "fetch-failed", words, "`rulesync fetch` fetches now, or shows the error"
        )


def _failed_feeds(store: Store) -> Iterator[StatusFinding]:
    """The feeds of the list whose newest fetch failed; or that the list has errors."""
    from rulesync_cli.history.feed_status import feed_statuses  # noqa: PLC0415 - needs a list

    try:
        statuses = feed_statuses(store)
    except FeedListError as error:
        step = "correct it, then `rulesync push --feeds feeds.yaml`"
        yield StatusFinding("failing", "feed-list", str(error), step)
        return
    for one in statuses:
        if one.state and one.failure:
            since = moment(one.state.failing_since or one.state.asked_at)
            words = f"feed {one.entry.name} was not fetched since {since}: {one.failure}"
            step = f"`rulesync fetch --feed {one.entry.name}` fetches it now, or shows the error"
            yield StatusFinding("failing", "feed-failed", words, step)


def _held(hold: Hold) -> Iterator[StatusFinding]:
    words = f"held at build {hold.build}: syncs change nothing"
    yield StatusFinding("waiting", "held", words, "`rulesync resume`")


def _missing(feeds: UsedFeeds) -> Iterator[StatusFinding]:
    """Which feeds of the list never arrived."""
    for feed in feeds.feeds:
        if feed.newest is None and feed.prefix is not None and any(feeds.arrived):
            words = f"feed {feed.name} has never arrived; builds go on without it"
            yield StatusFinding("waiting", "no-feed", words, "`rulesync fetch`, or see its log")


def _empty(store: Store, feeds: UsedFeeds) -> Iterator[StatusFinding]:
    """What is missing for the first build, the first of it first."""
    words = "no build has been applied yet"
    if store.find(ALLOWLIST) is None:
        step = "`rulesync init` writes an allowlist, `rulesync push categories.yaml` uploads it"
        yield StatusFinding("waiting", "no-allowlist", f"{words}, and there is no allowlist", step)
    elif not any(feeds.arrived):
        yield StatusFinding(
            "waiting", "no-feed", f"{words}, and there is no feed", "`rulesync fetch`"
        )
    else:
        yield StatusFinding("waiting", "no-build", words, "`rulesync apply`")


def _outdated(
    store: Store, latest: Latest, feeds: UsedFeeds, hold: Hold | None
) -> Iterator[StatusFinding]:
    """What lies in the bucket and is not in the build that was applied last."""
    first = "`rulesync resume`, then " if hold else ""
    step = f"{first}`rulesync apply`; {_UNSURE}"
    allowlist = store.find(ALLOWLIST)
    if allowlist is None:
        step = "`rulesync push` uploads one; the bucket keeps earlier versions"
        yield StatusFinding("failing", "no-allowlist", f"{ALLOWLIST} is gone", step)
    elif latest.allowlist not in {"", hashlib.sha256(allowlist.body).hexdigest()}:
        yield StatusFinding(
            "waiting", "allowlist", "the allowlist was uploaded but not applied", step
        )
    if latest.own and latest.own != _own(store):
        words = f"your own rules under {LOCAL} were changed but not applied"
        yield StatusFinding("waiting", "own-rules", words, step)
    if feeds.edited:
        words = f"{FEEDS} was changed but not applied"
        yield StatusFinding("waiting", "feed-list", words, step)
    for feed in feeds.feeds:
        if feed.newest and feed.is_outdated:
            name = f"{feed.name} " if len(feeds.feeds) > 1 else ""
            words = f"feed {name}{feed.newest.version} was fetched but not applied"
            yield StatusFinding("waiting", "feed", words, step)
    if number := (latest.discarded or {}).get(Reason.NOT_YET_PROVEN, 0):
        rules = "1 rule waits" if number == 1 else f"{number:,} rules wait"
        words = f"{rules} for the service; there was no time to ask, and the next sync does"
        yield StatusFinding("waiting", "not-yet-proven", words)


def _own(store: Store) -> str:
    try:
        return own_in_bucket(store).sha256
    except RefusedError:  # two files come to one category: no build was made from these
        return ""


def _account(world: World, latest: Latest, attempt: PastBuild | None) -> Iterator[StatusFinding]:
    broken_off = attempt is not None and attempt.outcome in {Outcome.FAILED, Outcome.UNFINISHED}
    try:
        for words in manual_changes(world, latest, broken_off=broken_off):
            yield StatusFinding("waiting", "drift", words, "`rulesync apply` corrects it")
    except FirewallError as error:
        words = f"cannot tell whether somebody changed the rule groups: {error}"
        yield StatusFinding("waiting", "unknown", words)
