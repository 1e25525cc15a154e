"""What people should know of their own rules although nothing failed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING

from rules_lib.model import Mode, is_local
from rules_lib.outcome import Converted
from rules_lib.own.files import own_file_name
from rules_lib.stages.counting import counts_first
from rules_lib.stages.late import too_early
from rules_lib.stages.meetings import Meetings
from rules_lib.ties import Mark

if TYPE_CHECKING:
    from rules_lib.allowlist import Allowlist
    from rules_lib.build import Built
    from rules_lib.groups.rule_group import Group
    from rules_lib.inputs import Inputs
    from rules_lib.reading.ruleset import Ruleset


def own_warnings(inputs: Inputs, built: Built, folder: str) -> tuple[str, ...]:
    """Everything noteworthy about people's own rules.

    Args:
        inputs: of the build.
        built: what came of them.
        folder: where their files lie; ends in a slash.
    """
    return (
        *_unlisted(inputs.ruleset, inputs.allowlist, folder),
        *_vacant_sids(built, folder),
        *_too_early(inputs, built, folder),
        *(line for group in _with_own(inputs, built) for line in _strangers(group)),
    )


def _with_own(inputs: Inputs, built: Built) -> tuple[Group, ...]:
    """The rule groups, if any rule of people's own may be in them: few have one."""
    return built.groups if any(map(is_local, inputs.ruleset.names)) else ()


def _unlisted(ruleset: Ruleset, allowlist: Allowlist, folder: str) -> Iterator[str]:
    if allowlist.default is Mode.OFF:
        for name in allowlist.unlisted(ruleset.names):
            if is_local(name):
                file = f"{folder}{own_file_name(name)}"
                yield f"{file}: {name} is not in the allowlist, whose default is off"


def _vacant_sids(built: Built, folder: str) -> Iterator[str]:
    """Own rules that cannot be used, and keep the feed's of that sid out all the same."""
    winners = {one.winner.rule.place: one.winner for one in built.discarded if one.winner}
    for place in sorted(winners):
        rule, reason = winners[place].rule, winners[place].reason
        if is_local(rule.category):
            yield (
                f"{folder}{own_file_name(rule.category)}:{rule.line}: sid {rule.sid} is "
                f"discarded ({reason}) and displaces the feed's rule, so neither is in force; "
                "correct it, or remove it"
            )


def _too_early(inputs: Inputs, built: Built, folder: str) -> Iterator[str]:
    """Rules that are published as written, and judged before what sets the marks they check."""
    if inputs.allowlist.firewall.target.in_action_order:
        return _in_action_order(inputs, built, folder)
    as_written = any(one.mode is Mode.AS_WRITTEN for one in inputs.allowlist.categories.values())
    return _late_setters(built, folder) if as_written else iter(())


def _in_action_order(inputs: Inputs, built: Built, folder: str) -> Iterator[str]:
    rules = {rule.sid: rule for rule in built.kept}
    meetings = Meetings.of(rules.values(), inputs.allowlist.variables)
    for sid, late in too_early(tuple(rules.values()), meetings).items():
        yield f"{_place(rules[sid], folder)}: sid {sid} stays as written, but {late}"
    for rule in rules.values():
        if rule.given.mode is Mode.AS_WRITTEN and counts_first(rule):
            yield (
                f"{_place(rule, folder)}: sid {rule.sid} stays as written, but counts matches "
                "first: a Next Generation policy may block, without a log, what it only counts"
            )


def _place(rule: Converted, folder: str) -> str:
    return f"{folder}{own_file_name(rule.rule.category)}:{rule.rule.line}"


def _late_setters(built: Built, folder: str) -> Iterator[str]:
    for group in built.groups:
        marks = set[Mark]()
        for rule in group.rules:
            if rule.mode is Mode.AS_WRITTEN and (late := _unset(rule, marks)):
                yield (
                    f"{_place(rule, folder)}: sid {rule.sid} checks {', '.join(late)} before a "
                    "rule sets it; the order stays as written, so the rule cannot match in the "
                    "packet that sets it"
                )
            marks.update(mark for tie in rule.rule.ties if tie.sets for mark in tie.marks)


def _unset(rule: Converted, marks: set[Mark]) -> list[str]:
    """The marks that a rule needs and that nothing before it sets."""
    return sorted(
        str(mark)
        for tie in rule.rule.ties
        if tie.needs and marks.isdisjoint(tie.marks)
        for mark in tie.marks
    )


def _strangers(group: Group) -> Iterator[str]:
    """People's own rules that do not stand in a group of their own."""
    homes = Counter(rule.rule.category for rule in group.rules if not rule.setter)
    for name, count in homes.items():
        if not is_local(name) or name == group.slot.category:
            continue
        if group.slot.is_shared and not (group.priority and _passes(group, name)):
            yield (
                f"{name} shares {group.name} with the feed: firewall.rule_groups has no room for "
                "a rule group of its own, or a policy that rulesync was not given uses that rule "
                "group"
            )
        elif group.slot.is_shared and group.priority:
            yield (
                f"{name} is in {group.name}, after rules that drop, because a firewall policy "
                "that rulesync was not given uses that rule group; give that policy "
                "(RULESYNC_POLICIES), or detach the rule group, and the next sync moves it to "
                "the front"
            )
        else:
            yield (
                f"{name}: {count} of its rules are tied to {group.slot.category} by what they "
                f"set and check, so they are in {group.name}"
            )


def _passes(group: Group, category: str) -> bool:
    return any(rule.action == "pass" and rule.rule.category == category for rule in group.rules)
