"""Flowbits: setters are brought in for the rules that check them, and both are tied together."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from rules_lib.model import Converted, Discarded, Flowbit, Place, Reason

Cluster: TypeAlias = tuple[Converted, ...]
"""Rules that flowbits tie together, in the feed's order; most clusters are one rule."""


@dataclass(frozen=True, slots=True)
class Linked:
    """Rules of which every one can fire.

    Attributes:
        clusters: no flowbit is used by two of them; in the order of their first rules.
        discarded: checkers of a bit that no rule at hand ever sets.
    """

    clusters: tuple[Cluster, ...]
    discarded: tuple[Discarded, ...]

    @property
    def setters(self) -> int:
        """How many rules were brought in to set flowbits."""
        return sum(rule.setter for cluster in self.clusters for rule in cluster)


def link(wanted: Sequence[Converted], standby: Sequence[Converted]) -> Linked:
    """Bring in the standby setters that wanted rules need, and tie rules into clusters."""
    settable = _settable((*wanted, *standby))
    live = [rule for rule in wanted if _can_fire(rule, settable)]
    needed = _brought_in(live, [rule for rule in standby if _can_fire(rule, settable)])
    discarded = tuple(
        Discarded(rule.rule, Reason.FLOWBIT_NEVER_SET, _detail(rule, settable))
        for rule in wanted
        if not _can_fire(rule, settable)
    )
    return Linked(_clusters(sorted((*live, *needed), key=_place)), discarded)


def _settable(rules: Iterable[Converted]) -> frozenset[str]:
    """The bits that can ever be set: by a rule that needs none, or whose own needs can be met.

    A rule waits for one need at a time and is looked at when that is met, so that a long chain of
    rules is followed once.
    """
    tied = (rule for rule in rules if rule.rule.flowbits)
    setters = [rule for rule in tied if any(flowbit.sets for flowbit in rule.rule.flowbits)]
    needs = [tuple(_needs(rule)) for rule in setters]
    met = [0] * len(setters)  # how many of its needs, from the first on
    waiting: dict[str, list[tuple[int, int]]] = defaultdict(list)
    bits: set[str] = set()
    ready = [(number, 0) for number in range(len(setters))]
    while ready:
        number, place = ready.pop()
        if place < met[number]:
            continue  # of `a|b` both were set
        while place < len(needs[number]) and not bits.isdisjoint(needs[number][place]):
            place += 1
        met[number] = place
        if place < len(needs[number]):
            for name in needs[number][place]:
                waiting[name].append((number, place))
            continue
        met[number] += 1
        for name in _names(setters[number], setting=True):
            bits.add(name)
            ready += waiting.pop(name, ())
    return frozenset(bits)


def _needs(rule: Converted) -> Iterator[tuple[str, ...]]:
    """Of each of these one must be set before the rule can fire."""
    for flowbit in rule.rule.flowbits:
        if flowbit.command == "isset":
            yield from ((name,) for name in flowbit.names) if flowbit.every else (flowbit.names,)


def _can_fire(rule: Converted, bits: frozenset[str] | set[str]) -> bool:
    flowbits = rule.rule.flowbits
    return not flowbits or all(_is_met(flowbit, bits) for flowbit in flowbits)


def _is_met(flowbit: Flowbit, bits: frozenset[str] | set[str]) -> bool:
    """`a|b` needs one, `a&b` all; isnotset needs none."""
    if flowbit.command != "isset":
        return True
    return bits.issuperset(flowbit.names) if flowbit.every else not bits.isdisjoint(flowbit.names)


def _names(rule: Converted, *, setting: bool) -> Iterator[str]:
    """The bits that a rule sets, or else those that it needs set."""
    for flowbit in rule.rule.flowbits:
        if flowbit.sets if setting else flowbit.command == "isset":
            yield from flowbit.names


def _brought_in(live: Iterable[Converted], standby: Iterable[Converted]) -> list[Converted]:
    """All standby setters of the bits that live rules check, with what these check in turn."""
    setters = defaultdict(list)
    for rule in standby:
        for name in _names(rule, setting=True):
            setters[name].append(rule)
    needed: dict[int, Converted] = {}
    open_bits = {name for rule in live for name in _names(rule, setting=False)}
    seen: set[str] = set()
    while open_bits:
        found = [rule for name in sorted(open_bits) for rule in setters[name]]
        needed.update((rule.sid, rule) for rule in found)
        seen |= open_bits
        open_bits = {name for rule in found for name in _names(rule, setting=False)} - seen
    return list(needed.values())


def _detail(rule: Converted, settable: frozenset[str]) -> str:
    names = {name for f in rule.rule.flowbits if not _is_met(f, settable) for name in f.names}
    missing = ", ".join(sorted(names - settable))
    return f"it checks {missing}, and no enabled rule that can be published ever sets it"


def _place(rule: Converted) -> Place:
    return rule.rule.place


def _clusters(rules: Sequence[Converted]) -> tuple[Cluster, ...]:
    root = _roots(rules)
    clusters: dict[int, list[Converted]] = defaultdict(list)
    for index, rule in enumerate(rules):
        clusters[root[index]].append(rule)
    return tuple(tuple(cluster) for cluster in clusters.values())


def _roots(rules: Sequence[Converted]) -> Mapping[int, int]:
    """Union-find over the rules' positions, joined by the bits that they name."""
    parent = list(range(len(rules)))
    first: dict[str, int] = {}

    def find(index: int) -> int:
        while parent[index] != index:
            parent[index] = parent[parent[index]]
            index = parent[index]
        return index

    for index, rule in enumerate(rules):
        for flowbit in rule.rule.flowbits:
            for name in flowbit.names:
                parent[find(index)] = find(first.setdefault(name, index))
    return {index: find(index) for index in range(len(rules))}
