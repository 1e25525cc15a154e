"""The rules of a group, before and after, as a diff."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

import click
from rich.console import Console

from rules_lib.allowlist.names import nearest
from rules_lib.deploy.steps import Plan, Step
from rules_lib.groups.content import by_sid, difference
from rules_lib.text import visible
from rulesync_cli.common import ALL_GROUPS
from rulesync_cli.show.console import say

_HEADS: Final = {"---", "+++"}
_STYLES: Final = {"-": "red", "+": "green"}


def steps_named(plan: Plan, name: str) -> tuple[Step, ...]:
    """The steps of a group, by its name before or after; of all that change for `ALL_GROUPS`.

    Raises:
        click.BadParameter: the plan has no such group.
    """
    if name == ALL_GROUPS:
        return plan.changes
    found = tuple(step for step in plan.steps if name in _names(step))
    if not found:
        known = sorted(step.name for step in plan.steps)
        near = nearest(name, known)
        those = f"nearest: {near}" if near else f"its groups are: {', '.join(known) or 'none'}"
        raise click.BadParameter(f"{name} is not a rule group of this plan; {those}")
    return found


def render_diff(steps: Iterable[Step], console: Console) -> None:
    """Print which rules come, go and change, group by group."""
    for step in steps:
        say(console)
        lines = list(_lines(step))
        if not lines:
            say(console, f"{step.name}: no rule is added, removed or changed")
            continue
        say(console, f"--- {step.deployed.name if step.deployed else 'nothing'} (deployed)", "bold")
        say(console, f"+++ {step.group.name if step.group else 'nothing'} (planned)", "bold")
        for line in lines:
            say(console, visible(line), _STYLES[line[0]])


def show_text_diff(lines: Iterable[str], console: Console) -> None:
    """Print a unified diff of a text; nothing where there is none."""
    shown = list(lines)
    for line in shown:
        say(console, visible(line), "bold" if line[:3] in _HEADS else _STYLES.get(line[:1], ""))
    if shown:
        say(console)


def _names(step: Step) -> set[str]:
    return {step.name} | ({step.deployed.name} if step.deployed else set())


def _lines(step: Step) -> Iterator[str]:
    """Rules that go, then those that come or change, in the order of the group."""
    before = step.deployed.text if step.deployed else ""
    after = step.group.text if step.group else ""
    changes, old, new = difference(before, after), by_sid(before), by_sid(after)
    yield from (f"-{old[sid]}" for sid in changes.removed)
    added = frozenset(changes.added)
    changed = frozenset(changes.changed)
    for sid, text in new.items():
        if sid in changed:
            yield f"-{old[sid]}"
        if sid in changed or sid in added:
            yield f"+{text}"
