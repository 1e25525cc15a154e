"""The order of inspection: setters before their checkers, otherwise the feed's order.

What people have published as written keeps the order of its file, whatever ties the rules.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial
from itertools import pairwise
from operator import attrgetter
from typing import Final, TypeAlias

from rules_lib.graph import Followers, layers
from rules_lib.model import FeedPosition, Mode
from rules_lib.outcome import Converted
from rules_lib.stages.link import Cluster, is_tied
from rules_lib.stages.tiers import Tier, tier_of
from rules_lib.ties import Tie

TiePredicate: TypeAlias = Callable[[Tie], bool]
"""Whether a tie is to come behind those that change its marks."""

FeedOrderKey: TypeAlias = tuple[Tier, FeedPosition]
"""Sorts rules as they would stand without ties: people's own, the feed's, people's last."""

_ASKS: Final[tuple[TiePredicate, ...]] = (attrgetter("checks"), attrgetter("calls"))
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


def order(clusters: Sequence[Cluster], last: Collection[str] = frozenset()) -> Ordered:
    """Put the setters of a mark before its checkers, and leave all else in the feed's order.

    Args:
        clusters: all of them.
        last: people's own categories that stand behind the feed's.
    """
    rules = [rule for cluster in clusters for rule in cluster]
    tied = [rule for rule in rules if is_tied(rule)]
    turns = _turns(rules, tied, last)
    tied.sort(key=lambda rule: turns[rule.sid])
    latest: FeedOrderKey | None = None
    for rule in _sorted(tied, _ASKS):  # one that waits for another takes its turn, behind it
        turn = turns.pop(rule.sid)
        turns[rule.sid] = latest = max(latest, turn) if latest else turn
    ordered = sorted(turns, key=turns.__getitem__)
    return Ordered(tuple(clusters), {sid: place for place, sid in enumerate(ordered)})


def _turns(
    rules: Iterable[Converted], tied: Sequence[Converted], last: Collection[str]
) -> dict[int, FeedOrderKey]:
    """What a rule of people's own waits for comes with it, before the rest of the feed."""
    tier = cache(partial(tier_of, last=last))
    turns = {rule.sid: (tier(rule.rule.category), rule.rule.place) for rule in rules}
    for sid in _awaited(tied, last):
        turns[sid] = Tier.FIRST, turns[sid][1]
    return turns


def _awaited(tied: Sequence[Converted], last: Collection[str]) -> frozenset[int]:
    """Sids of the rules that must come before one of people's own that stands first."""
    tiers = [tier_of(rule.rule.category, last) for rule in tied]
    open_nodes = [node for node, tier in enumerate(tiers) if tier is Tier.FIRST]
    if not open_nodes:
        return frozenset()
    leaders = _reversed(_followers(tied, _ASKS[0]))
    seen = set(open_nodes)
    while open_nodes:
        found = [one for one in leaders[open_nodes.pop()] if one not in seen]
        seen.update(found)
        open_nodes += found
    return frozenset(tied[node].sid for node in seen if node < len(tied))


def _reversed(followers: Followers) -> list[list[int]]:
    leaders: list[list[int]] = [[] for _ in followers]
    for node, behind in enumerate(followers):
        for other in behind:
            leaders[other].append(node)
    return leaders


def _sorted(rules: Sequence[Converted], asks: Sequence[TiePredicate]) -> Sequence[Converted]:
    if not asks:
        return rules
    result: list[Converted] = []
    followers = _followers(rules, asks[0])
    rank = [*range(len(rules)), *([-1] * (len(followers) - len(rules)))]
    for layer in layers(followers, rank):
        circle = [rules[node] for node in layer if node < len(rules)]
        result += _sorted(circle, asks[1:]) if len(circle) > 1 else circle
    return result


def _followers(rules: Sequence[Converted], asks: TiePredicate) -> list[list[int]]:
    """Rules by position, then their marks: a setter leads to its mark, the mark to its checkers.

    Of a file that is published as written each rule leads to the next.
    """
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
    for before, behind in _as_written(rules):
        followers[before].append(behind)
    return followers


def _as_written(rules: Sequence[Converted]) -> Iterable[tuple[int, int]]:
    """Each rule that is published as written, and the next one of its file."""
    files: dict[str, list[int]] = {}
    for position, rule in enumerate(rules):
        if rule.given.mode is Mode.AS_WRITTEN:
            files.setdefault(rule.rule.category, []).append(position)
    return (pair for positions in files.values() for pair in pairwise(positions))
