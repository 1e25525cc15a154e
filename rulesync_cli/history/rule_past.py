"""Rules by their sid or CVE, with their past: all from the bucket, by a bounded number of requests.

Two for each of the newest builds' plans at most, one for each day of hits, and a few for releases,
discards and rule groups (see `timeline`, `past_releases`, `past_discards`, `state.presence`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

from rules_lib.bucket import ALLOWLIST, DISCARDED, build_key
from rules_lib.errors import RulesyncError
from rules_lib.feed.in_use import feeds_in_use, files_in_use
from rules_lib.model import Rule
from rules_lib.own.files import own_in_bucket
from rules_lib.reading.ruleset import read_rules
from rules_lib.reading.sids import sids_in
from rules_lib.state.fired import FiredRules
from rules_lib.state.presence import MOST_BUILDS, planned_builds
from rules_lib.state.recent import read_recent
from rules_lib.state.staging import StagingFile
from rules_lib.sync.earlier import discards_in
from rulesync_cli.allowlist_text import as_it_is
from rulesync_cli.cves import cves_in
from rulesync_cli.explain.lines import mentioning
from rulesync_cli.history.past_discards import PastDiscards
from rulesync_cli.history.past_releases import ReleasesByFeed
from rulesync_cli.history.published import rules_of_build
from rulesync_cli.history.timeline import GroupTexts, KnownPast, TimelineEvent, timeline_of, written

if TYPE_CHECKING:
    from rules_lib.allowlist import Allowlist
    from rules_lib.aws.store import Store
    from rules_lib.model import FeedFile
    from rulesync_cli.history.published import PublishedRule, PublishedRules

MOST_RULES: Final = 50
"""So many rules of a CVE have their past told."""


@dataclass(frozen=True, slots=True)
class RulePast:
    """A rule, how it is now, and its past.

    Attributes:
        state: in a few words: `drop`, `alert`, `discarded: …`, `off`, `disabled in the feed`.
        in_feed: the newest feed, or people's own files, have it.
        events: in order.
    """

    sid: int
    msg: str
    category: str
    state: str
    in_feed: bool
    events: tuple[TimelineEvent, ...]


@dataclass(frozen=True, slots=True)
class FeedRule:
    """A line of a feed that is a rule, and whether the feed ships it enabled."""

    rule: Rule
    enabled: bool


def rules_about(
    files: Iterable[FeedFile], *, sid: int | None = None, cve: str = ""
) -> tuple[FeedRule, ...]:
    """The rules of a feed with a sid, or that name a CVE; disabled ones too, each sid once.

    Args:
        files: of the feed, people's own first.
        sid: of the rule.
        cve: as `CVE-2024-3400`.
    """
    mention = str(sid).encode() if sid is not None else cve.rpartition("-")[2].encode()
    thin = tuple(mentioning(tuple(files), (mention,)))
    enabled = {rule.place for rule in read_rules(thin).rules}
    every = read_rules(thin, {found for file in thin for found in sids_in(file.data)}).rules
    found = dict[int, FeedRule]()
    for rule in every:
        if isinstance(rule, Rule) and rule.sid is not None:
            named = rule.sid == sid if sid is not None else cve in cves_in(rule.text)
            one = FeedRule(rule, rule.place in enabled)
            if named and (rule.sid not in found or one.enabled > found[rule.sid].enabled):
                found[rule.sid] = one
    return tuple(found.values())


def pasts_of(
    store: Store, today: date, *, sid: int | None = None, cve: str = ""
) -> tuple[RulePast, ...]:
    """Tell the past of a rule, or of all rules that name a CVE, the newest first.

    Args:
        store: the bucket.
        today: UTC.
        sid: of the rule.
        cve: as `CVE-2024-3400`.

    Raises:
        StoreError: the bucket cannot be read, has no feed, or no build was applied.
    """
    in_force = rules_of_build(store)
    shipped = {one.rule.sid or 0: one for one in rules_about(_newest(store), sid=sid, cve=cve)}
    there = {
        rule.sid: rule
        for rule in in_force.rules
        if (rule.sid == sid if sid is not None else cve in rule.cves)
    }
    sids = sorted({*shipped, *there}, reverse=True)[:MOST_RULES]
    past = _known_past(store, today, in_force)
    return tuple(_past(one, shipped.get(one), there, past) for one in sids)


def pasts_in_feed(files: Iterable[FeedFile], cve: str) -> tuple[RulePast, ...]:
    """The rules of a feed that name a CVE; only when they were written is known."""
    return tuple(
        RulePast(
            sid=one.rule.sid or 0,
            msg=one.rule.msg,
            category=one.rule.category,
            state="enabled in the feed" if one.enabled else "disabled in the feed",
            in_feed=True,
            events=tuple(written(one.rule.created_at)),
        )
        for one in sorted(rules_about(files, cve=cve), key=lambda one: -(one.rule.sid or 0))
    )


def _past(
    sid: int, shipped: FeedRule | None, there: Mapping[int, PublishedRule], past: KnownPast
) -> RulePast:
    rule, published = shipped.rule if shipped else None, there.get(sid)
    created = rule.created_at if rule else ""
    action = published.action if published else ""
    return RulePast(
        sid=sid,
        msg=rule.msg if rule else published.msg if published else "",
        category=rule.category if rule else published.category if published else "",
        state=_state(shipped, action, past.reasons.get(sid, "")),
        in_feed=shipped is not None,
        events=timeline_of(sid, created, action, past, rule.feed.name if rule else ""),
    )


def _state(shipped: FeedRule | None, action: str, reason: str) -> str:
    if action:
        return action if shipped else f"{action}, and the newest feed does not have it"
    if reason:
        return f"discarded: {reason}"
    return "off" if shipped and shipped.enabled else "disabled in the feed"


def _newest(store: Store) -> Sequence[FeedFile]:
    return tuple(files_in_use(store, feeds_in_use(store), own_in_bucket(store).files))


def _known_past(store: Store, today: date, in_force: PublishedRules) -> KnownPast:
    stored = store.find(build_key(in_force.build, DISCARDED))
    fired = FiredRules.see(store).file
    return KnownPast(
        plans=tuple(reversed(tuple(planned_builds(store, MOST_BUILDS)))),
        texts=GroupTexts.of(store),
        releases=ReleasesByFeed(store),
        discards=PastDiscards.of(store),
        recent=read_recent(store, today, presence=False),
        last_fired=fired.of(in_force.prefix) if fired else {},
        staged_until=dict(_staged(store, in_force)),
        reasons=discards_in(stored.body) if stored else {},
    )


def _staged(store: Store, in_force: PublishedRules) -> Iterator[tuple[int, date]]:
    """The rules that alert until a day, and that day."""
    file, allowlist = StagingFile.see(store).file, _allowlist(store)
    since = file.record.since if file else {}
    for rule in in_force.rules:
        days = allowlist.staging_days(rule.category) if allowlist and rule.sid in since else 0
        if days and rule.action == "alert":
            yield rule.sid, since[rule.sid] + timedelta(days=days)


def _allowlist(store: Store) -> Allowlist | None:
    """The bucket's allowlist; None where it has errors, which `rulesync check` tells."""
    stored = store.find(ALLOWLIST)
    with suppress(RulesyncError):
        return as_it_is(stored.body, ALLOWLIST) if stored else None
    return None
