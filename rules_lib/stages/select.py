"""Which rules are asked for, and in which mode."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rules_lib.facts.limits import BLOCKING
from rules_lib.model import AnyRule, Candidate, Discarded, Malformed, Mode, Reason, Rule, SidOnly
from rules_lib.stages.conditions import conditions_of
from rules_lib.stages.duplicates import lost, settle_duplicates

if TYPE_CHECKING:
    from rules_lib.allowlist import Allowlist


@dataclass(frozen=True, slots=True)
class Selected:
    """Every enabled rule, in exactly one place, each in the feed's order.

    Attributes:
        wanted: asked for by the allowlist.
        standby: setters of marks in off categories, there if a wanted rule checks the mark.
        off: all other rules that are not asked for.
        discarded: no valid rule, without sid, or of a sid that another rule has.
    """

    wanted: tuple[Candidate, ...]
    standby: tuple[Candidate, ...]
    off: tuple[AnyRule, ...]
    discarded: tuple[Discarded, ...]


def select(rules: Iterable[AnyRule], allowlist: Allowlist) -> Selected:
    """Sort the enabled rules into wanted, standby, off and discarded."""
    asked = [(rule, mode_of(rule, allowlist)) for rule in rules]
    winners = settle_duplicates((rule for rule, mode in asked if mode is not Mode.OFF), allowlist)
    idle = (rule for rule, mode in asked if mode is Mode.OFF and rule.sid not in winners)
    setters = settle_duplicates((rule for rule in idle if _stands_by(rule, allowlist)), allowlist)
    wanted, standby, discarded = [], [], []
    off: list[AnyRule] = []
    for rule, mode in asked:
        if mode is Mode.OFF or isinstance(rule, SidOnly):
            if isinstance(rule, Rule) and setters.get(rule.sid or 0) is rule:
                standby.append(Candidate(rule, Mode.ALERT, action="alert", setter=True))
            else:
                off.append(rule)
        elif flaw := _flaw(rule, winners):
            discarded.append(flaw)
        elif isinstance(rule, Rule):
            wanted.append(Candidate(rule, mode, _action(rule, mode, allowlist)))
    return Selected(tuple(wanted), tuple(standby), tuple(off), tuple(discarded))


def _flaw(rule: Rule | Malformed, winners: Mapping[int, Rule]) -> Discarded | None:
    if isinstance(rule, Malformed):
        return Discarded(rule, Reason.UNPARSEABLE, rule.problem)
    if rule.sid is None:
        return Discarded(rule, Reason.NO_SID, "it has no sid, which the service demands")
    winner = winners[rule.sid]
    return None if winner is rule else lost(rule, winner)


def mode_of(rule: AnyRule, allowlist: Allowlist) -> Mode:
    """The sid's own setting, else that of its category; a sid that is on alerts where that is off.

    What is published as written can be switched off by its sid, and not otherwise altered. A line
    that is no rule goes by the sid that can be read in it, if any.
    """
    overrides = allowlist.rules
    if rule.sid in overrides.off:
        return Mode.OFF
    mode = allowlist.setting_of(rule.category).mode
    if mode is Mode.AS_WRITTEN:
        return mode
    if rule.sid in overrides.alert:
        return Mode.ALERT
    if rule.sid in overrides.drop:
        return Mode.DROP
    return Mode.ALERT if mode is Mode.OFF and rule.sid in overrides.on else mode


def _stands_by(rule: AnyRule, allowlist: Allowlist) -> bool:
    """Whether a rule that is off may be brought in to set a mark."""
    if not isinstance(rule, Rule) or rule.sid in allowlist.rules.off:
        return False
    return any(tie.sets for tie in rule.ties)


def _action(rule: Rule, mode: Mode, allowlist: Allowlist) -> str:
    """What the rule's action is turned into; empty where it stays as shipped."""
    action = rule.header.action.lower()
    if action == "alert" and _may_drop(rule, mode, allowlist):
        return "drop"
    by_name = mode is Mode.ALERT and rule.sid in allowlist.rules.alert
    return "alert" if by_name and action in BLOCKING else ""


def _may_drop(rule: Rule, mode: Mode, allowlist: Allowlist) -> bool:
    """A rule that says nothing never drops; a sid that is named drops whatever its metadata."""
    if mode is not Mode.DROP or rule.noalert:
        return False
    if rule.sid in allowlist.rules.drop:
        return True
    if rule.alert_only:
        return False
    asked = allowlist.setting_of(rule.category).drop_when
    return asked is None or all(one.holds for one in conditions_of(rule, asked))
