"""Where rules are judged by action: the drops that would be judged before what sets their marks."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Final, TypeAlias

from rules_lib.facts.action_order import turn_of
from rules_lib.facts.limits import BLOCKING
from rules_lib.model import Mode
from rules_lib.outcome import Converted
from rules_lib.ties import Mark, Tie
from rules_lib.why import LateSetter

if TYPE_CHECKING:
    from rules_lib.stages.meetings import Meetings

_ALERT: Final = "alert"

Written: TypeAlias = tuple[Converted, Tie]
"""A rule, and what it does with a mark."""


def late_setters(rules: Sequence[Converted], meetings: Meetings) -> dict[int, LateSetter]:
    """Find the rules that may not block: sid -> what would be judged too late for them.

    A rule that alerts for this may itself be what another waits for, so that one is looked at
    again, until none is left. What people publish as written is not among them, whatever it does.

    Args:
        rules: all that are to be in force.
        meetings: which of them can match in one packet.
    """
    writers, askers = _by_mark(rules)
    waiting = deque(rule for rule in rules if _may_turn(rule) and rule.rule.ties)
    found: dict[int, LateSetter] = {}
    while waiting:
        rule = waiting.popleft()
        if rule.sid in found:
            continue
        late = tuple(_late_for(rule, writers, found.keys(), meetings))
        if late:
            found[rule.sid] = _told(late)
            waiting += (one for mark in _marks_written(rule) for one in askers[mark])
    return found


def too_early(rules: Sequence[Converted], meetings: Meetings) -> dict[int, LateSetter]:
    """Find the rules that block too early all the same, as people publish them as written.

    Args:
        rules: all that are to be in force, those of `late_setters` as alerts.
        meetings: which of them can match in one packet.
    """
    writers, _ = _by_mark(rules)
    blocking = (rule for rule in rules if rule.action in BLOCKING and rule.rule.ties)
    found = {rule.sid: tuple(_late_for(rule, writers, (), meetings)) for rule in blocking}
    return {sid: _told(late) for sid, late in found.items() if late}


def _may_turn(rule: Converted) -> bool:
    return rule.action in BLOCKING and rule.given.mode is not Mode.AS_WRITTEN


def _by_mark(
    rules: Iterable[Converted],
) -> tuple[Mapping[Mark, list[Written]], Mapping[Mark, list[Converted]]]:
    """Mark -> what writes it; mark -> the rules that may turn and ask for it."""
    writers = defaultdict[Mark, list[Written]](list)
    askers = defaultdict[Mark, list[Converted]](list)
    for rule in rules:
        for tie in rule.rule.ties:
            for mark in tie.marks:
                if tie.writes:
                    writers[mark].append((rule, tie))
                if tie.checks and _may_turn(rule):
                    askers[mark].append(rule)
    return writers, askers


def _marks_written(rule: Converted) -> Iterable[Mark]:
    return (mark for tie in rule.rule.ties if tie.writes for mark in tie.marks)


def _late_for(
    rule: Converted,
    writers: Mapping[Mark, list[Written]],
    turned: Collection[int],
    meetings: Meetings,
) -> Iterable[LateSetter]:
    """Each rule that writes what this one asks for, later, and perhaps in the same packet."""
    turn = turn_of(rule.action)
    for asked in (tie for tie in rule.rule.ties if tie.checks):
        for mark in asked.marks:
            for other, tie in writers[mark]:
                action = _ALERT if other.sid in turned else other.action
                if other is not rule and turn_of(action) > turn and meetings.meet(rule, other):
                    yield LateSetter(other.sid, action, mark, tie.sets and asked.needs)


def _told(late: Sequence[LateSetter]) -> LateSetter:
    """The first of them, and how many more rules are so."""
    return late[0]._replace(others=len({one.sid for one in late}) - 1)
