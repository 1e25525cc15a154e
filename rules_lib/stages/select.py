"""Which rules are asked for, and in which mode."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from rules_lib.facts.limits import BLOCKING
from rules_lib.model import AnyRule, Malformed, Mode, Reason, Rule, SidOnly
from rules_lib.outcome import Candidate, Discarded, GivenMode
from rules_lib.stages.conditions import Traits, conditions_of, traits_of
from rules_lib.stages.duplicates import discard_duplicate, settle_duplicates
from rules_lib.why import ActionCause, Condition, ModeKey, Why

if TYPE_CHECKING:
    from rules_lib.allowlist import Allowlist, DropWhen

_GIVEN: Final = {(mode, key): GivenMode(mode, key) for mode in Mode for key in ModeKey}


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
    usual, named = _CategoryModes(allowlist), allowlist.rules.named
    causes = _Causes(allowlist)
    asked = [
        (rule, given_mode(rule, allowlist) if rule.sid in named else usual[rule.category])
        for rule in rules
    ]
    winners = settle_duplicates(
        (rule for rule, given in asked if given.mode is not Mode.OFF), allowlist
    )
    idle = (rule for rule, given in asked if given.mode is Mode.OFF and rule.sid not in winners)
    setters = settle_duplicates((rule for rule in idle if _stands_by(rule, allowlist)), allowlist)
    wanted, standby, discarded = [], [], []
    off: list[AnyRule] = []
    for rule, given in asked:
        if given.mode is Mode.OFF or isinstance(rule, SidOnly):
            if isinstance(rule, Rule) and setters.get(rule.sid or 0) is rule:
                standby.append(Candidate(rule, given, _shared(Why.BROUGHT_IN, "alert")))
            else:
                off.append(rule)
        elif flaw := _flaw(rule, winners):
            discarded.append(flaw)
        elif isinstance(rule, Rule):
            wanted.append(Candidate(rule, given, causes.of(rule, given)))
    return Selected(tuple(wanted), tuple(standby), tuple(off), tuple(discarded))


def _flaw(rule: Rule | Malformed, winners: Mapping[int, Rule]) -> Discarded | None:
    if isinstance(rule, Malformed):
        return Discarded(rule, Reason.UNPARSEABLE, rule.problem)
    if rule.sid is None:
        return Discarded(rule, Reason.NO_SID, "it has no sid, which the service requires")
    winner = winners[rule.sid]
    return None if winner is rule else discard_duplicate(rule, winner)


def given_mode(rule: AnyRule, allowlist: Allowlist) -> GivenMode:
    """The sid's own setting, else that of its category; a sid that is on alerts where that is off.

    What is published as written can be switched off by its sid, and not otherwise altered. A line
    that is no rule goes by the sid that can be read in it, if any.
    """
    overrides, sid = allowlist.rules, rule.sid
    if sid in overrides.off:
        return _GIVEN[Mode.OFF, ModeKey.OFF]
    mode = allowlist.setting_of(rule.category).mode
    if mode is not Mode.AS_WRITTEN:
        if sid in overrides.alert:
            return _GIVEN[Mode.ALERT, ModeKey.ALERT]
        if sid in overrides.drop:
            return _GIVEN[Mode.DROP, ModeKey.DROP]
        if mode is Mode.OFF and sid in overrides.on:
            return _GIVEN[Mode.ALERT, ModeKey.ON]
    return _category_mode(rule.category, allowlist)


def _category_mode(category: str, allowlist: Allowlist) -> GivenMode:
    """The mode of every rule of a category whose sid has no setting of its own."""
    key = ModeKey.CATEGORY if allowlist.lists(category) else ModeKey.DEFAULT
    return _GIVEN[allowlist.setting_of(category).mode, key]


class _CategoryModes(dict[str, GivenMode]):
    """Category -> its mode, looked up once."""

    def __init__(self, allowlist: Allowlist) -> None:
        super().__init__()
        self._allowlist = allowlist

    def __missing__(self, category: str) -> GivenMode:
        self[category] = _category_mode(category, self._allowlist)
        return self[category]


def _stands_by(rule: AnyRule, allowlist: Allowlist) -> bool:
    """Whether a rule that is off may be brought in to set a mark."""
    if not isinstance(rule, Rule) or rule.sid in allowlist.rules.off:
        return False
    return any(tie.sets for tie in rule.ties)


class _Causes:
    """What wanted rules' actions are turned into; worked out once for all that are alike."""

    def __init__(self, allowlist: Allowlist) -> None:
        self._allowlist = allowlist
        self._drop_when: dict[str, DropWhen | None] = {}
        self._found: dict[tuple[object, ...], ActionCause] = {}

    def of(self, rule: Rule, given: GivenMode) -> ActionCause:
        """What one rule's action is turned into."""
        asked = self._asked_of(rule.category) if given.mode is Mode.DROP else None
        traits = traits_of(rule, asked) if asked else ()
        where = rule.category if asked else ""
        alike = (where, given, rule.header.action, rule.noalert, rule.alert_only, traits)
        cause = self._found.get(alike)  # by all that `_cause` looks at
        if cause is None:
            cause = self._found[alike] = _cause(rule, given, asked, traits)
        return cause

    def _asked_of(self, category: str) -> DropWhen | None:
        if category not in self._drop_when:
            self._drop_when[category] = self._allowlist.setting_of(category).drop_when
        return self._drop_when[category]


def _cause(rule: Rule, given: GivenMode, asked: DropWhen | None, traits: Traits) -> ActionCause:
    """What a wanted rule's action is turned into, and why."""
    if given.mode is Mode.AS_WRITTEN:
        return _shared(Why.AS_WRITTEN)
    action = rule.header.action.lower()
    conditions = conditions_of(traits, asked) if asked else ()
    if action != "alert":
        if given.key is ModeKey.ALERT and action in BLOCKING:
            return _shared(Why.NAMED_TO_ALERT, "alert", action)
        return _shared(Why.AS_SHIPPED, "", action, conditions)
    if given.mode is Mode.ALERT:
        return _shared(Why.ALERT_MODE)
    if why_not := _why_not_drop(rule, given.key, conditions):
        return _shared(why_not, "", "", conditions)
    return _shared(_why_drop(given.key, asked), "drop", "", conditions)


def _why_not_drop(rule: Rule, key: ModeKey, conditions: tuple[Condition, ...]) -> Why | None:
    """A rule that says nothing never drops; a sid that is named drops whatever its metadata."""
    if rule.noalert:
        return Why.SILENT
    if key is ModeKey.DROP:
        return None
    if rule.alert_only:
        return Why.ALERT_ONLY
    return None if all(one.holds for one in conditions) else Why.DROP_WHEN_FAILS


def _why_drop(key: ModeKey, asked: DropWhen | None) -> Why:
    if key is ModeKey.DROP:
        return Why.NAMED_TO_DROP
    return Why.DROP_MODE if asked is None else Why.DROP_WHEN_HOLDS


@lru_cache(maxsize=16_384)
def _shared(
    why: Why, action: str = "", shipped: str = "", conditions: tuple[Condition, ...] = ()
) -> ActionCause:
    """The same value for all rules of which the same is so."""
    return ActionCause(why, action, shipped, conditions)
