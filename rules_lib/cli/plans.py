"""A plan on the terminal: what would change in each rule group, and which actions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from rich.console import Console
from rich.text import Text

from rules_lib.content import by_sid, difference
from rules_lib.deploy.steps import Plan, Step
from rules_lib.report.text import count

_MARKS = {"create": "+", "update": "~", "replace": "±", "delete": "-"}
_STYLES = {"create": "green", "update": "yellow", "replace": "yellow", "delete": "red"}


def render_plan(plan: Plan, console: Console) -> None:
    """Print one line for each group and policy that would change, then the changed actions."""
    console.print()
    for step in plan.changes:
        line = f"{_MARKS[step.change]} {step.name}: {_effect(step)}"
        console.print(Text(line, style=_STYLES[step.change]), soft_wrap=True)
    for planned in plan.switches:
        if planned.change != "keep":
            console.print(
                Text(f"~ policy {planned.policy.name}: {planned.change}, one call", "yellow"),
                soft_wrap=True,
            )
    for (before, after), number in sorted(_actions(plan).items()):
        console.print(Text(f"! {before} -> {after}: {count(number)} rules"), soft_wrap=True)
    if not plan.changes:
        console.print("nothing to do: the firewall is as the allowlist asks for", soft_wrap=True)


def _effect(step: Step) -> str:
    before = step.deployed.text if step.deployed else ""
    after = step.group.text if step.group else ""
    changed = difference(before, after)
    counts = f"+{len(changed.added)} -{len(changed.removed)} ~{len(changed.changed)}"
    capacity = " -> ".join(count(number) for number in dict.fromkeys(_capacities(step)))
    return f"{step.change}, {counts} rules, capacity {capacity}"


def _capacities(step: Step) -> Iterator[int]:
    if step.deployed:
        yield step.deployed.capacity
    if step.group:
        yield step.group.capacity


def _actions(plan: Plan) -> Counter[tuple[str, str]]:
    """How many deployed rules would get another action."""
    before: dict[int, str] = {}
    for step in plan.steps:
        if step.deployed:
            before |= by_sid(step.deployed.text)
    changes: Counter[tuple[str, str]] = Counter()
    for step in plan.steps:
        for rule in step.group.rules if step.group else ():
            old = before.get(rule.sid, rule.text).split(" ", 1)[0]
            if old.lower() != rule.action:
                changes[old, rule.action] += 1
    return changes
