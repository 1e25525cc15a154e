"""Where rules are judged by action: which need a `priority` to stand behind what sets their marks.

Inside one action the engine itself puts what sets a mark before what only checks it. It leaves open
only how rules stand that do both: there the lower `priority` comes first, then the lower sid.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Final, TypeAlias

from rules_lib.facts.action_order import DEFAULT_PRIORITY, RULE_PRIORITY_MAX
from rules_lib.graph import layers
from rules_lib.model import Change, Mode
from rules_lib.outcome import Converted
from rules_lib.reading.rule import split
from rules_lib.ties import Mark, MarkKind, Tie

if TYPE_CHECKING:
    from rules_lib.stages.meetings import Meetings

Rank: TypeAlias = tuple[int, ...]
"""The engine judges the higher one first; only where two are equal does `priority` decide."""

Equals: TypeAlias = tuple[str, Rank, Mark]
"""What rules have in common of which `priority` alone says how they stand."""

_OTHERS, _READS, _READS_AND_WRITES, _WRITES = 1, 2, 3, 4
_IN_FLOW: Final = (MarkKind.FLOWBIT, MarkKind.FLOWINT)
_OF_HOSTS: Final = (MarkKind.HOST, MarkKind.PAIR)


def priorities(rules: Sequence[Converted], meetings: Meetings) -> dict[int, int]:
    """Find the rules that need one: sid -> the least that puts them behind what they wait for.

    Where rules wait for each other in a circle no order is the right one, so none is written.

    Args:
        rules: all that are to be in force and share marks, with the actions that they will have.
        meetings: which of them can match in one packet.
    """
    followers = _followers(rules, meetings)
    found = [_own_priority(rule) for rule in rules]
    for layer in layers(followers, range(len(rules))):
        for node in layer:
            for behind in set(followers[node]).difference(layer):
                least = found[node] + (rules[node].sid > rules[behind].sid)
                if _may_be_written(rules[behind]):
                    found[behind] = min(max(found[behind], least), RULE_PRIORITY_MAX)
    return {
        rule.sid: one
        for rule, one in zip(rules, found, strict=True)
        if one != DEFAULT_PRIORITY and _may_be_written(rule)
    }


def _own_priority(rule: Converted) -> int:
    """What a rule that is published as written says itself; of all others it is taken out."""
    if rule.given.mode is not Mode.AS_WRITTEN or "priority" not in rule.rule.keywords:
        return DEFAULT_PRIORITY
    _, options = split(rule.text)
    said = ((one.value or "").strip() for one in options if one.name == "priority")
    return min((int(one) for one in said if one.isdecimal()), default=DEFAULT_PRIORITY)


def _may_be_written(rule: Converted) -> bool:
    """Neither what people publish as written is altered, nor a text that is in force and stays."""
    return rule.given.mode is not Mode.AS_WRITTEN and Change.EARLIER_TEXT not in rule.changes


def _followers(rules: Sequence[Converted], meetings: Meetings) -> list[list[int]]:
    """By position, the rules that are to come behind one, where `priority` says whether they do."""
    ranks = [rank_of(rule.rule.ties) for rule in rules]
    asking = defaultdict[Equals, list[int]](list)
    for number, rule in enumerate(rules):
        for mark in _marks(tie for tie in rule.rule.ties if tie.checks):
            asking[rule.action, ranks[number], mark].append(number)
    return [
        [
            behind
            for mark in _marks(tie for tie in rule.rule.ties if tie.changes)
            for behind in asking.get((rule.action, rank, mark), ())
            if behind != number and meetings.meet(rule, rules[behind])
        ]
        for number, (rule, rank) in enumerate(zip(rules, ranks, strict=True))
    ]


def _marks(ties: Iterable[Tie]) -> Iterator[Mark]:
    return (mark for tie in ties for mark in tie.marks)


def rank_of(ties: Iterable[Tie]) -> Rank:
    """How a rule ranks inside its action by the marks that it sets and checks.

    Of bits of hosts the engine sees only that they are read: it looks for what sets them among
    another keyword's options, so that what reads them is judged before what sets them.
    """
    ties = tuple(ties)
    in_flow = (_kind(ties, kind, writes=True) for kind in _IN_FLOW)
    return *in_flow, *(_kind(ties, kind, writes=False) for kind in _OF_HOSTS)


def _kind(ties: Iterable[Tie], kind: MarkKind, *, writes: bool) -> int:
    """What a rule does with the marks of a kind, as the engine sees it."""
    of_kind = [tie for tie in ties if any(mark.kind is kind for mark in tie.marks)]
    reads = any(tie.checks and tie.command != "read" for tie in of_kind)
    if writes and any(tie.writes for tie in of_kind):
        return _READS_AND_WRITES if reads else _WRITES
    return _READS if reads else _OTHERS
