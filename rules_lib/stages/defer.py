"""Rules that the service could not be asked about in time: none of them is published untried.

Where an earlier text of the rule is in force, that one stays, so that a rule which only has a new
revision is not lost meanwhile. It does not stay where it would block what the new text lets pass:
people who take a block away want it gone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from rules_lib.facts.limits import BLOCKING
from rules_lib.model import Change, Reason, Rule
from rules_lib.outcome import Candidate, Converted, Discarded
from rules_lib.reading.lines import Line
from rules_lib.reading.parser import parse
from rules_lib.reading.rule import variables_in
from rules_lib.stages.convert import fingerprint
from rules_lib.stages.screen import screen
from rules_lib.why import ActionCause, Why

if TYPE_CHECKING:
    from rules_lib.allowlist import Allowlist

_DETAIL: Final = (
    "the build ran out of time before the service had judged it; the next build continues from "
    "there"
)

_SETTER: Final = (Change.SETTER_BROUGHT_IN,)
_WAITING: Final = ActionCause(Why.WAITING)


@dataclass(frozen=True, slots=True)
class Deferred:
    """Rules that may be published, some in the text that is in force, and those that wait."""

    rules: tuple[Converted, ...]
    discarded: tuple[Discarded, ...] = ()


def defer(
    rules: tuple[Converted, ...], waiting: Mapping[str, str], allowlist: Allowlist
) -> Deferred:
    """Let no text pass that is still to be judged.

    Args:
        rules: in their final text.
        waiting: `fingerprint` of each text to be judged -> what is in force for its sid, or empty.
        allowlist: what people ask for, which the text in force has to meet too.
    """
    if not waiting:
        return Deferred(rules)
    kept, discarded = list[Converted](), list[Discarded]()
    for rule in rules:
        earlier = waiting.get(fingerprint(rule.text))
        if earlier is None:
            kept.append(rule)
        elif earlier and (found := _in_force(rule, earlier, allowlist)):
            kept.append(found)
        else:
            discarded.append(Discarded(rule.rule, Reason.NOT_YET_PROVEN, _DETAIL))
    return Deferred(tuple(kept), tuple(discarded))


def waiting_in(kept: Iterable[Converted], discarded: Iterable[Discarded]) -> tuple[int, int]:
    """How many rules keep the text that is in force, and how many are left out, until asked."""
    return (
        sum(Change.EARLIER_TEXT in rule.changes for rule in kept),
        sum(one.reason is Reason.NOT_YET_PROVEN for one in discarded),
    )


def _in_force(rule: Converted, text: str, allowlist: Allowlist) -> Converted | None:
    """The rule as it is deployed; None where that cannot stay."""
    earlier = parse(rule.rule.category, Line(rule.rule.line, text), rule.rule.feed)
    if not isinstance(earlier, Rule):
        return None
    action = earlier.header.action.lower()
    unblocked = action in BLOCKING and rule.action not in BLOCKING
    wanted = Candidate(earlier, rule.given._replace(mode=rule.mode), _WAITING)
    if unblocked or screen((wanted,), allowlist).discarded:
        return None
    return rule._replace(
        rule=earlier._replace(text=rule.rule.text),
        text=text,
        action=action,
        cause=_WAITING,
        changes=(*_SETTER * rule.setter, Change.EARLIER_TEXT),
        variables=frozenset(variables_in(text[: text.index("(")])),
    )
