"""The past of rules on the terminal: a line for each thing that happened."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from rules_lib.text import visible
from rulesync_cli.common import moment
from rulesync_cli.show.console import say

if TYPE_CHECKING:
    from rich.console import Console

    from rulesync_cli.history.rule_past import RulePast
    from rulesync_cli.history.timeline import TimelineEvent

_DAY: Final = len("2026-11-29")
_WIDE: Final = len("2026-11-29 10:00:00 UTC")
_CAPTION: Final = "history"


def tell_pasts(pasts: Iterable[RulePast], console: Console, *, titles: bool = False) -> None:
    """Print what happened to each rule.

    Args:
        pasts: of the rules.
        console: where to.
        titles: whether each begins with the rule's message and how it is now.
    """
    for one in pasts:
        if titles:
            say(console)
            say(console, f"{one.sid}  {visible(one.msg)}", "bold")
            say(console, f"now       {visible(one.state)} ({visible(one.category or '-')})")
        for number, event in enumerate(one.events):
            label = "" if number else _CAPTION
            say(console, f"{label:<10}{_told(event)}")
        if not one.events:
            say(console, f"{_CAPTION:<10}nothing is known of it")


def _told(event: TimelineEvent) -> str:
    at = event.at if len(event.at) == _DAY else moment(event.at)
    late = " or before" if event.at_the_latest else ""
    detail = f": {visible(event.detail)}" if event.detail else ""
    build = f" (build {visible(event.build)})" if event.build else ""
    return f"{visible(at):<{_WIDE}}  {event.what}{detail}{late}{build}"
