"""Categories whose rules are the entries of a list: what each costs, and what it is worth.

A rule that names one address, one domain or one URL takes as much of the budget as any other. Lists
of them have tens of thousands. Where a few rules could say the same, it is said how many.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final, NamedTuple

from rules_lib.allowlist import known_categories
from rules_lib.facts.indicators import BESIDE, BUFFERS, VALUES, IndicatorKind
from rules_lib.facts.limits import (
    BLOCKING,
    IP_SET_REFERENCES,
    PREFIX_LIST_ENTRIES,
    RULE_BYTES,
)
from rules_lib.facts.suricata import DESCRIPTIVE
from rules_lib.model import Mode, Reason, Rule
from rules_lib.packing.budget import Budget
from rules_lib.reading.rule import cut
from rules_lib.stages.address_lists import is_address_list

if TYPE_CHECKING:
    from rules_lib.build import Built
    from rules_lib.inputs import Inputs
    from rules_lib.outcome import Converted

LARGE: Final = 500
"""A list of fewer rules is not worth a word."""

_SHARE: Final = 0.9
"""Of a category's rules so many name one value each, if it is a list."""


@dataclass(frozen=True, slots=True)
class FewerRules:
    """Rules that would say the same as all rules of a list that name addresses.

    Attributes:
        addresses: that they name, each once.
        rules: with lists of addresses in their headers, or variables: what a variable stands for
            counts as if it were written in the rule.
        referring: rules that refer to prefix lists; None where these are more than a rule group
            takes.
        prefix_lists: to which they refer.
    """

    addresses: int
    rules: int
    referring: int | None
    prefix_lists: int


@dataclass(frozen=True, slots=True)
class IndicatorList:
    """A category whose rules are the entries of a list.

    Attributes:
        feed: its name; empty where one feed alone is in use.
        rules: that are asked for: kept, or without room in the budget.
        kinds: what they name -> how many.
        blocking: of the kept ones, those that stop traffic.
        capacity: what the kept ones take of the budget, with headroom.
        budget: for all categories together.
        fired: of the kept ones, those that fired in the last 30 days; None where it is not known.
        others_left_out: rules of other categories that the budget has no room for.
        fewer: what would do for its addresses; None where that saves nothing.
    """

    category: str
    feed: str
    rules: int
    kinds: Mapping[IndicatorKind, int]
    kept: int
    blocking: int
    capacity: int
    budget: int
    fired: int | None
    others_left_out: int
    fewer: FewerRules | None

    @property
    def left_out(self) -> int:
        """How many of its rules the budget has no room for."""
        return self.rules - self.kept


def indicator_lists(inputs: Inputs, built: Built) -> tuple[IndicatorList, ...]:
    """Find the lists among the categories that are on, the largest first.

    Those of Emerging Threats that are lists are known as such, and are passed over.

    Args:
        inputs: of the build.
        built: what came of them.
    """
    kept, unfit = _kept(built), _unfit(built)
    modes = {name: inputs.allowlist.setting_of(name).mode for name in kept.keys() | unfit.keys()}
    found = (
        _list_of(name, kept[name], unfit[name], inputs, sum(map(len, unfit.values())))
        for name, mode in modes.items()
        if name not in known_categories()
        and mode in {Mode.ALERT, Mode.DROP}
        and len(kept[name]) + len(unfit[name]) >= LARGE
    )
    return tuple(sorted(filter(None, found), key=lambda one: (-one.rules, one.category)))


def _kept(built: Built) -> defaultdict[str, list[Converted]]:
    found = defaultdict[str, list["Converted"]](list)
    for rule in built.kept:
        if not rule.setter:
            found[rule.rule.category].append(rule)
    return found


def _unfit(built: Built) -> defaultdict[str, list[Rule]]:
    found = defaultdict[str, list[Rule]](list)
    for one in built.discarded:
        if one.reason is Reason.OVER_BUDGET and isinstance(one.rule, Rule):
            found[one.rule.category].append(one.rule)
    return found


