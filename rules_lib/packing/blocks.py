"""Clusters measured for packing: how large, in which category at home, deployed where."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Final, NamedTuple, TypeAlias

from rules_lib.facts import limits
from rules_lib.facts.metadata import CONFIDENCES, SEVERITIES
from rules_lib.groups.references import go_together
from rules_lib.groups.variables import UsedReferences
from rules_lib.outcome import Converted
from rules_lib.packing.standing import Standing, standings_of

if TYPE_CHECKING:
    from rules_lib.allowlist import Allowlist
    from rules_lib.groups.rule_group import Deployed, Slot
    from rules_lib.stages.link import Cluster
    from rules_lib.stages.order import Ordered

Worth: TypeAlias = tuple[object, ...]
"""People's own and the first listed, then hits, severity, confidence, date, feed; less is worth
more."""

_NOWHERE: Final[frozenset[Slot]] = frozenset()
_NONE: Final[frozenset[str]] = frozenset()
_SEVERITIES: Final = {word: rank for rank, word in enumerate((*SEVERITIES, ""))}
_CONFIDENCES: Final = {word: rank for rank, word in enumerate((*CONFIDENCES, ""))}


class Block(NamedTuple):
    """A cluster, with all that packing asks of it.

    Attributes:
        place: among all blocks, in the feed's order.
        rules: how many it has, and so how much capacity it takes.
        size: bytes of its lines in the group's text.
        home: the category in whose group it is to be.
        prior: where most of it is deployed; None where it is new.
        moving: slots where the rest of it is deployed.
        references: ARNs of the reference sets that its group must declare.
    """

    place: int
    cluster: Cluster
    rules: int
    size: int
    home: str
    prior: Slot | None
    moving: frozenset[Slot]
    references: frozenset[str] = _NONE

    @property
    def fits_one_group(self) -> bool:
        """Whether a rule group can hold it at all: a cluster is never cut."""
        small = self.rules <= limits.GROUP_CAPACITY and self.size <= limits.RULES_STRING_BYTES
        return small and go_together(self.references)


@dataclass(frozen=True)
class Blocks:
    """All clusters, measured, and how their categories stand.

    Attributes:
        blocks: in the feed's order.
        fired: sids of rules that fired lately.
    """

    blocks: tuple[Block, ...]
    standings: Mapping[str, Standing]
    fired: frozenset[int] = frozenset()

    @cached_property
    def valued(self) -> tuple[Block, ...]:
        """The same, the most valued first: worked out once, and only where it is asked for."""
        return tuple(sorted(self.blocks, key=self._worth_of))

    @cached_property
    def too_large(self) -> frozenset[int]:
        """Places of the blocks that no rule group can hold: the same for every budget."""
        return frozenset(block.place for block in self.blocks if not block.fits_one_group)

    def head_of(self, block: Block) -> Converted:
        """The rule of a cluster by which the cluster is valued."""
        own = (rule for rule in block.cluster if not rule.setter)
        return min(own, key=lambda rule: _worth_of(rule, self.standings, self.fired))

    def _worth_of(self, block: Block) -> Worth:
        rule = block.cluster[0] if block.rules == 1 else self.head_of(block)
        return _worth_of(rule, self.standings, self.fired)


def measure(
    ordered: Ordered, allowlist: Allowlist, deployed: Deployed, fired: frozenset[int] = frozenset()
) -> Blocks:
    """Measure every cluster, once, however often it is then packed."""
    standings = standings_of(ordered.clusters, allowlist)
    blocks = blocks_of(ordered.clusters, standings, allowlist, slots_of(deployed))
    return Blocks(blocks, standings, fired)


def slots_of(deployed: Deployed) -> dict[int | None, Slot]:
    """Where each rule is deployed, by its sid."""
    return {sid: slot for slot, g in deployed.current.items() for sid in g.content.by_sid}


def blocks_of(
    clusters: Iterable[Cluster],
    standings: Mapping[str, Standing],
    allowlist: Allowlist,
    prior: Mapping[int | None, Slot],
) -> tuple[Block, ...]:
    """Measure clusters, in the feed's order.

    Args:
        clusters: all of them, or some.
        standings: of their categories.
        allowlist: for the reference sets.
        prior: where each rule is deployed, by its sid.
    """
    used = UsedReferences(allowlist)
    return tuple(
        _block(place, cluster, standings, prior, used) for place, cluster in enumerate(clusters)
    )


def _block(
    place: int,
    cluster: Cluster,
    standings: Mapping[str, Standing],
    prior: Mapping[int | None, Slot],
    used: UsedReferences,
) -> Block:
    if len(cluster) == 1:  # as nearly all are
        [rule] = cluster
        slot, home = prior.get(rule.sid), rule.rule.category
        return Block(place, cluster, 1, rule.size + 1, home, slot, _NOWHERE, used[rule.variables])
    slots = [slot for rule in cluster if (slot := prior.get(rule.sid))]
    slot = _most_frequent(slots)
    return Block(
        place=place,
        cluster=cluster,
        rules=len(cluster),
        size=sum(rule.size + 1 for rule in cluster),
        home=_home({r.rule.category for r in cluster if not r.setter}, standings, slot),
        prior=slot,
        moving=frozenset(slots) - {slot},
        references=_NONE.union(*(used[rule.variables] for rule in cluster)),
    )


def _most_frequent(slots: Sequence[Slot]) -> Slot | None:
    counts = Counter(slots)
    return min(counts, key=lambda slot: (-counts[slot], slot), default=None)


def _home(categories: set[str], standings: Mapping[str, Standing], prior: Slot | None) -> str:
    """Where the cluster is already, if that is of the same kind; else the first of its kinds."""
    first = min(categories, key=lambda name: (standings[name].kind, standings[name].precedence))
    if prior and prior.category in categories:
        return prior.category if standings[prior.category].kind == standings[first].kind else first
    return first


def _worth_of(rule: Converted, standings: Mapping[str, Standing], fired: frozenset[int]) -> Worth:
    """What a rule is worth beside others; of two, the one that sorts first is kept first."""
    source = rule.rule
    others_s, listed, name = standings[source.category].precedence
    return (
        others_s,
        listed,
        source.sid not in fired,
        _SEVERITIES[source.severity],
        _CONFIDENCES[source.confidence],
        _age(source.updated_at),
        source.feed.order,
        name,
        source.line,
    )


@lru_cache(maxsize=16_384)
def _age(updated_at: str) -> int:
    """Less for what is newer."""
    return -int(updated_at.replace("_", "") or 0)
