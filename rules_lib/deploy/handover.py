"""Groups in use that give rules to others, and stay: each lets go of them last.

Mostly rules move between groups that are replaced, in a policy's one update. A group that a policy
uses which was not given to us cannot be replaced. Were it changed in its turn, what it gives away
would be in force nowhere until the other group has it, and is attached.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Self

from rules_lib.deploy.steps import Delete, Step, Update
from rules_lib.facts import limits
from rules_lib.groups.references import go_together
from rules_lib.groups.rule_group import DeployedGroup, Group, GroupVariables

if TYPE_CHECKING:
    from rules_lib.deploy.effect import FillStep
    from rules_lib.outcome import Converted


@dataclass(frozen=True, slots=True)
class Handover:
    """A group in use that gives rules to others.

    Attributes:
        until: what it holds until they have these: what is desired, without what is new where there
            is no room, and what it gives away; None where it stays as it is until then.
        takers: names of the steps whose groups take them.
        given: how many rules these are.
    """

    step: Update
    until: Group | None
    takers: frozenset[str]
    given: int


@dataclass(frozen=True, slots=True)
class WriteOrder:
    """In which order groups are written.

    Attributes:
        steps: what takes a rule stands before what loses it for want of room for both.
        handovers: those of the steps that are ended after the policies were switched, by name.
    """

    steps: tuple[FillStep, ...]
    handovers: Mapping[str, Handover]

    @classmethod
    def of(cls, steps: Sequence[Step]) -> Self:
        """Find out which groups give rules away.

        Args:
            steps: of the whole plan: rules may come from a group that is to go.
        """
        filling = [step for step in steps if not isinstance(step, Delete)]
        giving = [step for step in filling if isinstance(step, Update) and _may_give(step)]
        if not giving:
            return cls(tuple(filling), {})
        wanted = {
            rule.sid: (step.name, rule)
            for step in filling
            if step.group
            for rule in step.group.rules
        }
        handovers, last = dict[str, Handover](), list[Update]()
        for step in giving:
            away = {sid: wanted[sid] for sid in _leaving(step) if sid in wanted}
            if away and (found := _handover(step, away, steps)):
                handovers[step.name] = found
            elif away:
                last.append(step)
        return cls((*(step for step in filling if step not in last), *last), handovers)


def _may_give(step: Update) -> bool:
    return bool(step.deployed.associations and _leaving(step))


def _leaving(step: Update) -> list[int]:
    """Sids that the group has and is not to have, in its order."""
    kept = {rule.sid for rule in step.group.rules}
    return [sid for sid in step.deployed.content.by_sid if sid not in kept]


def _handover(
    step: Update, away: Mapping[int, tuple[str, Converted]], steps: Iterable[Step]
) -> Handover | None:
    """How a group gives rules away; None where it takes others, and has no room for both."""
    takers = frozenset(name for name, _ in away.values())
    both = _with(step, [rule for _, rule in away.values()])
    if _has_nothing_new(both, step.deployed):
        return Handover(step, None, takers, len(away))
    if _fits(both, step.deployed):
        return Handover(step, both, takers, len(away))
    held = _held(other for other in steps if other is not step)
    if held.isdisjoint(rule.sid for rule in step.group.rules):
        return Handover(step, None, takers, len(away))
    least = _only(both, held | _held([step]))
    return Handover(step, least, takers, len(away)) if _fits(least, step.deployed) else None


def _with(step: Update, away: Iterable[Converted]) -> Group:
    """The desired group with rules of the deployed one behind, in the text that is in force."""
    old, new = step.deployed, step.group.variables
    rules = (rule._replace(text=old.content.by_sid[rule.sid]) for rule in away)
    variables = GroupVariables(
        ip_sets={**old.variables.ip_sets, **new.ip_sets},
        port_sets={**old.variables.port_sets, **new.port_sets},
        references={**old.variables.references, **new.references},
    )
    return replace(step.group, rules=(*step.group.rules, *rules), variables=variables)


def _has_nothing_new(both: Group, deployed: DeployedGroup) -> bool:
    return both.variables == deployed.variables and {*both.lines} <= {*deployed.content.rules}


def _fits(both: Group, deployed: DeployedGroup) -> bool:
    """Whether the group can hold it: its limits, and those of the service."""
    small = len(both.text.encode()) <= limits.RULES_STRING_BYTES
    together = go_together(frozenset(both.variables.references.values()))
    return len(both.rules) <= deployed.capacity and small and together


def _held(steps: Iterable[Step]) -> frozenset[int]:
    """Sids in the groups of these steps that are in use."""
    used = [one.deployed for one in steps if one.deployed and one.deployed.associations]
    return frozenset(sid for group in used for sid in group.content.by_sid)


def _only(group: Group, sids: Collection[int]) -> Group:
    return replace(group, rules=tuple(rule for rule in group.rules if rule.sid in sids))
