"""A plan on the terminal, read like a diff: groups, policies, actions, room, what is against it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from rich.console import Console
from rich.text import Text

from rules_lib.deploy.rulewise import RuleChange
from rules_lib.deploy.steps import Plan, Replace, Step, Update, record
from rules_lib.groups.content import difference
from rules_lib.groups.operation import Operation
from rules_lib.report.feed_words import feeds_in_words
from rules_lib.report.summary import Summary
from rules_lib.text import count, counted, share, visible, visible_lines
from rulesync_cli.census.indicators import indicator_lists
from rulesync_cli.plan_totals import PolicyChange, policy_changes, reserved_by, reserved_by_all
from rulesync_cli.preview import Preview
from rulesync_cli.show.actions import show_actions
from rulesync_cli.show.console import say, show
from rulesync_cli.show.impacts import show_impact
from rulesync_cli.show.lists import show_lists
from rulesync_cli.show.modes import policy_modes
from rulesync_cli.show.tables import (
    STYLES,
    headline,
    lines_by_feed,
    notes,
    render_warnings,
    show_groups,
)

_MARKS: Final = {
    Operation.CREATE: "+",
    Operation.UPDATE: "~",
    Operation.REPLACE: "±",
    Operation.DELETE: "-",
}
_SIDES: Final = {Operation.CREATE: "+", Operation.DELETE: "-"}
_FEW: Final = 4
"""Up to so many rule groups are named in one line."""


def render_preview(
    found: Preview,
    console: Console,
    *,
    remarks: Iterable[str] = (),
    full: bool = False,
    names_all: str = "",
) -> None:
    """Print what a sync would do.

    Args:
        found: the plan and all that came with it.
        console: where to.
        remarks: what is to be known of people's own rules.
        full: every group, those that stay as they are too, and every rule that acts otherwise.
        names_all: what people type to have all of them named.
    """
    say(console, headline(found.summary), "bold")
    for line in lines_by_feed(found.summary):
        say(console, line)
    if latest := found.gathered.latest:
        feeds = feeds_in_words(latest.made_from)
        say(console, f"compared with build {latest.build}, {feeds}", "dim")
    say(console)
    if full and found.summary.groups:
        show_groups(found.summary.table(), console)
        say(console)
    foreseen = found.foreseen
    render_plan(foreseen.plan, foreseen.changes, console, full=full, names_all=names_all)
    show_impact(found, console, full=full, names_all=names_all)
    say(console)
    for line in _figures(found):
        say(console, line)
    for line in _left(found):
        say(console, line)
    show_lists(indicator_lists(foreseen.inputs, foreseen.built), console)
    for line in policy_modes(foreseen.plan.switches):
        say(console, line)
    render_warnings(found.summary, console)
    for remark in remarks:
        say(console, f"warning: {visible(remark)}", "yellow")
    if found.held:
        held = f"held at build {found.held.build}: a sync changes nothing until `rulesync resume`"
        say(console, held, "yellow")
    if foreseen.refusal:
        why = visible_lines(str(foreseen.refusal))
        say(console, f"a sync would refuse this: {why}", "bold red")


def render_plan(
    plan: Plan,
    rules: Iterable[RuleChange],
    console: Console,
    *,
    full: bool = False,
    names_all: str = "",
) -> None:
    """Print the groups that change, the policies, and the rules that act otherwise."""
    if plan.is_empty:
        say(console, "nothing to do: the firewall matches the allowlist")
        return
    if plan.changes:
        _show_groups(plan.changes, console)
    if untouched := len(plan.steps) - len(plan.changes):
        say(console, f"{counted(untouched, 'rule group')} unchanged", "dim")
    for referral in policy_changes(plan):
        say(console, f"policy {visible(referral.policy)}: {_referral(referral)}", "yellow")
    show_actions(rules, console, full=full, names_all=names_all)


def _show_groups(steps: Iterable[Step], console: Console) -> None:
    headings = ("", "priority", "rule group", "change", "rules", "capacity", "")
    rows = ([Text(visible(cell), style=STYLES[s.change]) for cell in _cells(s)] for s in steps)
    numbers = ("priority", "capacity")
    show(console, headings, rows, numbers=numbers, leaving=numbers)


def _cells(step: Step) -> tuple[str, ...]:
    priority = str(step.group.priority or "-") if step.group else "-"
    named = (_MARKS[step.change], priority, step.name, step.change)
    return (*named, _counts(step), _capacity(step), _aside(step))


def _counts(step: Step) -> str:
    before = step.deployed.text if step.deployed else ""
    rules = difference(before, step.group.text if step.group else "")
    counts = {"+": len(rules.added), "-": len(rules.removed), "~": len(rules.changed)}
    return " ".join(f"{side}{count(counts[side])}" for side in _SIDES.get(step.change, counts))


def _capacity(step: Step) -> str:
    room = reserved_by(step)
    ends = dict.fromkeys(number for number in (room.before, room.after) if number)
    return " -> ".join(map(count, ends))


def _aside(step: Step) -> str:
    """What the numbers do not say."""
    if isinstance(step, Replace):
        return f"replaces {step.deployed.name}"
    found = record(step)
    asides = {
        "in another order": isinstance(step, Update) and found["moved"],
        "other variables": isinstance(step, Update) and found["variables_changed"],
    }
    told = [aside for aside, holds in asides.items() if holds]
    return ", ".join([*told, *_references(step, found["references"])])


def _references(step: Step, after: Mapping[str, str]) -> Iterator[str]:
    """Reference sets that come, go, or are kept elsewhere than before."""
    before = step.deployed.variables.references if step.deployed and step.group else {}
    others = [
        f"@{name} ({arn.rpartition('/')[2]})"
        for name, arn in sorted(after.items())
        if before.get(name) != arn
    ]
    if others:
        yield f"refers to {', '.join(others)}"
    if gone := sorted(before.keys() - after.keys()):
        yield f"no more to {', '.join(f'@{name}' for name in gone)}"


def _referral(referral: PolicyChange) -> str:
    parts = (
        ("+", referral.added),
        ("-", referral.removed),
        ("at another priority:", referral.moved),
    )
    named = (f"{mark} {_names(names)}" for mark, names in parts if names)
    return "; ".join((f"{referral.change} in one call", *named))


def _names(names: Sequence[str]) -> str:
    few = len(names) <= _FEW
    return ", ".join(names) if few else counted(len(names), "rule group")


def _figures(found: Preview) -> Iterator[str]:
    """Room, rules and discards, before and after."""
    summary, room = found.summary, reserved_by_all(found.foreseen.plan)
    ends = " -> ".join(map(count, dict.fromkeys((room.before, room.after))))
    budget = summary.budget
    yield f"capacity: {ends} of {count(budget)} ({share(room.after, budget)})"
    yield from _rules(summary)
    yield from notes(summary)


def _left(found: Preview) -> Iterator[str]:
    """What policies have left for our groups, where others have groups there too."""
    plan = found.foreseen.plan
    groups = [step for step in plan.steps if step.group]
    needed = f"{counted(len(groups), 'rule group')} and {count(reserved_by_all(plan).after)}"
    for left in found.foreseen.left:
        if left.others:
            yield f"policy {visible(left.policy)}: {left.words}; this plan needs {needed}"


def _rules(summary: Summary) -> Iterator[str]:
    total = summary.changes.total
    if any((total.added, total.removed, total.changed)):
        yield (
            f"rules: +{count(total.added)} -{count(total.removed)} ~{count(total.changed)} in total"
        )
    if summary.discarded:
        each = (f"{count(number)} {reason}" for reason, number in summary.reasons)
        yield f"discarded: {', '.join(each)}"
    if more := summary.changes.discarded:
        differences = (f"{number:+,} {reason}" for reason, number in more.items())
        yield f"discarded, compared with that build: {', '.join(differences)}"
