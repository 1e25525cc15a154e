"""The stages in order: rules and an allowlist in, rule groups and everything left out out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import chain
from operator import attrgetter
from typing import TYPE_CHECKING

from rules_lib.groups.relief import Relief
from rules_lib.model import AnyRule, Change
from rules_lib.outcome import Converted, Discarded
from rules_lib.packing.fit import Fitted, are_packed_alike, fit
from rules_lib.stages.adapt import Adapted, adapt
from rules_lib.stages.convert import convert, flaw_of
from rules_lib.stages.defer import Deferred, defer
from rules_lib.stages.duplicates import with_true_details
from rules_lib.stages.link import link
from rules_lib.stages.order import Ordered, order
from rules_lib.stages.screen import screen
from rules_lib.stages.select import select
from rules_lib.stages.stage import stage
from rules_lib.stages.tenure import Tenure
from rules_lib.staging_record import NO_RECORD, StagingRecord

if TYPE_CHECKING:
    from rules_lib.groups.rule_group import Group
    from rules_lib.inputs import Inputs
    from rules_lib.stages.stage import StagedRules


@dataclass(frozen=True, slots=True)
class Built:
    """Every enabled rule's fate: `enabled == kept + discarded + off`.

    Attributes:
        groups: desired rule groups, in the order of their priorities.
        discarded: in the feed's order, each rule with one reason.
        off: rules that nobody asked for, in the feed's order.
        enabled: how many rules the feed enables, woken ones included.
        relief: what a larger budget would bring back.
        overflow: category -> rules left out as their group is full and cannot be replaced.
        missing_variables: name without `$` -> rules that a value for it would recover.
        staging: what the next build is to know of how long rules have been here.
    """

    groups: tuple[Group, ...]
    discarded: tuple[Discarded, ...]
    off: tuple[AnyRule, ...]
    enabled: int
    relief: Relief
    overflow: Mapping[str, int]
    missing_variables: Mapping[str, int]
    staging: StagingRecord = NO_RECORD

    @property
    def kept(self) -> tuple[Converted, ...]:
        """Every published rule, group by group."""
        return tuple(chain.from_iterable(group.rules for group in self.groups))


@dataclass(frozen=True, slots=True)
class Workings:
    """What a build went through, for whoever asks what a small edit would make of it.

    Attributes:
        ordered: the clusters, as they were linked, and their rules' order.
        fitted: what of them fits.
    """

    prepared: Prepared
    ordered: Ordered
    fitted: Fitted


def build(inputs: Inputs) -> Built:
    """Take the rules through all stages."""
    return worked_out(inputs)[0]


def worked_out(inputs: Inputs) -> tuple[Built, Workings]:
    """Take the rules through all stages, and keep what they went through."""
    allowlist = inputs.allowlist
    rules = tuple(inputs.ruleset.rules)
    prepared = prepare(rules, inputs)
    linked = link(prepared.wanted, prepared.standby)
    ordered = order(linked.clusters, allowlist.last)
    fitted = fit(ordered, allowlist, inputs.deployed, inputs.fired_lately)
    discarded = chain(prepared.discarded, linked.discarded, fitted.discarded)
    in_order = with_true_details(sorted(discarded, key=lambda discard: discard.rule.place))
    groups = fitted.packed.groups
    brought_in = {rule.rule.place for group in groups for rule in group.rules if rule.setter}
    brought_in |= {discard.rule.place for discard in fitted.discarded}
    built = Built(
        groups=groups,
        discarded=in_order,
        off=tuple(rule for rule in prepared.off if rule.place not in brought_in),
        enabled=len(rules),
        relief=fitted.relief,
        overflow=dict(fitted.overflow),
        missing_variables=_missing(in_order),
        staging=prepared.staged.record_after(rule for group in groups for rule in group.rules),
    )
    return built, Workings(prepared, ordered, fitted)


def comes_again(inputs: Inputs, built: Built, workings: Workings) -> bool:
    """Whether a build comes to the same again where only what is in force, and recorded, differs.

    Of all stages only two look at that: how long a rule has been here, and where it stands.

    Args:
        inputs: as those of the build, but for `deployed` and `staging`.
        built: what the build came to.
        workings: what it went through.
    """
    before, fitted = workings.prepared.staged, workings.fitted
    staged = stage(before.asked, inputs.allowlist, _tenure_of(inputs))
    if staged.rules != before.rules:
        return False
    if not staged.record_after(built.kept).says_the_same(built.staging):
        return False
    if are_packed_alike(fitted.packer.deployed, inputs.deployed):
        return True
    again = fit(workings.ordered, inputs.allowlist, inputs.deployed, inputs.fired_lately)
    come_to = attrgetter("packed", "discarded", "relief")
    return bool(come_to(again) == come_to(fitted))


@dataclass(frozen=True, slots=True)
class Prepared:
    """Rules in their final text, before marks and budget have their say.

    Attributes:
        off: not asked for by the allowlist, in the feed's order; setters that stand by too.
        wanted: asked for, likewise.
        standby: setters of marks in off categories, as they would be brought in.
        discarded: by any of the stages so far; of the standby setters none is.
        staged: what was asked for, and how long it has been here.
    """

    off: tuple[AnyRule, ...]
    wanted: tuple[Converted, ...]
    standby: tuple[Converted, ...]
    discarded: tuple[Discarded, ...]
    staged: StagedRules


def prepare(rules: Iterable[AnyRule], inputs: Inputs, tenure: Tenure | None = None) -> Prepared:
    """Take the rules through the stages that settle their texts: from select to defer, and adapt.

    Args:
        rules: every enabled rule of the inputs, or some, in the feed's order.
        inputs: what else decides on them.
        tenure: of the rules, where it is known from the same inputs with another allowlist.
    """
    allowlist, refusals, waiting = inputs.allowlist, inputs.refusals, inputs.waiting
    selected = select(rules, allowlist)
    wanted = screen(selected.wanted, allowlist)
    standby = screen(selected.standby, allowlist)
    staged = stage(wanted.rules, allowlist, tenure or _tenure_of(inputs))
    converted = convert(staged.rules, allowlist, refusals, inputs.day)
    ready = defer(converted.rules, waiting, allowlist)
    setters = convert(standby.rules, allowlist, refusals, inputs.day).rules
    idle = (*selected.off, *(candidate.rule for candidate in selected.standby))
    prepared = Prepared(
        off=tuple(sorted(idle, key=attrgetter("place"))),
        wanted=ready.rules,
        standby=defer(setters, waiting, allowlist).rules,
        discarded=(
            *selected.discarded,
            *wanted.discarded,
            *converted.discarded,
            *ready.discarded,
        ),
        staged=staged,
    )
    in_action_order = allowlist.firewall.target.in_action_order
    return _adapted(prepared, inputs) if in_action_order else prepared


def _tenure_of(inputs: Inputs) -> Tenure:
    return Tenure.of(
        inputs.deployed,
        inputs.staging,
        inputs.fired,
        inputs.day,
        blind=bool(inputs.hits_unknown),
    )


def _adapted(prepared: Prepared, inputs: Inputs) -> Prepared:
    """Adapt the rules to action order; without those that the service refuses so, adapt them anew.

    What an adapted text is refused for, or waits for, is settled as it is for any other.
    """
    while True:
        adapted = adapt(prepared.wanted, prepared.standby, inputs.allowlist)
        left = _unproven(adapted, inputs)
        if left is None:
            return replace(prepared, wanted=adapted.wanted, standby=adapted.standby)
        prepared = _without(prepared, left)


def _unproven(adapted: Adapted, inputs: Inputs) -> Deferred | None:
    """Of the altered rules those that may not be published so, or only in an earlier text."""
    rules = [*adapted.wanted, *adapted.standby]
    altered = tuple(rule for rule in rules if rule.sid in adapted.altered)
    declared = inputs.allowlist.variables.declared
    flaws = [flaw for rule in altered if (flaw := flaw_of(rule, declared, inputs.refusals))]
    flawed = {flaw.rule.sid for flaw in flaws}
    sound = tuple(rule for rule in altered if rule.sid not in flawed)
    waiting = defer(sound, inputs.waiting, inputs.allowlist)
    earlier = tuple(rule for rule in waiting.rules if Change.EARLIER_TEXT in rule.changes)
    left = Deferred(earlier, (*flaws, *waiting.discarded))
    return left if left.rules or left.discarded else None


def _without(prepared: Prepared, left: Deferred) -> Prepared:
    """Without the rules that are left out, and with the texts in force of those that wait."""
    gone = {one.rule.sid for one in left.discarded}
    earlier = {rule.sid: rule for rule in left.rules}

    def those(rules: Iterable[Converted]) -> tuple[Converted, ...]:
        return tuple(earlier.get(rule.sid, rule) for rule in rules if rule.sid not in gone)

    asked_for = {rule.sid for rule in prepared.wanted}
    lost = tuple(one for one in left.discarded if one.rule.sid in asked_for)
    return replace(
        prepared,
        wanted=those(prepared.wanted),
        standby=those(prepared.standby),
        discarded=(*prepared.discarded, *lost),
    )


def _missing(discarded: tuple[Discarded, ...]) -> dict[str, int]:
    names = Counter(name for discard in discarded for name in discard.missing)
    return dict(names.most_common())
