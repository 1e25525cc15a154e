"""Flowbits of one rule: who sets them, who checks them, and which rules they tie together."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from rules_lib.explain.disabled import disabled_rules
from rules_lib.explain.story import Fate, Relative, Tie
from rules_lib.model import Flowbit, Rule

if TYPE_CHECKING:
    from rules_lib.explain.ledger import Ledger
    from rules_lib.feed.archive import FeedFile
    from rules_lib.reading.ruleset import Ruleset


def ties_of(
    rule: Rule, ruleset: Ruleset, files: Iterable[FeedFile], ledger: Ledger
) -> tuple[Tie, ...]:
    """Say of every flowbit of a rule who else uses it, and how.

    Args:
        rule: enabled or not.
        ruleset: the enabled rules.
        files: where disabled setters are looked for.
        ledger: what became of the enabled ones.
    """
    bits = dict.fromkeys(name for flowbit in rule.flowbits for name in flowbit.names)
    if not bits:
        return ()
    users = [
        other
        for other in ruleset.rules
        if isinstance(other, Rule) and other.flowbits and other.place != rule.place
    ]
    return tuple(_tie(bit, rule, users, files, ledger) for bit in bits)


def _tie(
    bit: str, rule: Rule, others: Sequence[Rule], files: Iterable[FeedFile], ledger: Ledger
) -> Tie:
    by_role: dict[str, list[Relative]] = defaultdict(list)
    for other in others:
        for role in dict.fromkeys(map(_role, _using(other, bit))):
            by_role[role].append(ledger.relative(other))
    setters = by_role["setter"]
    if all(one.fate is not Fate.KEPT for one in setters):
        setters += [
            ledger.relative(one)
            for one in disabled_rules(files, bit)
            if isinstance(one, Rule) and one.place != rule.place
            if any(flowbit.sets for flowbit in _using(one, bit))
        ]
    return Tie(
        bit=bit,
        commands=tuple(dict.fromkeys(flowbit.command for flowbit in _using(rule, bit))),
        setters=tuple(setters),
        checkers=tuple(by_role["checker"]),
        clearers=tuple(by_role["clearer"]),
    )


def _using(rule: Rule, bit: str) -> Iterator[Flowbit]:
    return (flowbit for flowbit in rule.flowbits if bit in flowbit.names)


def _role(flowbit: Flowbit) -> str:
    if flowbit.sets:
        return "setter"
    return "checker" if flowbit.checks else "clearer"


def cluster_of(rule: Rule, ledger: Ledger) -> tuple[Relative, ...]:
    """The other rules of a kept rule's cluster, in the order of their group."""
    _, group = ledger.kept[rule.place]
    users: Mapping[str, list[Rule]] = defaultdict(list)
    for one in group.rules:
        for name in _names(one.rule):
            users[name].append(one.rule)
    found, bits = {rule.place}, list(_names(rule))
    seen = set(bits)
    while bits:
        for other in users[bits.pop()]:
            if other.place not in found:
                found.add(other.place)
                bits += [name for name in _names(other) if name not in seen]
                seen.update(_names(other))
    others = (one.rule for one in group.rules if one.rule.place in found - {rule.place})
    return tuple(ledger.relative(other) for other in others)


def _names(rule: Rule) -> frozenset[str]:
    return frozenset(name for flowbit in rule.flowbits for name in flowbit.names)
