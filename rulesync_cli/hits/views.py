"""Hits by rule, category, own host and day."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from rules_lib.facts.suricata import DEFAULT_ACTION_SIDS
from rules_lib.hits.hosts import OwnNetworks
from rules_lib.hits.ours import may_be_ours
from rules_lib.hits.presence import Presence
from rules_lib.hits.tally import HitTally, lines_by_host, tally_of

if TYPE_CHECKING:
    from rules_lib.allowlist import Allowlist
    from rules_lib.hits.values import DayHits
    from rulesync_cli.history.published import PublishedRule
    from rulesync_cli.hits.source import KnownHits

UNCATEGORIZED = "-"
"""In place of a category: the rule is not in force, or what is in force is not known."""

FOREIGN = "(not ours)"
"""In place of a category: another's rule group has the rule."""

DEFAULT_ACTION = "(default action)"
"""In place of a category: what the policy does with packets that no rule decides on."""


@dataclass(frozen=True, slots=True)
class RulesInForce:
    """What is in force beside the hits.

    Attributes:
        source: where it comes from, in people's words; empty where it is not known.
        prefix: of the names of our rule groups.
        by_sid: the rules.
        own: which addresses are people's own.
        presence: since when the rules are there.
        allowlist: what people ask for; None where that is not known.
    """

    source: str = ""
    prefix: str = ""
    by_sid: Mapping[int, PublishedRule] = field(default_factory=lambda: MappingProxyType({}))
    own: OwnNetworks = field(default_factory=OwnNetworks)
    presence: Presence = field(default_factory=Presence)
    allowlist: Allowlist | None = None

    def owns(self, hits: DayHits) -> bool:
        """Whether a rule of ours fired."""
        return may_be_ours(hits.group, self.prefix)

    def rule_of(self, hits: DayHits) -> PublishedRule | None:
        """The rule in force that fired; None where another did, or one that was in force before."""
        return self.by_sid.get(hits.sid) if self.owns(hits) else None

    def category_of(self, hits: DayHits) -> str:
        """Of the rule in force, or what stands in its place."""
        if not self.owns(hits):
            return FOREIGN
        if rule := self.by_sid.get(hits.sid):
            return rule.category or UNCATEGORIZED
        return DEFAULT_ACTION if hits.sid in DEFAULT_ACTION_SIDS else UNCATEGORIZED


class FiredRule(NamedTuple):
    """A rule that fired; `rule` is None where it is not in force."""

    sid: int
    category: str
    group: str
    rule: PublishedRule | None
    tally: HitTally


class FiredCategory(NamedTuple):
    """A category of which rules fired."""

    category: str
    tally: HitTally


class FiredHost(NamedTuple):
    """An own host that rules fired on.

    Attributes:
        hits_at_least: log lines that name it, as far as it is among the examples.
        blocked_at_least: of these, those whose packets were blocked.
        sids: of the rules, those with the most lines first.
    """

    host: str
    hits_at_least: int
    blocked_at_least: int
    sids: tuple[int, ...]
    first: date
    last: date


class FiredDay(NamedTuple):
    """A day; `lines` is None where it is unknown, `tally` also where nothing fired."""

    day: date
    lines: int | None
    tally: HitTally | None


def by_rule(known: KnownHits, there: RulesInForce) -> tuple[FiredRule, ...]:
    """A line for each rule, those with the most hits first."""
    alike: defaultdict[tuple[int, str], list[DayHits]] = defaultdict(list)
    for hits in _all(known):
        alike[hits.sid, "" if there.owns(hits) else hits.group].append(hits)
    found = (_fired_rule(hits, there) for hits in alike.values())
    return tuple(sorted(found, key=lambda one: (-one.tally.hits, one.sid, one.group)))


def _fired_rule(hits: list[DayHits], there: RulesInForce) -> FiredRule:
    newest = max(hits, key=lambda one: (bool(one.group), one.last))
    rule = there.rule_of(newest)
    return FiredRule(
        sid=newest.sid,
        category=there.category_of(newest),
        group=rule.group if rule else newest.group,
        rule=rule,
        tally=tally_of(hits, there.own),
    )


def by_category(known: KnownHits, there: RulesInForce) -> tuple[FiredCategory, ...]:
    """A line for each category, those with the most hits first."""
    alike: defaultdict[str, list[DayHits]] = defaultdict(list)
    for hits in _all(known):
        alike[there.category_of(hits)].append(hits)
    found = (FiredCategory(name, tally_of(hits, there.own)) for name, hits in alike.items())
    return tuple(sorted(found, key=lambda one: (-one.tally.hits, one.category)))


def by_host(known: KnownHits, there: RulesInForce) -> tuple[FiredHost, ...]:
    """A line for each own host, those with the most hits first."""
    seen: defaultdict[str, list[tuple[date, DayHits, int]]] = defaultdict(list)
    for day in known.days:
        for hits in day.hits:
            for host, lines in lines_by_host(hits, there.own):
                seen[host].append((day.day, hits, lines))
    found = (_fired_host(host, lines) for host, lines in seen.items())
    return tuple(sorted(found, key=lambda one: (-one.hits_at_least, one.host)))


def _fired_host(host: str, seen: Iterable[tuple[date, DayHits, int]]) -> FiredHost:
    seen = tuple(seen)
    sids = Counter[int]()
    for _, hits, lines in seen:
        sids[hits.sid] += lines
    return FiredHost(
        host=host,
        hits_at_least=sids.total(),
        blocked_at_least=sum(lines for _, hits, lines in seen if hits.action.blocks),
        sids=tuple(sid for sid, _ in sorted(sids.items(), key=lambda item: (-item[1], item[0]))),
        first=min(day for day, _, _ in seen),
        last=max(day for day, _, _ in seen),
    )


def by_day(known: KnownHits, there: RulesInForce) -> tuple[FiredDay, ...]:
    """A line for each day in order, the unknown ones too."""
    found = [
        FiredDay(day.day, day.lines, tally_of(day.hits, there.own) if day.hits else None)
        for day in known.days
    ]
    return tuple(sorted((*found, *(FiredDay(day, None, None) for day in known.unknown))))


def _all(known: KnownHits) -> Iterable[DayHits]:
    return (hits for day in known.days for hits in day.hits)
