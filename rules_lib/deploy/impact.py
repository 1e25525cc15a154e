"""What a change would have done to the traffic of the last days, by the hits that are known.

A rule that alerted and is to block would have blocked what it let through. One that blocked and is
not to any more would have let through what it blocked. Of a rule that was not in force, or leaves
no line, nothing is known, and that is never 0.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from rules_lib.hits.ours import may_be_ours
from rules_lib.reading.parser import is_silent

if TYPE_CHECKING:
    from datetime import date

    from rules_lib.deploy.rulewise import RuleChange
    from rules_lib.hits.hosts import OwnNetworks
    from rules_lib.hits.recent import RecentHits
    from rules_lib.hits.values import DayHits

LISTED_RULES: Final = 500
"""So many rules that fired are named in a build's files, those with the most hits."""


class ImpactKind(StrEnum):
    """What becomes of the packets that a rule matches."""

    BLOCKED = "would have blocked"
    LET_THROUGH = "would have let through"


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleImpact:
    """What the change of one rule would have done.

    Attributes:
        days: on which it was in force all day long, and whose hits are known.
        hits: log lines that would have ended otherwise.
        flows_at_most: a flow that lasts over midnight counts on both days.
        hosts: own hosts among the example addresses, in order.
    """

    kind: ImpactKind
    sid: int
    category: str
    group: str
    msg: str
    before: str
    after: str
    days: int
    hits: int
    flows_at_most: int
    hosts: tuple[str, ...]

    @property
    def is_known(self) -> bool:
        """Whether anything is known of it: a rule that fired was in force, whatever builds say."""
        return bool(self.days or self.hits)


@dataclass(frozen=True, slots=True, kw_only=True)
class CategoryImpact:
    """The same of the rules of a category.

    Attributes:
        rules: how many change.
        fired: those of which hits would have ended otherwise, the most hits first.
        quiet: how many had no such hit on the days that are known.
        unknown: of how many nothing is known.
    """

    kind: ImpactKind
    category: str
    rules: int
    fired: tuple[RuleImpact, ...]
    quiet: int
    unknown: int

    @property
    def hits(self) -> int:
        """Log lines of all of them."""
        return sum(one.hits for one in self.fired)

    @property
    def flows_at_most(self) -> int:
        """A flow on which two rules fired counts for both."""
        return sum(one.flows_at_most for one in self.fired)

    @property
    def hosts(self) -> tuple[str, ...]:
        """Own hosts of all of them, in order."""
        return tuple(sorted({host for one in self.fired for host in one.hosts}))


@dataclass(frozen=True, slots=True)
class Impact:
    """What a plan would have done.

    Attributes:
        first: day of the time that was looked at, UTC.
        last: the last one.
        days: of how many of them the hits are known.
        unknown: the others.
        categories: those with rules that begin or cease to block, by kind, the most hits first.
    """

    first: date
    last: date
    days: int
    unknown: tuple[date, ...]
    categories: tuple[CategoryImpact, ...]


def begin_or_cease_to_block(changes: Iterable[RuleChange]) -> tuple[RuleChange, ...]:
    """The changes of which hits tell anything."""
    return tuple(one for one in changes if one.blocks_anew or one.unblocks)


def impact_of(
    changes: Iterable[RuleChange], recent: RecentHits, own: OwnNetworks, prefix: str
) -> Impact:
    """Join a plan with what fired.

    Args:
        changes: every rule that is not deployed as it was.
        recent: what is known of the last days.
        own: which addresses are people's own.
        prefix: of our groups' names.
    """
    fired = defaultdict[int, list["DayHits"]](list)
    for day in recent.history.days:
        for hits in day.hits:
            if may_be_ours(hits.group, prefix):
                fired[hits.sid].append(hits)
    rules = [
        _rule_impact(one, fired.get(one.sid, ()), recent, own)
        for one in begin_or_cease_to_block(changes)
    ]
    return Impact(
        first=recent.first,
        last=recent.last,
        days=len(recent.history.days),
        unknown=recent.history.unknown,
        categories=tuple(sorted(_by_category(rules), key=_weight)),
    )


def _rule_impact(
    change: RuleChange, fired: Collection[DayHits], recent: RecentHits, own: OwnNetworks
) -> RuleImpact:
    anew = change.blocks_anew
    hits = [one for one in fired if one.action.blocks is not anew]
    return RuleImpact(
        kind=ImpactKind.BLOCKED if anew else ImpactKind.LET_THROUGH,
        sid=change.sid,
        category=change.category,
        group=change.group,
        msg=change.msg,
        before=change.acted,
        after=change.acts,
        days=recent.days_of(change.sid) if _leaves_lines(change) else 0,
        hits=sum(one.count for one in hits),
        flows_at_most=sum(one.flows for one in hits),
        hosts=own.own(*hits),
    )


def _leaves_lines(change: RuleChange) -> bool:
    """Whether the rule as it is in force would have left a line; a new one is not in force."""
    return change.acted not in {"", "pass"} and not is_silent(change.before)


def _by_category(rules: Sequence[RuleImpact]) -> Iterable[CategoryImpact]:
    alike = defaultdict[tuple[ImpactKind, str], list[RuleImpact]](list)
    for one in rules:
        alike[one.kind, one.category].append(one)
    for (kind, category), found in alike.items():
        fired = sorted((one for one in found if one.hits), key=lambda one: (-one.hits, one.sid))
        unknown = sum(not one.is_known for one in found)
        yield CategoryImpact(
            kind=kind,
            category=category,
            rules=len(found),
            fired=tuple(fired),
            quiet=len(found) - len(fired) - unknown,
            unknown=unknown,
        )


def _weight(one: CategoryImpact) -> tuple[bool, int, int, str]:
    return one.kind is ImpactKind.LET_THROUGH, -one.hits, -one.rules, one.category


def impact_record(found: Impact, *, addresses: bool) -> dict[str, Any]:
    """What a plan would have done, as JSON shows it.

    Args:
        found: all of it; of each category only the first `LISTED_RULES` that fired are given.
        addresses: whether own hosts are named, and not only counted: hits expire, and a build's
            files may be there for longer.
    """
    return {
        "first": found.first.isoformat(),
        "last": found.last.isoformat(),
        "days": found.days,
        "unknown_days": [day.isoformat() for day in found.unknown],
        "categories": [_category_record(one, addresses=addresses) for one in found.categories],
    }


def _category_record(one: CategoryImpact, *, addresses: bool) -> dict[str, Any]:
    return {
        "what": one.kind,
        "category": one.category,
        "rules": one.rules,
        "quiet": one.quiet,
        "unknown": one.unknown,
        "hits": one.hits,
        "flows_at_most": one.flows_at_most,
        "hosts_at_least": len(one.hosts),
        **({"hosts": list(one.hosts)} if addresses else {}),
        "fired": [_fired_record(rule, addresses=addresses) for rule in one.fired[:LISTED_RULES]],
    }


def _fired_record(one: RuleImpact, *, addresses: bool) -> dict[str, Any]:
    return {
        "sid": one.sid,
        "msg": one.msg,
        "group": one.group,
        "before": one.before or None,
        "after": one.after or None,
        "days": one.days,
        "hits": one.hits,
        "flows_at_most": one.flows_at_most,
        "hosts_at_least": len(one.hosts),
        **({"hosts": list(one.hosts)} if addresses else {}),
    }
