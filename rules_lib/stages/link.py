"""Marks: setters are brought in for the rules that check them, and both are tied together."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from rules_lib.model import FeedPosition, Mode, Reason
from rules_lib.outcome import Converted, Discarded
from rules_lib.ties import Bond, Mark, Tie

Cluster: TypeAlias = tuple[Converted, ...]
"""Rules that marks tie together, in the feed's order; most clusters are one rule.

A file that is published as written is one too, as nothing may come between its rules."""


@dataclass(frozen=True, slots=True)
class Linked:
    """Rules of which every one can fire.

    Attributes:
        clusters: no mark is used by two of them; in the order of their first rules.
        discarded: checkers of a mark that no rule at hand ever sets.
    """

    clusters: tuple[Cluster, ...]
    discarded: tuple[Discarded, ...]

    @property
    def setters(self) -> int:
        """How many rules were brought in to set marks."""
        return sum(rule.setter for cluster in self.clusters for rule in cluster)


def link(wanted: Sequence[Converted], standby: Sequence[Converted]) -> Linked:
    """Bring in the standby setters that wanted rules need, and tie rules into clusters."""
    marking = [rule for rule in wanted if rule.rule.ties]  # few do: the others are looked at once
    settable = _settable((*marking, *standby))
    discarded = tuple(
        Discarded(rule.rule, Reason.FLOWBIT_NEVER_SET, _detail(rule, settable))
        for rule in marking
        if not _can_fire(rule, settable)
    )
    firing = _firing(wanted, standby, settable) if discarded or standby else wanted
    tied = clusters(sorted(firing, key=_place))
    return Linked(tuple(map(_bound, tied)), discarded)


def rules_that_fire(
    wanted: Sequence[Converted], standby: Sequence[Converted]
) -> tuple[Converted, ...]:
    """The rules that will be there: those that can fire, and the setters that these bring in."""
    return _firing(wanted, standby, _settable((*wanted, *standby)))


def _firing(
    wanted: Sequence[Converted], standby: Sequence[Converted], settable: frozenset[Mark]
) -> tuple[Converted, ...]:
    live = [rule for rule in wanted if not rule.rule.ties or _can_fire(rule, settable)]
    needed = _brought_in(live, [rule for rule in standby if _can_fire(rule, settable)])
    return *live, *needed


def _bound(cluster: Cluster) -> Cluster:
    """The cluster, with what ties it left on each of its rules."""
    if len(cluster) == 1:
        return cluster
    marks = {mark for rule in cluster for tie in rule.rule.ties for mark in tie.marks}
    files = {rule.rule.category for rule in cluster if rule.given.mode is Mode.AS_WRITTEN}
    bond = Bond(tuple(sorted(marks)), tuple(sorted(files)))
    return tuple(rule._replace(bond=bond) for rule in cluster)


def _settable(rules: Iterable[Converted]) -> frozenset[Mark]:
    """The marks that can ever be set: by a rule that needs none, or whose own needs can be met.

    A rule waits for one need at a time and is looked at when that is met, so that a long chain of
    rules is followed once.
    """
    tied = (rule for rule in rules if rule.rule.ties)
    setters = [rule for rule in tied if any(tie.sets for tie in rule.rule.ties)]
    needs = [tuple(_needs(rule)) for rule in setters]
    met = [0] * len(setters)  # how many of its needs, from the first on
    waiting: dict[Mark, list[tuple[int, int]]] = defaultdict(list)
    marks: set[Mark] = set()
    ready = [(number, 0) for number in range(len(setters))]
    while ready:
        number, place = ready.pop()
        if place < met[number]:
            continue  # of `a|b` both were set
        while place < len(needs[number]) and not marks.isdisjoint(needs[number][place]):
            place += 1
        met[number] = place
        if place < len(needs[number]):
            for mark in needs[number][place]:
                waiting[mark].append((number, place))
            continue
        met[number] += 1
        for mark in _marks_set(setters[number]):
            marks.add(mark)
            ready += waiting.pop(mark, ())
    return frozenset(marks)


def _needs(rule: Converted) -> Iterator[tuple[Mark, ...]]:
    """Of each of these one must be set before the rule can fire."""
    for tie in rule.rule.ties:
        if tie.needs:
            yield tie.marks


def _can_fire(rule: Converted, settable: frozenset[Mark]) -> bool:
    ties = rule.rule.ties
    return not ties or all(_is_met(tie, settable) for tie in ties)


def _is_met(tie: Tie, settable: frozenset[Mark]) -> bool:
    """`a|b` needs one; isnotset needs none."""
    return not tie.needs or not settable.isdisjoint(tie.marks)


def _marks_set(rule: Converted) -> Iterator[Mark]:
    return (mark for tie in rule.rule.ties if tie.sets for mark in tie.marks)


def _marks_called(rule: Converted) -> Iterator[Mark]:
    """Those whose setters are wanted beside the rule."""
    return (mark for tie in rule.rule.ties if tie.calls for mark in tie.marks)


def _brought_in(live: Iterable[Converted], standby: Iterable[Converted]) -> list[Converted]:
    """All standby setters of the marks that live rules check, with what these check in turn."""
    setters = defaultdict(list)
    for rule in standby:
        for mark in _marks_set(rule):
            setters[mark].append(rule)
    needed: dict[int, Converted] = {}
    wanted = {mark for rule in live for mark in _marks_called(rule)}
    seen: set[Mark] = set()
    while wanted:
        found = [rule for mark in sorted(wanted) for rule in setters[mark]]
        needed.update((rule.sid, rule) for rule in found)
        seen |= wanted
        wanted = {mark for rule in found for mark in _marks_called(rule)} - seen
    return list(needed.values())


def _detail(rule: Converted, settable: frozenset[Mark]) -> str:
    ties = (tie for tie in rule.rule.ties if not _is_met(tie, settable))
    missing = ", ".join(map(str, sorted({m for tie in ties for m in tie.marks} - settable)))
    return f"it checks {missing}, and no enabled rule that can be published ever sets it"


def _place(rule: Converted) -> FeedPosition:
    return rule.rule.place


def clusters(rules: Sequence[Converted]) -> tuple[Cluster, ...]:
    """Tie rules, in their order; the clusters are in the order of their first rules."""
    tied = [place for place, rule in enumerate(rules) if is_tied(rule)]
    found: list[Sequence[Converted]] = [(rule,) for rule in rules]
    begun: dict[int, list[Converted]] = {}
    for place, root in zip(tied, _roots([rules[place] for place in tied]), strict=True):
        if root in begun:
            found[place] = ()
        else:
            found[place] = begun[root] = []
        begun[root].append(rules[place])
    return tuple(tuple(members) for members in found if members)


def is_tied(rule: Converted) -> bool:
    """Whether anything may keep it together with others; most rules stand alone."""
    return bool(rule.rule.ties) or rule.given.mode is Mode.AS_WRITTEN


def _roots(rules: Sequence[Converted]) -> list[int]:
    """Union-find over the rules' positions, joined by what ties them."""
    parent = list(range(len(rules)))
    first: dict[Mark | str, int] = {}

    def find(index: int) -> int:
        while parent[index] != index:
            parent[index] = parent[parent[index]]
            index = parent[index]
        return index

    for index, rule in enumerate(rules):
        for tie in tied_by(rule):
            parent[find(index)] = find(first.setdefault(tie, index))
    return [find(index) for index in range(len(rules))]


def tied_by(rule: Converted) -> Iterator[Mark | str]:
    """What keeps a rule together with others: marks, and its file if that stays as written."""
    for tie in rule.rule.ties:
        yield from tie.marks
    if rule.given.mode is Mode.AS_WRITTEN:
        yield rule.rule.category
