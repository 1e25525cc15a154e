"""What a plan would do to captures, on the terminal."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Final

from rules_lib.text import count, counted, visible
from rulesync_cli.show.console import say, show

if TYPE_CHECKING:
    from rich.console import Console

    from rules_lib.deploy.rulewise import RuleChange
    from rulesync_cli.verify.rehearsal import Rehearsal, RehearsedRule

_HEADINGS: Final = ("    sid", "flows", "own hosts", "captures", "msg")


def show_rehearsal(found: Rehearsal, changes: Iterable[RuleChange], console: Console) -> None:
    """Print which flows would end otherwise.

    Args:
        found: what the engine said.
        changes: of the plan, for the messages of the rules.
        console: where to.
    """
    msgs = {one.sid: one.msg for one in changes}
    say(console)
    say(console, f"by {counted(found.captures, 'capture')} in Suricata {found.engine}:", "bold")
    for rules, what, style in (
        (found.blocked, "would block", "red"),
        (found.let_through, "would let through", "yellow"),
    ):
        flows = sum(one.flows for one in rules)
        hosts = len({host for one in rules for host in one.hosts})
        words = f"{what} {counted(flows, 'flow')} of {counted(hosts, 'own host')}"
        say(console, f"  {words}", style if rules else "")
        if rules:
            numbers, leaving = ("flows",), ("captures",)
            cells = (_cells(one, msgs.get(one.sid, "")) for one in rules)
            show(console, _HEADINGS, cells, numbers=numbers, leaving=leaving)
    for name, why in found.skipped.items():
        say(console, f"  not replayed to its end: {visible(name)}: {visible(why)}", "yellow")
    if found.unasked:
        say(console, f"  not replayed: {counted(found.unasked, 'rule')} that only the service can "
            "judge, or that this Suricata refuses", "dim")  # fmt: skip
    say(console, "  other traffic is not known: captures are no proof", "dim")


def _cells(one: RehearsedRule, msg: str) -> Sequence[str]:
    hosts, captures = ", ".join(one.hosts) or "-", ", ".join(map(visible, one.captures))
    return f"    {one.sid}", count(one.flows), hosts, captures, visible(msg or "-")
