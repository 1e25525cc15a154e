"""A move on the terminal: what is made or removed, and how both sets of rules compare."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

from rules_lib.groups.policy_names import named
from rules_lib.text import count, counted, first_of, visible
from rulesync_cli.show.console import say
from rulesync_cli.show.modes import policy_modes
from rulesync_cli.show.plans import render_plan

if TYPE_CHECKING:
    from rich.console import Console

    from rulesync_cli.moving.compare import Comparison, RuleDifference
    from rulesync_cli.moving.course import Course
    from rulesync_cli.moving.steps import MoveStep

_NAMED: Final = 10
"""How many differing rules of a kind are named; the JSON has all."""

_HEADS: Final = {
    "text": "with another text",
    "only-old": "only in the old rule groups",
    "only-new": "only in the new rule groups",
}


def render_move(step: MoveStep, course: Course, console: Console) -> None:
    """Print a step of a move."""
    new, foreseen = course.new, step.decision.foreseen
    say(console, f"to {named(new.target)} policies, prefix {new.prefix}", "bold")
    plan = step.removal or foreseen.plan
    render_plan(plan, (), console)
    for line in policy_modes(foreseen.plan.switches):
        say(console, line)
    if not step.old.groups:
        say(console, f"there are no old rule groups with the prefix {course.old.prefix}", "yellow")
        return
    _comparison(step.comparison, console)


def _comparison(found: Comparison, console: Console) -> None:
    say(console, f"the same in both: {counted(found.same, 'rule')}")
    for kind, head in _HEADS.items():
        rules = [one for one in found.differing if one.kind == kind]
        if not rules:
            continue
        say(console, f"{head}: {counted(len(rules), 'rule')}", "yellow")
        for why, number in Counter(one.why for one in rules).most_common(_NAMED):
            say(console, f"  {count(number)}: {visible(why)} ({_sids(rules, why)})")


def _sids(rules: list[RuleDifference], why: str) -> str:
    sids = [str(one.sid) for one in rules if one.why == why]
    return f"sid {first_of(sids, _NAMED)}"
