"""Which rules are asked for, and in which mode."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rules_lib import requirements
from rules_lib.model import AnyRule, Candidate, Discarded, Glimpse, Malformed, Mode, Reason, Rule

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
    everything = tuple(rules)
    winners = _winners(everything)
    wanted, standby, discarded = [], [], []
    off: list[AnyRule] = []
    for rule in everything:
        if isinstance(rule, Glimpse):
            off.append(rule)
        elif loss := _loss(rule, winners):
            discarded.append(loss)
        elif (mode := mode_of(rule, allowlist)) is Mode.OFF:
            if isinstance(rule, Rule) and _stands_by(rule, allowlist):
                standby.append(Candidate(rule, Mode.ALERT, setter=True))
            else:
                off.append(rule)
        elif flaw := _flaw(rule):
            discarded.append(flaw)
        elif isinstance(rule, Rule):
            wanted.append(Candidate(rule, mode, may_drop=_may_drop(rule, mode, allowlist)))
    return Selected(tuple(wanted), tuple(standby), tuple(off), tuple(discarded))


def _winners(rules: Iterable[AnyRule]) -> dict[int, Rule]:
    """For each sid the rule that keeps it: people's own, then the highest rev, then the first.

    One that the engine passes over, for what it requires, never takes the place of another.
    """
    winners: dict[int, Rule] = {}
    for rule in _with_sid(rules):
        rival = winners.get(rule.sid or 0)
        if rival is None or _rank(rule) > _rank(rival):
            winners[rule.sid or 0] = rule
    return winners


def _with_sid(rules: Iterable[AnyRule]) -> Iterator[Rule]:
    return (rule for rule in rules if isinstance(rule, Rule) and rule.sid is not None)


def _rank(rule: Rule) -> tuple[bool, bool, int]:
    return not requirements.unmet(rule.keywords), rule.is_local, rule.rev


def _loss(rule: Rule | Malformed, winners: dict[int, Rule]) -> Discarded | None:
    if isinstance(rule, Malformed) or rule.sid is None:
        return None
    winner = winners[rule.sid]
    if winner is rule:
        return None
    detail = f"sid {rule.sid} is also in {winner.category}, line {winner.line}, as rev {winner.rev}"
    return Discarded(rule, Reason.DUPLICATE_SID, f"{detail}; that one is used")


def _flaw(rule: Rule | Malformed) -> Discarded | None:
    if isinstance(rule, Malformed):
        return Discarded(rule, Reason.UNPARSEABLE, rule.problem)
    if rule.sid is None:
        return Discarded(rule, Reason.NO_SID, "it has no sid, which the service demands")
    return None


def mode_of(rule: AnyRule, allowlist: Allowlist) -> Mode:
    """The sid's own setting, else that of its category; a sid that is on alerts where that is off.

    A line that is no rule goes by the sid that can be read in it, if any.
    """
    overrides = allowlist.rules
    if rule.sid in overrides.off:
        return Mode.OFF
    if rule.sid in overrides.alert:
        return Mode.ALERT
    if rule.sid in overrides.drop:
        return Mode.DROP
    mode = allowlist.setting_of(rule.category).mode
    return Mode.ALERT if mode is Mode.OFF and rule.sid in overrides.on else mode


def _stands_by(rule: Rule, allowlist: Allowlist) -> bool:
    """Whether a rule that is off may be brought in to set a mark."""
    if rule.sid is None or rule.sid in allowlist.rules.off:
        return False
    return any(tie.sets for tie in rule.ties)


def _may_drop(rule: Rule, mode: Mode, allowlist: Allowlist) -> bool:
    """A rule that says nothing never drops; a sid that is named drops whatever its metadata."""
    if mode is not Mode.DROP or rule.noalert:
        return False
    condition = allowlist.setting_of(rule.category).drop_when
    named = rule.sid in allowlist.rules.drop
    return named or condition is None or condition.holds(rule.severity, rule.confidence)
