"""What a plan would have done in the last days, on the terminal."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from rich.text import Text

from rules_lib.deploy.impact import ImpactKind
from rules_lib.text import count, counted, first_of, visible
from rulesync_cli.show.console import say, show

if TYPE_CHECKING:
    from rich.console import Console

    from rules_lib.deploy.impact import CategoryImpact, Impact, RuleImpact
    from rulesync_cli.preview import Preview

_NAMED: Final = 10
"""So many rules of a category are named, and hosts of a rule, unless all are asked for."""

_HOSTS: Final = 4
_TURNS: Final = {
    ImpactKind.BLOCKED: ("newly blocks", "newly block"),
    ImpactKind.LET_THROUGH: ("no longer blocks", "no longer block"),
}


def show_impact(found: Preview, console: Console, *, full: bool, names_all: str) -> None:
    """Print what the rules that begin or cease to block would have done.

    Args:
        found: the plan; nothing is printed where it turns no rule.
        console: where to.
        full: name every rule that fired, and every host.
        names_all: what people type to have all of them named; empty where nothing does.
    """
    if found.recent is None:
        return
    say(console)
    if found.impact is None:
        why = f": {visible(found.recent.problem)}" if found.recent.problem else ""
        words = f"what this would have blocked is unknown: the bucket has no hits{why}"
        say(console, f"{words} (docs/hits.md)", "dim")
        return
    _head(found.impact, console)
    for one in found.impact.categories:
        _category(one, console, full=full, names_all=names_all)


def _head(impact: Impact, console: Console) -> None:
    days = counted(impact.days, "day")
    say(console, f"from {impact.first} to {impact.last}, by the hits of {days}:", "bold")
    if impact.unknown:
        say(console, f"  {counted(len(impact.unknown), 'day')} not counted: unknown", "yellow")
    if any(one.unknown for one in impact.categories):
        words = "unknown: not in force in that time, or without log lines; never taken for 0"
        say(console, f"  {words}", "dim")


def _category(one: CategoryImpact, console: Console, *, full: bool, names_all: str) -> None:
    style = "red" if one.kind is ImpactKind.BLOCKED else "yellow"
    say(console, f"  {visible(one.category)}: {_sentence(one)}", style if one.fired else "")
    most = len(one.fired) if full else _NAMED
    if one.fired:
        headings = ("    sid", "hits", "flows", "days", "own hosts", "msg")
        cells = (_cells(rule, full=full) for rule in one.fired[:most])
        show(console, headings, cells, numbers=("hits", "flows", "days"), leaving=("days", "flows"))
    if rest := one.fired[most:]:
        hint = f"; {names_all} names all" if names_all else ""
        say(console, f"    and {counted(len(rest), 'rule')} more{hint}")


def _sentence(one: CategoryImpact) -> str:
    turns = _TURNS[one.kind][one.rules != 1]
    parts = [f"{counted(one.rules, 'rule')} {turns}"]
    if one.fired:
        flows = f"at most {counted(one.flows_at_most, 'flow')}"
        hosts = f"at least {counted(len(one.hosts), 'own host')}"
        fired = f"{count(len(one.fired))} {one.kind} {counted(one.hits, 'hit')}"
        parts.append(f"{fired}, {flows}, of {hosts}")
    if one.quiet:
        parts.append(f"{count(one.quiet)} did not fire")
    if one.unknown:
        parts.append(f"{count(one.unknown)} unknown")
    return "; ".join(parts)


def _cells(one: RuleImpact, *, full: bool) -> tuple[Text | str, ...]:
    numbers = (one.hits, one.flows_at_most, one.days)
    hosts = _hosts(one.hosts, full=full)
    return (Text(f"    {one.sid}"), *map(count, numbers), hosts, visible(one.msg))


def _hosts(hosts: Sequence[str], *, full: bool) -> str:
    return first_of(hosts, len(hosts) if full else _HOSTS) or "-"
