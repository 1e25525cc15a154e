"""What becomes of a few rules up to the budget, and within it where the last build's records say.

All stages but packing look at a rule, and at what it is tied to; what they make of the rules of
`touching` is what they make of them in the whole feed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from rules_lib.build import prepare
from rules_lib.model import Reason
from rules_lib.outcome import Discarded
from rules_lib.stages.duplicates import with_true_details
from rules_lib.stages.link import link
from rulesync_cli.explain.ledger import Ledger, SeatedGroup

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from rules_lib.inputs import Inputs
    from rules_lib.outcome import Converted
    from rules_lib.stages.link import Cluster


class BudgetPlaces(Protocol):
    """Where a build put what came as far as the budget."""

    def group_of(self, rule: Converted) -> SeatedGroup | None:
        """The rule group that has this very text of the rule; None where none has."""

    def over_budget(self, rule: Converted) -> str | None:
        """The detail with which the rule was discarded for the budget; None where it was not."""


@dataclass(frozen=True, slots=True)
class _Settled:
    """What became of some clusters."""

    kept: tuple[tuple[Converted, SeatedGroup], ...] = ()
    discarded: tuple[Discarded, ...] = ()


def judged(inputs: Inputs, places: BudgetPlaces | None) -> Ledger | None:
    """Say what becomes of every rule of the inputs, without a build.

    Args:
        inputs: of a build, but for the ruleset, which is closed under `touching`.
        places: of the last build; None where its inputs were others.

    Returns:
        None where only a build tells: a rule comes as far as the budget, and no record says what
        became of it there.
    """
    rules = tuple(inputs.ruleset.rules)
    prepared = prepare(rules, inputs)
    linked = link(prepared.wanted, prepared.standby)
    settled = _settled(linked.clusters, places)
    if settled is None:
        return None
    discarded = with_true_details(
        sorted(
            (*prepared.discarded, *linked.discarded, *settled.discarded),
            key=lambda one: one.rule.place,
        )
    )
    kept = {rule.rule.place: (rule, group) for rule, group in settled.kept}
    left_out = {one.rule.place: one for one in discarded}
    known = kept.keys() | left_out.keys()
    off = frozenset(rule.place for rule in rules if rule.place not in known)
    return Ledger(kept, left_out, off)


def _settled(clusters: Sequence[Cluster], places: BudgetPlaces | None) -> _Settled | None:
    if not clusters:
        return _Settled()
    if places is None:
        return None
    found = [_within(cluster, places) for cluster in clusters]
    told = [one for one in found if one]
    if len(told) < len(found):
        return None
    return _Settled(
        kept=tuple(pair for one in told for pair in one.kept),
        discarded=tuple(discard for one in told for discard in one.discarded),
    )


def _within(cluster: Cluster, places: BudgetPlaces) -> _Settled | None:
    """A cluster goes or stays whole; None where the records do not say which."""
    groups = [places.group_of(rule) for rule in cluster]
    kept = tuple((rule, group) for rule, group in zip(cluster, groups, strict=True) if group)
    if len(kept) == len(cluster) and len({group.name for _, group in kept}) == 1:
        return _Settled(kept)
    discarded = tuple(_over_budget(cluster, places))
    wanted = sum(not rule.setter for rule in cluster)
    return _Settled(discarded=discarded) if not kept and len(discarded) == wanted else None


def _over_budget(cluster: Iterable[Converted], places: BudgetPlaces) -> Iterator[Discarded]:
    for rule in cluster:
        detail = None if rule.setter else places.over_budget(rule)
        if detail is not None:
            yield Discarded(rule.rule, Reason.OVER_BUDGET, detail)
