"""How long rules have been here: what is in force, what the builds before recorded, and the day."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property, lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from rules_lib.facts.limits import BLOCKING
from rules_lib.groups.content import GroupText, rev_of
from rules_lib.staging_record import NO_RECORD, Departure, StagingRecord, days_of

if TYPE_CHECKING:
    from rules_lib.groups.rule_group import Deployed
    from rules_lib.model import Rule


@dataclass(frozen=True)  # no slots: a cached property keeps its value beside the fields
class Tenure:
    """What is known of how long rules have been here.

    Attributes:
        contents: of the groups that are in force, or were until somebody took them away.
        record: what the builds before leave to know.
        fired: sid -> day of its newest hit that counts.
        blind: alert logs are to be read, and it is unknown what fired lately.
        day: of the build, in UTC.
    """

    day: date
    contents: tuple[GroupText, ...] = ()
    record: StagingRecord = NO_RECORD
    fired: Mapping[int, date] = field(default_factory=lambda: MappingProxyType({}))
    blind: bool = False

    @classmethod
    def of(
        cls,
        deployed: Deployed,
        record: StagingRecord,
        fired: Mapping[int, date],
        day: date,
        *,
        blind: bool = False,
    ) -> Tenure:
        """Take what is there, and what the last build put there and somebody took away since."""
        there = (group.content for group in deployed.current.values())
        return cls(day, (*map(GroupText, record.missing), *there), record, fired, blind)

    @property
    def blocking(self) -> frozenset[int]:
        """Sids of the rules that are in force and block."""
        return self._acting.blocking

    @property
    def in_force(self) -> frozenset[int]:
        """Sids of the rules that are in force and say what they match."""
        return self._acting.all

    @cached_property
    def _acting(self) -> _Acting:
        """All groups together: what one of them has is kept with its text."""
        found = {sid: action for one in self.contents for sid, action in one.acting.items()}
        blocking = (sid for sid, action in found.items() if action in BLOCKING)
        return _Acting(frozenset(found), frozenset(blocking))

    def began(self, rule: Rule) -> date | None:
        """The first day of a rule's time; None where it blocks already, or has had its time.

        Args:
            rule: with a sid, and a text that is no news.
        """
        sid = rule.sid or 0
        since = self.record.since.get(sid)
        gone = self.record.left.get(sid)
        if sid in self.blocking:
            return None
        if sid in self.in_force:
            began = since if since or self.record.intact else self.day
        elif gone and gone.rev == rule.rev and self.record.remembers(gone, self.day):
            began = since
        else:
            began = _day(rule.created_at) if self.record.first else self.day
        return min(began, self.day) if began else None

    def fired_since(self, sid: int, began: date) -> date | None:
        """The newest day on which a rule fired that is staged since a day; None if it did not.

        Where the record is lost, any day: it may have been staged by then.
        """
        newest = self.fired.get(sid)
        lost = not self.record.intact and sid in self.in_force
        if newest and not lost and (newest < began or sid not in self.record.since):
            newest = None
        days = (day for day in (self.record.fired.get(sid), newest) if day)
        return max(days, default=None)

    def record_after(
        self, kept: Mapping[int, Rule], since: Mapping[int, date], fired: Mapping[int, date]
    ) -> StagingRecord:
        """What the next build is to know.

        Args:
            kept: all rules that are to be in force.
            since: rules whose time runs -> the first day of it.
            fired: of these, those that fired -> the newest day.
        """
        left = {
            sid: gone
            for sid, gone in {**self.record.remembered(self.day), **self._leaving(kept)}.items()
            if sid not in kept or sid not in self.in_force
        }
        away = days_of(self.record.since, left.keys() - kept.keys())
        return StagingRecord(
            since=days_of({**away, **since}, away.keys() | (since.keys() & kept.keys())),
            fired=days_of(
                {**days_of(self.record.fired, away), **fired},
                away.keys() | (fired.keys() & kept.keys()),
            ),
            left=dict(sorted(left.items())),
        )

    def _leaving(self, kept: Collection[int]) -> dict[int, Departure]:
        """The rules that block, or whose time runs, and that are not to be in force any more."""
        counting = (self.blocking | self.record.since.keys()) & self.in_force
        return {
            sid: Departure(self.day, rev_of(text) or 0)
            for sid, text in self.texts_of(counting.difference(kept)).items()
        }

    def texts_of(self, sids: Collection[int]) -> dict[int, str]:
        """Sid -> text in force of some rules."""
        found = (one.by_sid.items() for one in self.contents if sids)
        return {sid: rule for rules in found for sid, rule in rules if sid in sids}


class _Acting(NamedTuple):
    all: frozenset[int]
    blocking: frozenset[int]


@lru_cache(maxsize=16_384)
def _day(created_at: str) -> date:
    """When the feed says that a rule was written; this very day where it does not."""
    try:
        return date.fromisoformat(created_at.replace("_", "-"))
    except ValueError:
        return date.max
