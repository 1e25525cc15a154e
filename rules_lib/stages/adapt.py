"""What an engine that judges rules by their action asks of them; in strict order nothing is.

It judges all that drops before all that alerts. So a drop that asks for what an alert may set in
the same packet is judged too early: it misses the packet, or blocks what it would let pass. And it
may block what a rule only counts (`counting`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

from rules_lib.model import Change, Mode
from rules_lib.stages.counting import counts_first
from rules_lib.stages.late import late_setters
from rules_lib.stages.link import rules_that_fire
from rules_lib.stages.meetings import Meetings
from rules_lib.stages.turns import priorities
from rules_lib.why import LateSetter, Why

if TYPE_CHECKING:
    from rules_lib.allowlist import Allowlist
    from rules_lib.outcome import Converted

_ALERT: Final = "alert"


class _Turn(NamedTuple):
    """Why a rule alerts that would block."""

    change: Change
    why: Why
    late: LateSetter | None = None


_COUNTING: Final = _Turn(Change.COUNTING_DROP, Why.COUNTING_DROP)


@dataclass(frozen=True, slots=True)
class Adapted:
    """The rules as they came, but for those whose text had to change.

    Attributes:
        altered: sids of these.
    """

    wanted: tuple[Converted, ...]
    standby: tuple[Converted, ...]
    altered: frozenset[int]


def adapt(
    wanted: Sequence[Converted], standby: Sequence[Converted], allowlist: Allowlist
) -> Adapted:
    """Have drops alert that would block wrongly, and write the `priority` that rules need.

    Args:
        wanted: in the text that strict order takes.
        standby: setters of marks in off categories, likewise.
        allowlist: for what its variables stand for.
    """
    counting = {rule.sid: _alerting(rule, _COUNTING) for rule in wanted if _counts_in_vain(rule)}
    wanted = [counting.get(rule.sid, rule) for rule in wanted]
    tied = [rule for rule in rules_that_fire(wanted, standby) if rule.rule.ties]
    meetings = Meetings.of(tied, allowlist.variables)
    late = late_setters(tied, meetings)
    turned = [_turned(rule, late) for rule in tied]
    levels = priorities(turned, meetings)
    placed = {rule.sid: _placed(rule, levels) for rule in turned if rule.sid in {*late, *levels}}
    done = counting | placed
    return Adapted(
        wanted=tuple(done.get(rule.sid, rule) for rule in wanted),
        standby=tuple(done.get(rule.sid, rule) for rule in standby),
        altered=frozenset(done),
    )


def _counts_in_vain(rule: Converted) -> bool:
    return rule.given.mode is not Mode.AS_WRITTEN and counts_first(rule)


def _turned(rule: Converted, late: Mapping[int, LateSetter]) -> Converted:
    """The rule as an alert, if something would be judged too late for it."""
    found = late.get(rule.sid)
    if found is None:
        return rule
    return _alerting(rule, _Turn(Change.LATE_SETTER, Why.LATE_SETTER, found))


def _alerting(rule: Converted, turn: _Turn) -> Converted:
    """A rule that would block, as an alert."""
    shipped = rule.rule.header.action
    alerts = shipped.lower() == _ALERT
    changes = tuple(one for one in rule.changes if one is not Change.ALERT_TO_DROP)
    turned = () if alerts else (Change.DROP_TO_ALERT,)
    cause = rule.cause._replace(
        why=turn.why, action="" if alerts else _ALERT, exemption=None, late=turn.late
    )
    text = (shipped if alerts else _ALERT) + rule.text[len(rule.action) :]
    return rule._replace(
        text=text, action=_ALERT, cause=cause, changes=(*changes, *turned, turn.change)
    )


def _placed(rule: Converted, levels: Mapping[int, int]) -> Converted:
    """The rule with the `priority` that it needs as its last option, if it needs one."""
    level = levels.get(rule.sid)
    if level is None:
        return rule
    body = rule.text.rstrip()[:-1]
    gap = "" if body.endswith(" ") else " "
    text = f"{body}{gap}priority:{level};)"
    return rule._replace(text=text, changes=(*rule.changes, Change.PRIORITY_WRITTEN))
