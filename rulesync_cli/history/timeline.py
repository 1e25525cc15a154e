"""When a rule was published, fetched, in force, staged, left out, and when it fired."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from rules_lib.bucket import build_key, rules_name
from rules_lib.facts.feeds import ET_OPEN
from rules_lib.groups.content import action_of, by_sid
from rulesync_cli.history.past_discards import PastDiscards
from rulesync_cli.history.past_releases import PastReleases, ReleasesByFeed

if TYPE_CHECKING:
    from rules_lib.aws.store import Store
    from rules_lib.hits.recent import RecentHits
    from rules_lib.state.presence import PlannedBuild

MOST_TOUCHES: Final = 12
"""So many of a rule's newest changes are looked at."""


class Happened(StrEnum):
    """What happened to a rule."""

    WRITTEN = "written"
    FETCHED = "fetched"
    IN_FORCE = "in force"
    STAGED_UNTIL = "staged until"
    TAKEN_AWAY = "no longer in force"
    LEFT_OUT = "left out"
    FIRST_HIT = "first hit known"
    LAST_HIT = "last hit"


@dataclass(frozen=True, slots=True)
class TimelineEvent:
    """One entry of a rule's history.

    Attributes:
        at: day or time, ISO 8601, UTC.
        detail: as whom, why, or from where, in a few words.
        build: that did it; empty where none did.
        at_the_latest: it may have been so before, as nothing older is known.
    """

    at: str
    what: Happened
    detail: str = ""
    build: str = ""
    at_the_latest: bool = False


@dataclass(frozen=True, slots=True)
class KnownPast:
    """What the bucket tells of the past.

    Attributes:
        plans: builds with their day and plan, the oldest first.
        texts: of the groups that the builds wrote.
        recent: what fired in the last days.
        last_fired: sid -> day of its newest hit, also before these days.
        staged_until: sid -> day from which a staged rule drops.
        reasons: sid -> why the build in force discards it.
    """

    plans: Sequence[tuple[str, date, PlannedBuild]]
    texts: GroupTexts
    releases: ReleasesByFeed
    discards: PastDiscards
    recent: RecentHits
    last_fired: Mapping[int, date]
    staged_until: Mapping[int, date]
    reasons: Mapping[int, str]


@dataclass(slots=True)
class GroupTexts:
    """Rules as builds published them, each file read once."""

    store: Store
    _known: dict[tuple[str, str], Mapping[int, str]]

    @classmethod
    def of(cls, store: Store) -> GroupTexts:
        """Begin with none."""
        return cls(store, {})

    def action(self, build: str, group: str, sid: int) -> str:
        """With which action a build published a rule; empty where that cannot be read."""
        key = build, group
        if key not in self._known:
            stored = self.store.find(build_key(build, rules_name(group)))
            text = stored.body.decode(errors="replace") if stored else ""
            self._known[key] = by_sid(text)
        return action_of(self._known[key].get(sid, ""))


def timeline_of(
    sid: int, created_at: str, action: str, past: KnownPast, feed: str = ""
) -> tuple[TimelineEvent, ...]:
    """Tell a rule's history, in order.

    Args:
        sid: of the rule.
        created_at: of its metadata, as `2024_04_12`; empty where it has none.
        action: in force; empty where it is not.
        past: what is known.
        feed: with which it comes; empty where none is known.
    """
    events = [
        *written(created_at),
        *_fetched(sid, past.releases.of(feed), feed),
        *_in_force(sid, action, past),
        *_staged(sid, past.staged_until),
        *_left_out(sid, past),
        *_fired(sid, past),
    ]
    return tuple(sorted(events, key=lambda one: one.at[:10]))  # stable, so of a day in this order


def written(created_at: str) -> Iterator[TimelineEvent]:
    """When a rule was written, by its metadata; nothing where these do not say."""
    if created_at:
        yield TimelineEvent(created_at.replace("_", "-"), Happened.WRITTEN, "by its created_at")


def _fetched(sid: int, releases: PastReleases, feed: str) -> Iterator[TimelineEvent]:
    if found := releases.first_with(sid):
        release, is_oldest = found
        words = f"release {release.version}" + (f" of {feed}" if feed not in {"", ET_OPEN} else "")
        yield TimelineEvent(release.at, Happened.FETCHED, words, at_the_latest=is_oldest)


def _in_force(sid: int, action: str, past: KnownPast) -> Iterator[TimelineEvent]:
    """Each change of its action, and when it came and went."""
    touches = [
        (build, day, group)
        for build, day, plan in past.plans
        if (group := _group_after(sid, plan)) is not None
    ]
    before = ""
    if action and len(touches) > MOST_TOUCHES:
        touches = touches[-MOST_TOUCHES:]
    for build, day, group in touches:
        acts = past.texts.action(build, group, sid) if group else ""
        if group and not acts:  # the file has expired, or the build failed before it
            continue
        if acts != before:
            what = Happened.IN_FORCE if acts else Happened.TAKEN_AWAY
            yield TimelineEvent(day.isoformat(), what, f"as {acts}" if acts else "", build)
        before = acts
    if action and action != before and past.plans:
        oldest = past.plans[0][1].isoformat()
        yield TimelineEvent(oldest, Happened.IN_FORCE, f"as {action}", at_the_latest=True)


def _group_after(sid: int, plan: PlannedBuild) -> str | None:
    """The group in which a build put a rule, or another text of it; empty where it took it away."""
    found = None
    for step in plan.steps:
        if sid in step.added or sid in step.changed:
            return step.name
        if sid in step.removed:
            found = ""
    return found


def _staged(sid: int, until: Mapping[int, date]) -> Iterator[TimelineEvent]:
    if day := until.get(sid):
        yield TimelineEvent(day.isoformat(), Happened.STAGED_UNTIL, "drops from then on")


def _left_out(sid: int, past: KnownPast) -> Iterator[TimelineEvent]:
    if reason := past.reasons.get(sid):
        day, build, is_oldest = past.discards.since(sid, reason)
        day = day or past.recent.last.isoformat()
        yield TimelineEvent(day, Happened.LEFT_OUT, f"discarded: {reason}", build, is_oldest)


def _fired(sid: int, past: KnownPast) -> Iterator[TimelineEvent]:
    hits = [one for day in past.recent.history.days for one in day.hits if one.sid == sid]
    if hits:
        first = min(hits, key=lambda one: one.first)
        words = f"{sum(one.count for one in hits):,} in the last days, first {first.action}"
        moment = first.first.isoformat(timespec="seconds")
        yield TimelineEvent(moment, Happened.FIRST_HIT, words, at_the_latest=True)
    if last := past.last_fired.get(sid):
        yield TimelineEvent(last.isoformat(), Happened.LAST_HIT)
