"""What is staged and excepted after a build, counted, for summary, page, notice and command."""

from __future__ import annotations

import operator
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TYPE_CHECKING, Annotated, Final

from pydantic import Field

from rules_lib.facts.limits import BLOCKING
from rules_lib.report.changes import FirstRules
from rules_lib.text import count, counted
from rules_lib.why import Why

if TYPE_CHECKING:
    from rules_lib.allowlist import RuleException
    from rules_lib.build import Built
    from rules_lib.inputs import Inputs
    from rules_lib.outcome import Converted
    from rules_lib.why import Stage

SOON: Final = timedelta(days=7)
"""So long before an exception ends people are told for the first time."""

_NAMED: Final = 5
_NO_RULES: Final = FirstRules()


@dataclass(frozen=True, slots=True)
class StagingFacts:
    """What is staged and excepted after a build.

    Attributes:
        staged: rules that alert and would drop, as they are new here.
        turns: of these, day as 2026-12-01 -> how many drop from then on, if nothing is in the way.
        stays: of these, those that fired, and alert until people decide.
        fired: staged rules that fired and had not when the last build was made.
        turned: rules that were staged and drop with this build.
        excepted: rules of which hosts were taken out of the header.
        ending: sid -> last day of its exception, where people are to be told of it today.
        late: rules that alert and would drop, as what sets their marks would be judged after them;
            left out of `summary.json` where there are none, as in strict order.
        counting: likewise, as they count matches first.
    """

    staged: int = 0
    turns: Mapping[str, int] = field(default_factory=dict)
    stays: int = 0
    fired: FirstRules = _NO_RULES
    turned: int = 0
    excepted: int = 0
    ending: Mapping[int, str] = field(default_factory=dict)
    late: Annotated[int, Field(exclude_if=operator.not_)] = 0
    counting: Annotated[int, Field(exclude_if=operator.not_)] = 0

    @property
    def is_news(self) -> bool:
        """Whether people are told, though nothing else happened."""
        return bool(self.fired.number or self.ending)

    def lines(self) -> Iterator[str]:
        """The same for people, a line each."""
        if self.staged:
            alert = "alerts" if self.staged == 1 else "alert"
            ends = "; ".join(self._ends())
            yield f"staged: {counted(self.staged, 'rule')} {alert} first ({ends})"
        if self.late:
            alert = "alerts" if self.late == 1 else "alert"
            yield f"late-setter: {counted(self.late, 'rule')} {alert}: a drop would be too early"
        if self.counting:
            alert = "alerts" if self.counting == 1 else "alert"
            yield (
                f"counting-drop: {counted(self.counting, 'rule')} {alert}: a drop may block what "
                "it only counts"
            )
        if self.excepted:
            yield f"exceptions: {counted(self.excepted, 'rule')} without some hosts"

    def _ends(self) -> Iterator[str]:
        days = sorted(self.turns.items())
        yield from (f"drop from {day}: {count(number)}" for day, number in days[:_NAMED])
        if rest := sum(number for _, number in days[_NAMED:]):
            yield f"later: {count(rest)}"
        if self.stays:
            yield f"fired, until you decide: {count(self.stays)}"


def staging_facts(inputs: Inputs, built: Built) -> StagingFacts:
    """Count what is staged and excepted, of what is to be in force."""
    staged = tuple(staged_rules(built.kept))
    stays = sum(rule.cause.why is Why.STAGED_AND_FIRED for rule, _ in staged)
    turns = Counter(
        stage.until.isoformat() for rule, stage in staged if rule.cause.why is Why.STAGED
    )
    anew = built.staging.fired.keys() - inputs.staging.fired.keys()
    return StagingFacts(
        staged=len(staged),
        turns=dict(sorted(turns.items())),
        stays=stays,
        fired=_first(rule for rule, _ in staged if rule.sid in anew),
        turned=sum(
            rule.sid in inputs.staging.since and rule.action in BLOCKING for rule in built.kept
        ),
        excepted=sum(bool(rule.without) for rule in built.kept),
        ending=dict(_ending_on(inputs.allowlist.exceptions, inputs.day)),
        late=sum(rule.cause.late is not None for rule in built.kept),
        counting=sum(rule.cause.why is Why.COUNTING_DROP for rule in built.kept),
    )


def staged_rules(kept: Iterable[Converted]) -> Iterator[tuple[Converted, Stage]]:
    """The published rules that are staged, in their order."""
    return ((rule, rule.cause.stage) for rule in kept if rule.cause.stage)


def _first(rules: Iterable[Converted]) -> FirstRules:
    found = {rule.sid: rule.rule.msg for rule in rules}
    return FirstRules(len(found), dict(list(found.items())[:_NAMED]))


def _ending_on(exceptions: Iterable[RuleException], day: date) -> Iterator[tuple[int, str]]:
    """Of which exceptions people are told on a day: a week before the last one, and on it."""
    for one in exceptions:
        if one.until and one.until - day in {SOON, timedelta()}:
            yield one.sid, one.until.isoformat()