def _list_of(
    name: str, kept: Sequence[Converted], unfit: Sequence[Rule], inputs: Inputs, left_out: int
) -> IndicatorList | None:
    """A category as a list; None where it is none."""
    rules = [*(one.rule for one in kept), *unfit]
    named = [(kind, rule) for rule in rules if (kind := kind_of(rule))]
    if len(named) < _SHARE * len(rules):
        return None
    firewall = inputs.allowlist.firewall
    return IndicatorList(
        category=name,
        feed=rules[0].feed.name if inputs.ruleset.several else "",
        rules=len(rules),
        kinds=dict(Counter(kind for kind, _ in named).most_common()),
        kept=len(kept),
        blocking=sum(one.action in BLOCKING for one in kept),
        capacity=Budget.of(firewall).least_for(len(kept)),
        budget=firewall.capacity,
        fired=_fired(kept, inputs),
        others_left_out=left_out - len(unfit),
        fewer=_fewer([rule for kind, rule in named if kind is IndicatorKind.ADDRESS]),
    )


def _fired(kept: Iterable[Converted], inputs: Inputs) -> int | None:
    """How many fired lately; None where alert logs are not read, or not all of it is known."""
    if not inputs.fired or inputs.hits_unknown:
        return None
    fired = inputs.fired_lately
    return sum(one.sid in fired for one in kept)


def kind_of(rule: Rule) -> IndicatorKind | None:
    """What a rule names, if it names one value and looks for nothing else."""
    if is_address_list(rule):
        return IndicatorKind.ADDRESS if len(_addresses(rule)) == 1 else None
    kind = _kind_by_keywords(rule.keywords)
    if kind is None or rule.ties:
        return None
    parts = cut(rule.text)
    values = [value for _, name, value in parts.found if _is_value(name)]
    fits = len(values) <= VALUES[kind] and not any(value.startswith("!") for value in values)
    return kind if fits else None


@lru_cache(maxsize=4096)
def _kind_by_keywords(keywords: frozenset[str]) -> IndicatorKind | None:
    """Many rules have the same keywords."""
    kinds = {BUFFERS[name] for name in keywords if name in BUFFERS}
    if not kinds or not keywords <= BESIDE | BUFFERS.keys():
        return None
    if IndicatorKind.URL in kinds:  # with the host beside the path
        return IndicatorKind.URL if kinds <= {IndicatorKind.URL, IndicatorKind.DOMAIN} else None
    return kinds.pop() if len(kinds) == 1 else None


def _is_value(name: str) -> bool:
    return name.lower() == "content"


class _Alike(NamedTuple):
    """All of a rule that names an address, but for that and what it says of itself."""

    header: tuple[str, ...]
    options: tuple[str, ...]


def _fewer(rules: Sequence[Rule]) -> FewerRules | None:
    """Rules that differ in their address alone are one rule with a list."""
    found, longest = defaultdict[_Alike, set[str]](set), Counter[_Alike]()
    for rule in rules:
        [address], alike = _addresses(rule), _alike(rule)
        found[alike].add(address)
        longest[alike] = max(longest[alike], len(rule.text.encode()) - len(address))
    lists = sum(_lists_for(found[alike], longest[alike]) for alike in found)
    if lists >= len(rules):
        return None
    prefix_lists = sum(math.ceil(len(each) / PREFIX_LIST_ENTRIES) for each in found.values())
    return FewerRules(
        addresses=len(set().union(*found.values())),
        rules=lists,
        referring=len(found) if prefix_lists <= IP_SET_REFERENCES else None,
        prefix_lists=prefix_lists,
    )


def _lists_for(addresses: Iterable[str], rest: int) -> int:
    """How many rules hold so many addresses, `[a,b,c]` in each, beside the rest of it."""
    room = RULE_BYTES - rest - len("[]") + 1  # no comma behind the last
    return math.ceil(sum(len(one) + 1 for one in addresses) / max(room, 1))


def _alike(rule: Rule) -> _Alike:
    ends = frozenset(_named_ends(rule))
    header = tuple("" if field in ends else field for field in rule.header)
    options = cut(rule.text).found
    telling = (text.strip() for text, name, _ in options if name.lower() not in DESCRIPTIVE)
    return _Alike(header, tuple(telling))


def _addresses(rule: Rule) -> tuple[str, ...]:
    """The addresses that a rule names, where it names them at one end."""
    ends = tuple(_named_ends(rule))
    return tuple(ends[0].strip("[]").split(",")) if len(ends) == 1 else ()


def _named_ends(rule: Rule) -> Iterator[str]:
    return (
        field
        for field in rule.header.addresses
        if field[:1] not in {"$", "!", "@"} and any(mark in field for mark in ".:")
    )
