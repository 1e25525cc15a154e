"""The order of inspection: setters before their checkers, otherwise the feed's order."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from heapq import merge
from operator import attrgetter
from typing import Final, TypeAlias

from rules_lib.graph import layers
from rules_lib.model import Converted, Place
from rules_lib.stages.link import Cluster
from rules_lib.ties import Tie

Asks: TypeAlias = Callable[[Tie], bool]
"""Whether a tie is to come behind those that change its marks."""

_ASKS: Final[tuple[Asks, ...]] = (attrgetter("checks"), attrgetter("calls"))
"""Where rules set each other's marks in a circle, the second decides inside it, then the feed.

`isset` needs its setter first to work within a packet; `isnotset` is only read sooner or later.
"""


@dataclass(frozen=True, slots=True)
class Ordered:
    """Clusters, and every rule's place in the order of inspection.

    Attributes:
        clusters: as they were linked.
        position: sid -> place among all rules; a rule group keeps this order.
    """

    clusters: tuple[Cluster, ...]
    position: Mapping[int, int]


def order(clusters: Sequence[Cluster]) -> Ordered:
    """Put the setters of a mark before its checkers, and leave all else in the feed's order."""
    rules = sorted((rule for cluster in clusters for rule in cluster), key=_place)
    tied = [rule for rule in rules if rule.rule.ties]
    free = (rule for rule in rules if not rule.rule.ties)
    ordered = merge(_sorted(tied, _ASKS), free, key=_place)
    return Ordered(tuple(clusters), {rule.sid: place for place, rule in enumerate(ordered)})


def _place(rule: Converted) -> Place:
    return rule.rule.place


def _sorted(rules: Sequence[Converted], asks: Sequence[Asks]) -> Sequence[Converted]:
    if not asks:
        return rules
    result: list[Converted] = []
    followers = _followers(rules, asks[0])
    rank = [*range(len(rules)), *([-1] * (len(followers) - len(rules)))]
    for layer in layers(followers, rank):
        circle = [rules[node] for node in layer if node < len(rules)]
        result += _sorted(circle, asks[1:]) if len(circle) > 1 else circle
    return result


def _followers(rules: Sequence[Converted], asks: Asks) -> list[list[int]]:
    """Rules by position, then their marks: a setter leads to its mark, the mark to its checkers."""
    marks = sorted({mark for rule in rules for tie in rule.rule.ties for mark in tie.marks})
    node_of = {mark: len(rules) + number for number, mark in enumerate(marks)}
    followers: list[list[int]] = [[] for _ in range(len(rules) + len(marks))]
    for position, rule in enumerate(rules):
        for tie in rule.rule.ties:
            for mark in tie.marks:
                if tie.changes:
                    followers[position].append(node_of[mark])
                elif asks(tie):
                    followers[node_of[mark]].append(position)
    return followers
