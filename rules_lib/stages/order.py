"""The order of inspection: setters before their checkers, otherwise the feed's order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from heapq import merge
from typing import Final

from rules_lib.graph import layers
from rules_lib.model import Converted, Place
from rules_lib.stages.link import Cluster

_TIES: Final = (frozenset({"isset", "isnotset"}), frozenset({"isset"}))
"""Where rules set each other's bits in a circle, the second tie decides inside it, then the feed.

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
    """Put the setters of a flowbit before its checkers, and leave all else in the feed's order."""
    rules = sorted((rule for cluster in clusters for rule in cluster), key=_place)
    tied = [rule for rule in rules if rule.rule.flowbits]
    free = (rule for rule in rules if not rule.rule.flowbits)
    ordered = merge(_sorted(tied, _TIES), free, key=_place)
    return Ordered(tuple(clusters), {rule.sid: place for place, rule in enumerate(ordered)})


def _place(rule: Converted) -> Place:
    return rule.rule.place


def _sorted(rules: Sequence[Converted], ties: Sequence[frozenset[str]]) -> Sequence[Converted]:
    if not ties:
        return rules
    result: list[Converted] = []
    followers = _followers(rules, ties[0])
    rank = [*range(len(rules)), *([-1] * (len(followers) - len(rules)))]
    for layer in layers(followers, rank):
        circle = [rules[node] for node in layer if node < len(rules)]
        result += _sorted(circle, ties[1:]) if len(circle) > 1 else circle
    return result


def _followers(rules: Sequence[Converted], checks: frozenset[str]) -> list[list[int]]:
    """Rules by position, then their bits: a setter leads to its bit, the bit to its checkers."""
    bits = sorted({name for rule in rules for f in rule.rule.flowbits for name in f.names})
    node_of = {name: len(rules) + number for number, name in enumerate(bits)}
    followers: list[list[int]] = [[] for _ in range(len(rules) + len(bits))]
    for position, rule in enumerate(rules):
        for flowbit in rule.rule.flowbits:
            for name in flowbit.names:
                if flowbit.sets:
                    followers[position].append(node_of[name])
                elif flowbit.command in checks:
                    followers[node_of[name]].append(position)
    return followers
