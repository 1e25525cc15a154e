"""The removal of a target on the terminal: the file, the rule groups, and what stops blocking."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rules_lib.deploy.rulewise import rule_changes
from rules_lib.text import count, counted, visible
from rulesync_cli.show.console import say
from rulesync_cli.show.diffs import show_text_diff
from rulesync_cli.show.modes import policy_modes
from rulesync_cli.show.plans import render_plan

if TYPE_CHECKING:
    from rich.console import Console

    from rules_lib.deploy.steps import Plan
    from rulesync_cli.fleet_change.remove import TargetRemoval


def render_removal(step: TargetRemoval, console: Console) -> None:
    """Print what the removal of a target does."""
    target = step.target
    account = f"account {target.account}" if target.account else "the stack's own account"
    say(console, f"{target.name}: {target.region}, {account}", "bold")
    if step.edit:
        show_text_diff(step.edit.diff(), console)
    else:
        say(console, "config/targets.yaml does not name it any more")
    if step.removal is None:
        words = "stay in force as they are, and nothing updates them"
        number = count(len(step.groups))
        say(console, f"its rule groups ({number} by its newest build) {words}", "yellow")
    elif step.removal.is_empty:
        say(console, "no rule group of it is there any more")
    else:
        _goes(step.removal, console)


def _goes(removal: Plan, console: Console) -> None:
    changes = rule_changes(removal)
    render_plan(removal, changes, console)
    for planned in removal.switched:
        policy = planned.policy
        if policy.firewalls:
            words = f"{counted(policy.firewalls, 'firewall')} of policy {visible(policy.name)}"
            say(console, f"{words} will inspect traffic without these rules", "bold red")
    for line in policy_modes(removal.switched):
        say(console, line)
    blocking = sum(one.unblocks for one in changes)
    words = f"{counted(blocking, 'rule')} will no longer block, and no rule takes their place"
    say(console, words, "bold red" if blocking else "")
