"""A rule that is new here and would drop alerts first, for the days that the allowlist gives.

What is in force decides first: what drops goes on dropping, and what alerts without being staged
has been watched already. Where that is silent, the record of the builds before says since when the
rule is here. Where the record is lost its time begins today: a rule may turn late and never early.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

from rules_lib.outcome import Candidate
from rules_lib.stages.address_lists import is_address_list
from rules_lib.stages.conditions import has_all
from rules_lib.stages.revised import is_revised
from rules_lib.staging_record import StagingRecord
from rules_lib.why import Exemption, ModeKey, Stage, Why

if TYPE_CHECKING:
    from rules_lib.allowlist import Allowlist
    from rules_lib.model import Rule
    from rules_lib.outcome import Converted
    from rules_lib.stages.tenure import Tenure

_TURNING: Final = frozenset({Why.DROP_MODE, Why.DROP_WHEN_HOLDS})
"""Why a rule would drop, where nobody named it."""

_NAMED: Final = frozenset({ModeKey.ALERT, ModeKey.DROP})
"""By these people have decided on a rule."""


@dataclass(frozen=True, slots=True)
class StagedRules:
    """All rules that were asked for; those that are new alert.

    Attributes:
        since: those whose time runs, whether or not they are to drop now -> its first day.
        fired: of these, those that fired in their time -> the newest day.
        tenure: what was known of them before.
        asked: all rules, with the actions that they were to have.
        stages: whether any rule may be staged; else nothing need be known of them later.
    """

    rules: tuple[Candidate, ...]
    since: Mapping[int, date]
    fired: Mapping[int, date]
    tenure: Tenure
    asked: tuple[Candidate, ...]
    stages: bool = True

    def record_after(self, kept: Iterable[Converted]) -> StagingRecord:
        """What the next build is to know.

        Args:
            kept: all rules that are to be in force.
        """
        if not self.stages:
            return StagingRecord()
        by_sid = {rule.sid: rule.rule for rule in kept if not rule.setter}
        return self.tenure.record_after(by_sid, self.since, self.fired)


def stage(candidates: Iterable[Candidate], allowlist: Allowlist, tenure: Tenure) -> StagedRules:
    """Have rules alert that would drop and are new here.

    Args:
        candidates: that are asked for, with the actions that they are to have.
        allowlist: says for how long, and which of them are exempt.
        tenure: what is known of how long they have been here.
    """
    candidates = tuple(candidates)
    if not allowlist.stages_rules:
        return StagedRules(candidates, {}, {}, tenure, candidates, stages=False)
    revised = _revised(candidates, allowlist, tenure)
    rules, stages = list[Candidate](), dict[int, Stage]()
    for candidate in candidates:
        found = _stage_of(candidate, allowlist, tenure, revised)
        if isinstance(found, Stage):
            stages[candidate.rule.sid or 0] = found
        rules.append(_told(candidate, found, allowlist))
    fired = {sid: one.fired for sid, one in stages.items() if one.fired}
    since = {sid: one.since for sid, one in stages.items()}
    return StagedRules(tuple(rules), since, fired, tenure, candidates)


def _stage_of(
    candidate: Candidate, allowlist: Allowlist, tenure: Tenure, revised: Collection[int]
) -> Stage | Exemption | None:
    """How it is with a rule whose time runs; None where it has had it, or has none to have."""
    rule = candidate.rule
    sid = rule.sid or 0
    began = tenure.day if sid in revised else _began(candidate, tenure)
    days = began and allowlist.staging_days(rule.category)
    if not began or not days:
        return None
    fired = None if sid in revised else tenure.fired_since(sid, began)
    found = Stage(began, began + timedelta(days=days), fired)
    longest = found.until + timedelta(days=days)
    if found.until <= tenure.day < longest and _waits(sid, allowlist, tenure):
        found = found._replace(until=tenure.day + timedelta(days=1))
    if found.until <= tenure.day and not _stays(found, allowlist):
        return None
    return _exemption(rule, allowlist) or found


def _began(candidate: Candidate, tenure: Tenure) -> date | None:
    """The first day of a rule's time; of one that is not to drop now only where it runs already."""
    if _would_drop(candidate):
        return tenure.began(candidate.rule)
    sid = candidate.rule.sid or 0
    runs = candidate.given.key not in _NAMED and sid in tenure.in_force
    return tenure.record.since.get(sid) if runs else None


def _would_drop(candidate: Candidate) -> bool:
    return candidate.cause.why in _TURNING and not candidate.rule.is_local


def _stays(found: Stage, allowlist: Allowlist) -> bool:
    """Whether it alerts until people decide."""
    return found.fired is not None and allowlist.staging.on_hit == "stay"


def _waits(sid: int, allowlist: Allowlist, tenure: Tenure) -> bool:
    """Whether a rule whose time ran here waits until it is known again whether it fired.

    It waits for as many days again at most: logs that are gone for good stage nothing for ever.
    """
    return tenure.blind and allowlist.staging.on_hit == "stay" and sid in tenure.record.since


def _exemption(rule: Rule, allowlist: Allowlist) -> Exemption | None:
    if is_address_list(rule):
        return Exemption.ADDRESSES
    exempt = allowlist.staging.exempt
    return Exemption.EXCEPTED if exempt and has_all(rule, exempt) else None


def _told(candidate: Candidate, found: Stage | Exemption | None, allowlist: Allowlist) -> Candidate:
    """The rule with the cause of its action."""
    if found is None or not _would_drop(candidate):
        return candidate
    cause = candidate.cause
    if isinstance(found, Exemption):
        return candidate._replace(cause=cause._replace(exemption=found))
    why = Why.STAGED_AND_FIRED if _stays(found, allowlist) else Why.STAGED
    return candidate._replace(cause=cause._replace(why=why, action="", stage=found))


def _revised(
    candidates: Iterable[Candidate], allowlist: Allowlist, tenure: Tenure
) -> frozenset[int]:
    """The rules in force whose text says something else now, if these are to alert first."""
    if allowlist.staging.changed != "stage":
        return frozenset()
    texts = {
        one.rule.sid or 0: one.rule.text
        for one in candidates
        if _would_drop(one) and not _exemption(one.rule, allowlist)
    }
    written = allowlist.variables.written
    ours = {one.sid for one in allowlist.exceptions}
    return frozenset(
        sid
        for sid, before in tenure.texts_of(texts.keys() & tenure.in_force).items()
        if is_revised(texts[sid], before, written, header=not (tenure.record.edited or sid in ours))
    )
