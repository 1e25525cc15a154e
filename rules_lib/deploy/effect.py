"""What of a plan may take effect where not all of its groups could be written.

Each slot has its new group or still its old one. They are chosen such that every wanted rule that
can be in force is, and that none is in force twice: where rules move between groups and one of
these failed, the others wait for it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from rules_lib.deploy.steps import Create, Delete, Keep, Replace, Step, Update

FillStep: TypeAlias = Create | Update | Replace | Keep
"""A step after which a group fills its slot."""


@dataclass(frozen=True, slots=True)
class Effect:
    """What fills the slots, and what must stay, by the names of the steps.

    Attributes:
        taking: the groups that are as desired and may be used.
        needed: steps whose old group must not go -> how many of its rules are wanted and, without
            it, in force nowhere or twice.
    """

    taking: frozenset[str]
    needed: dict[str, int]


def effect(steps: Sequence[Step], written: Collection[str]) -> Effect:
    """Choose what takes effect.

    Args:
        steps: of the whole plan.
        written: names of the steps whose group is as desired, kept ones too.
    """
    filling = [step for step in steps if not isinstance(step, Delete)]
    if all(step.name in written for step in filling):  # as nearly always: nothing has to wait
        return Effect(frozenset(step.name for step in filling), {})
    leaving = [step for step in steps if isinstance(step, Delete)]
    wanted = Counter(rule.sid for step in filling for rule in step.group.rules)
    taking = {step.name for step in filling if step.name in written}
    while True:
        found = Counter(sid for step in filling for sid in _in_force(step, taking))
        missing = wanted.keys() - found.keys()
        found.update(sid for step in leaving if missing & _old(step) for sid in _old(step))
        troubled = missing | {sid for sid, times in found.items() if times > max(wanted[sid], 1)}
        waiting = {step.name for step in _undone(filling, taking) if troubled & _touched(step)}
        if not waiting:
            break
        taking -= waiting
    needed = {step.name: len(missing & _old(step)) for step in leaving if missing & _old(step)}
    kept = {
        step.name: len(wanted.keys() & _old(step))
        for step in filling
        if isinstance(step, Replace) and step.name not in taking
    }
    return Effect(frozenset(taking), needed | kept)


def _in_force(step: FillStep, taking: Collection[str]) -> Iterable[int]:
    if step.name in taking:
        return (rule.sid for rule in step.group.rules)
    return _old(step)


def _undone(filling: Iterable[FillStep], taking: Collection[str]) -> Iterator[Create | Replace]:
    """The steps that need not take effect although they were written."""
    for step in filling:
        if isinstance(step, Create | Replace) and step.name in taking:
            yield step


def _touched(step: Create | Replace) -> set[int]:
    """Where one of these is missing, the old group has it; where twice, the new one may be why."""
    return _old(step) ^ {rule.sid for rule in step.group.rules}


def _old(step: Step) -> set[int]:
    return set(step.deployed.content.by_sid) if step.deployed else set()
