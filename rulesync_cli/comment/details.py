"""What is folded away: rule groups, policies, categories, discards, staging, warnings."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from rules_lib.groups.content import difference
from rules_lib.text import count, counted
from rulesync_cli.comment.markdown import cell, code, code_items, first, fold, table
from rulesync_cli.plan_totals import policy_changes

if TYPE_CHECKING:
    from rules_lib.deploy.steps import Plan, Step
    from rules_lib.report.summary import Summary
    from rulesync_cli.plan_totals import PolicyChange
    from rulesync_cli.preview import Preview


def detail_lines(found: Preview, most: int) -> Iterator[str]:
    """Everything else that people may ask.

    Args:
        found: the plan.
        most: how many lines a list may have.
    """
    plan, summary = found.foreseen.plan, found.summary
    policies = tuple(policy_changes(plan))
    yield from ("", "#### Details")
    yield from fold(f"{counted(len(plan.changes), 'rule group')} would change", _groups(plan, most))
    yield from fold(
        f"{counted(len(policies), 'policy update')}", first(_policies(policies), most, "policy")
    )
    yield from fold("Rules by category", _categories(summary, most))
    yield from fold(counted(summary.discards, "discarded rule"), _reasons(summary))
    yield from fold("Staging and exceptions", [f"- {line}" for line in summary.staging.lines()])
    warnings = code_items(summary.warnings)
    yield from fold(counted(len(warnings), "warning"), first(warnings, most, "warning"))


def _groups(plan: Plan, most: int) -> list[str]:
    headings = ("rule group", "change", "priority", "added", "removed", "changed")
    return _cut(headings, [_group(step) for step in plan.changes], 4, most)


def _group(step: Step) -> tuple[str, ...]:
    before = step.deployed.text if step.deployed else ""
    rules = difference(before, step.group.text if step.group else "")
    priority = str(step.group.priority) if step.group else "-"
    counts = map(count, map(len, (rules.added, rules.removed, rules.changed)))
    return (cell(step.name), step.change, priority, *counts)


def _policies(changes: Sequence[PolicyChange]) -> list[str]:
    return [f"- {code(one.policy)}: {one.change} in one call{_moves(one)}" for one in changes]


def _moves(one: PolicyChange) -> str:
    kinds = (("added", one.added), ("removed", one.removed), ("at another priority", one.moved))
    return "".join(f"; {len(names)} {words}" for words, names in kinds if names)


def _categories(summary: Summary, most: int) -> list[str]:
    changed = sorted(summary.changes.categories.items(), key=lambda one: (-one[1].size, one[0]))
    rows = [
        (cell(name), count(one.added), count(one.removed), count(one.changed))
        for name, one in changed
    ]
    return _cut(("category", "added", "removed", "changed"), rows, 3, most)


def _reasons(summary: Summary) -> list[str]:
    rows = [(f"`{reason}`", count(number)) for reason, number in summary.reasons]
    return _cut(("reason", "rules"), rows, 1, len(rows))


def _cut(
    headings: Sequence[str], rows: Sequence[Sequence[str]], numbers: int, most: int
) -> list[str]:
    """A table of the first rows; nothing where there is none."""
    more = [f"and {count(len(rows) - most)} more"] if len(rows) > most else []
    return [*table(headings, rows[:most], numbers), *more] if rows else []
