"""What each category of the feed has, and what it takes of the budget."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rules_lib.facts.limits import BLOCKING
from rules_lib.model import Mode, Rule
from rules_lib.packing.budget import Budget
from rules_lib.packing.standing import standing_of
from rules_lib.watching import unwatched
from rulesync_cli.census.cost import Cost
from rulesync_cli.census.costs import Watch, costs_of

if TYPE_CHECKING:
    from rules_lib.allowlist import Allowlist
    from rules_lib.build import Built, Workings
    from rules_lib.inputs import Inputs
    from rules_lib.reading.ruleset import Category


@dataclass(frozen=True, slots=True)
class Portrait:
    """One category of the feed.

    Attributes:
        listed: the allowlist has a line for it.
        enabled: rules, what `rules: on:` wakes included.
        disabled: rules that the feed ships commented out.
        severities: `signature_severity` -> enabled rules; empty for those without.
        confidences: likewise.
        kept: published, the setters included.
        blocking: those of the kept that drop or reject.
        setters: brought in although the category is off.
        discarded: wanted, and left out.
        rule_groups: names of the groups that have rules of it.
        capacity: what its kept rules take of the budget, with headroom.
        cost: of turning it on; None where it is on.
        feed: the name of its feed; empty for people's own, and where a feed is looked at alone.
    """

    name: str
    mode: Mode
    listed: bool
    enabled: int
    disabled: int
    severities: Mapping[str, int]
    confidences: Mapping[str, int]
    kept: int
    blocking: int
    setters: int
    discarded: int
    rule_groups: tuple[str, ...]
    capacity: int
    cost: Cost | None
    feed: str = ""


def census(
    inputs: Inputs,
    built: Built,
    workings: Workings,
    names: Collection[str] = (),
    watch: Watch = unwatched,
) -> tuple[Portrait, ...]:
    """Describe the feed's categories, in the order of their precedence, those that are off behind.

    Args:
        inputs: of the build.
        built: what came of them.
        workings: of that build.
        names: only these categories; empty: all.
        watch: told which category's cost is being found.
    """
    allowlist = inputs.allowlist
    asked = sorted(
        (one for one in inputs.ruleset.categories if not names or one.name in names),
        key=lambda one: _precedence(one.name, allowlist),
    )
    off = [one.name for one in asked if allowlist.setting_of(one.name).mode is Mode.OFF]
    costs = costs_of(inputs, workings, off, watch) if off else {}
    shares = _shares(built)
    blocking = Counter(rule.rule.category for rule in built.kept if rule.action in BLOCKING)
    discarded = Counter(item.rule.category for item in built.discarded)
    return tuple(
        _portrait(
            one,
            allowlist,
            shares[one.name],
            (blocking[one.name], discarded[one.name]),
            costs.get(one.name),
        )
        for one in asked
    )


def _precedence(name: str, allowlist: Allowlist) -> tuple[object, ...]:
    mode = allowlist.setting_of(name).mode
    standing = standing_of(name, mode, allowlist)
    return mode is Mode.OFF, standing.tier, standing.rank


def _shares(built: Built) -> Mapping[str, Counter[tuple[str, bool]]]:
    """For each category its kept rules, by group and by whether they were brought in."""
    shares: Mapping[str, Counter[tuple[str, bool]]] = defaultdict(Counter)
    for group in built.groups:
        for rule in group.rules:
            shares[rule.rule.category][group.name, rule.setter] += 1
    return shares


def _portrait(
    category: Category,
    allowlist: Allowlist,
    share: Counter[tuple[str, bool]],
    counts: tuple[int, int],
    cost: Cost | None,
) -> Portrait:
    blocking, discarded = counts
    rules = [rule for rule in category.rules if isinstance(rule, Rule)]
    return Portrait(
        name=category.name,
        mode=allowlist.setting_of(category.name).mode,
        listed=allowlist.lists(category.name),
        enabled=len(category.rules),
        disabled=category.disabled,
        severities=dict(Counter(rule.severity for rule in rules)),
        confidences=dict(Counter(rule.confidence for rule in rules)),
        kept=share.total(),
        blocking=blocking,
        setters=sum(number for (_, setter), number in share.items() if setter),
        discarded=discarded,
        rule_groups=tuple(dict.fromkeys(group for group, _ in share)),
        capacity=Budget.of(allowlist.firewall).reserved_for(share.total()),
        cost=cost,
        feed=category.feed.name,
    )
