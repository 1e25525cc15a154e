"""What fired in the last days, as the page shows it: counts, and no address."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from rules_lib.hits.ours import may_be_ours
from rules_lib.hits.tally import tally_of

if TYPE_CHECKING:
    from datetime import date

    from rules_lib.build import Built
    from rules_lib.deploy.impact import Impact
    from rules_lib.hits.hosts import OwnNetworks
    from rules_lib.hits.recent import RecentHits
    from rules_lib.hits.values import DayHits
    from rules_lib.outcome import Converted

TOP_RULES: Final = 50
"""So many of the rules that fired are listed; the totals are of all."""


@dataclass(frozen=True, slots=True)
class DayBar:
    """A day; `hits` is None where it was not counted."""

    day: date
    hits: int | None
    blocked: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class FiredLine:
    """A rule of ours that fired.

    Attributes:
        action: in force after the build; empty where it is not in force any more.
        hits: log lines.
        blocked: of these, those whose packets were blocked.
        hosts_at_least: own hosts among the example addresses.
        days: on how many it fired.
    """

    sid: int
    action: str
    category: str
    msg: str
    hits: int
    blocked: int
    hosts_at_least: int
    days: int


@dataclass(frozen=True, slots=True)
class WhatFired:
    """What fired in the last days, of our rules.

    Attributes:
        days: each day, in order.
        lines: the rules with the most hits, at most `TOP_RULES`.
        rules: how many fired in all.
        hits: of all of them.
        blocked: of these, those whose packets were blocked.
    """

    days: tuple[DayBar, ...]
    lines: tuple[FiredLine, ...]
    rules: int
    hits: int
    blocked: int

    @property
    def busiest(self) -> int:
        """Hits of the day that has the most."""
        return max((day.hits or 0 for day in self.days), default=0)

    @property
    def unknown(self) -> int:
        """How many days were not counted."""
        return sum(day.hits is None for day in self.days)


@dataclass(frozen=True, slots=True)
class LastDays:
    """What the page says of the last days.

    Attributes:
        fired: None where no day was counted.
        impact: what the build's changes would have done; None where that is not known.
        problem: why not all that was counted could be read; empty where it could.
    """

    fired: WhatFired | None = None
    impact: Impact | None = None
    problem: str = ""


NOTHING_COUNTED: Final = LastDays()


def what_fired(recent: RecentHits, built: Built, own: OwnNetworks, prefix: str) -> WhatFired | None:
    """Count what fired; None where no day was counted.

    Args:
        recent: the last days.
        built: the rules, for their names.
        own: which addresses are people's own.
        prefix: of our groups' names.
    """
    if not recent.history.days:
        return None
    of_sid, days = defaultdict[int, list["DayHits"]](list), list[DayBar]()
    for day in recent.history.days:
        ours = [one for one in day.hits if may_be_ours(one.group, prefix)]
        days.append(DayBar(day.day, sum(one.count for one in ours), _blocked(ours)))
        for one in ours:
            of_sid[one.sid].append(one)
    days += [DayBar(day, None) for day in recent.history.unknown]
    named = {rule.sid: rule for rule in built.kept if rule.sid in of_sid}
    lines = sorted(
        (_line(sid, hits, named, own) for sid, hits in of_sid.items()),
        key=lambda one: (-one.hits, one.sid),
    )
    return WhatFired(
        days=tuple(sorted(days, key=lambda one: one.day)),
        lines=tuple(lines[:TOP_RULES]),
        rules=len(lines),
        hits=sum(one.hits for one in lines),
        blocked=sum(one.blocked for one in lines),
    )


def _line(
    sid: int, hits: list[DayHits], named: Mapping[int, Converted], own: OwnNetworks
) -> FiredLine:
    rule, tally = named.get(sid), tally_of(hits, own)
    return FiredLine(
        sid=sid,
        action=rule.action if rule else "",
        category=rule.rule.category if rule else "",
        msg=rule.rule.msg if rule else "",
        hits=tally.hits,
        blocked=tally.blocked,
        hosts_at_least=len(tally.hosts),
        days=tally.days,
    )


def _blocked(hits: list[DayHits]) -> int:
    return sum(one.count for one in hits if one.action.blocks)
