"""The plan in numbers: rules, groups and capacity, before and after."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from rules_lib.facts.limits import BLOCKING
from rules_lib.groups.content import action_of, rules_in
from rules_lib.text import count, share
from rulesync_cli.comment.markdown import table
from rulesync_cli.plan_totals import reserved_by_all

if TYPE_CHECKING:
    from rules_lib.deploy.steps import Step
    from rulesync_cli.preview import Preview


def figures(found: Preview) -> list[str]:
    """A table of what is in force now, and what would be."""
    return table(("", "before", "after", "change"), map(_row, _numbers(found)), 3)


def _row(entry: tuple[str, int, int]) -> tuple[str, ...]:
    name, before, after = entry
    change = f"{after - before:+,}" if after != before else ""
    return name, count(before), count(after), change


def _numbers(found: Preview) -> Iterator[tuple[str, int, int]]:
    steps, budget = found.foreseen.plan.steps, found.summary.budget
    was, now = _actions(steps), Counter(found.summary.actions)
    room = reserved_by_all(found.foreseen.plan)
    yield "rules in force", was.total(), now.total()
    yield "that drop or reject", _blocking(was), _blocking(now)
    yield "that alert", was["alert"], now["alert"]
    if was["pass"] or now["pass"]:
        yield "that pass", was["pass"], now["pass"]
    yield (
        "rule groups",
        sum(bool(step.deployed) for step in steps),
        sum(bool(step.group) for step in steps),
    )
    yield f"capacity of {count(budget)} ({share(room.after, budget)})", room.before, room.after


def _actions(steps: Iterable[Step]) -> Counter[str]:
    """How many rules in force have which action."""
    texts = (step.deployed.text for step in steps if step.deployed)
    return Counter(action_of(rule) for text in texts for rule in rules_in(text))


def _blocking(actions: Counter[str]) -> int:
    return sum(actions[action] for action in BLOCKING)
