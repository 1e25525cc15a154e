"""The rules of a group, before and after, as a diff."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import click
from rich.console import Console

from rules_lib.cli.console import say
from rules_lib.content import by_sid, difference
from rules_lib.deploy.steps import Plan, Step
from rules_lib.report.text import visible

ALL: Final = "*"
"""Asks for every group that changes."""

_STYLES: Final = {"-": "red", "+": "green"}


def render_diff(plan: Plan, name: str, console: Console) -> None:
    """Print which rules come, go and change in a group, or in all that change.

    Raises:
        click.BadParameter: the plan has no such group.
    """
    steps = plan.changes if name == ALL else _named(plan, name)
    for step in steps:
        say(console)
        say(console, f"--- {step.deployed.name if step.deployed else 'nothing'} (deployed)", "bold")
        say(console, f"+++ {step.group.name if step.group else 'nothing'} (planned)", "bold")
        for line in _lines(step):
            say(console, visible(line), _STYLES[line[0]])


def _named(plan: Plan, name: str) -> tuple[Step, ...]:
    found = tuple(step for step in plan.steps if name in _names(step))
    if not found:
        known = ", ".join(sorted(step.name for step in plan.steps)) or "none"
        raise click.BadParameter(f"{name} is no rule group of this plan; its groups are: {known}")
    return found


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
