"""A summary on the terminal: the equation, the rule groups, what was discarded, what to know."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator
from typing import Final

from rich.console import Console
from rich.text import Text

from rules_lib.groups.operation import Operation
from rules_lib.report.feed_words import feeds_in_words
from rules_lib.report.remedies import value_wanted
from rules_lib.report.summary import Summary
from rules_lib.report.table import Table
from rules_lib.text import count, counted, visible, visible_lines
from rulesync_cli.show.console import say, show

STYLES: Final = {
    "alert": "cyan",
    "drop": "red",
    "as-written": "blue",
    Operation.CREATE: "green",
    Operation.UPDATE: "yellow",
    Operation.REPLACE: "yellow",
    Operation.KEEP: "dim",
    Operation.DELETE: "magenta",
}

_LEAVING: Final = ("size", "used", "capacity", "mode")
"""Columns of the rule groups, the least important first."""


def render_summary(summary: Summary, console: Console, *, known: Container[str] = ()) -> None:
    """Print the summary: the equation, the rule groups, what was discarded, calls and warnings.

    Args:
        summary: of a sync.
        console: where to.
        known: warnings that people have read before they agreed to it; none is printed twice.
    """
    say(console, headline(summary), "bold")
    for line in lines_by_feed(summary):
        say(console, line)
    if summary.groups:
        say(console)
        show_groups(summary.table(), console)
    if summary.discarded:
        say(console)
        reasons = ((count(number), reason.value) for reason, number in summary.reasons)
        show(console, ("discarded", "reason"), reasons, numbers=("discarded",))
    say(console)
    for line in (*notes(summary), _calls(summary)):
        say(console, line)
    render_warnings(summary, console, known=known)
    if summary.cause is not None:
        say(console, f"{summary.status}: {visible_lines(summary.cause)}", "bold red")


def render_warnings(summary: Summary, console: Console, *, known: Container[str] = ()) -> None:
    """Print what people should know although nothing failed, and do not know yet."""
    for warning in summary.warnings:
        if warning not in known:
            say(console, f"warning: {visible_lines(warning)}", "yellow")


def headline(summary: Summary) -> str:
    """The feeds and where their rules went."""
    feed = feeds_in_words(summary.feeds, summary.feed.version or summary.feed.source)
    return f"{feed}: {equation(summary)}" if summary.rules.enabled else feed


def lines_by_feed(summary: Summary) -> Iterator[str]:
    """Where the rules of each feed went, where people want several."""
    for feed in summary.feeds if len(summary.feeds) > 1 else ():
        name, rules = visible(feed.name), feed.rules
        if feed.version is None:
            yield f"  {name}: has never arrived"
        else:
            yield (
                f"  {name}: {count(rules.enabled)} enabled = {count(rules.kept)} kept"
                f" + {count(rules.discarded)} discarded + {count(rules.off)} off"
            )


def equation(summary: Summary) -> str:
    """Where every enabled rule went: `9 enabled = 6 kept + 1 discarded + 2 off`."""
    rules = summary.rules
    setters = counted(rules.setters_added, "setter")
    return (
        f"{count(rules.enabled)} enabled = {count(rules.kept)} kept"
        f" + {count(summary.discards)} discarded + {count(rules.off)} off"
        + (f" ({setters} brought in)" if rules.setters_added else "")
    )


def notes(summary: Summary) -> Iterator[str]:
    """What the rules do, and what would bring discarded ones back."""
    if summary.actions:
        yield f"actions: {tally(summary.actions.items())}"
    yield from summary.staging.lines()
    yield from _losses(summary)
    for name, number in summary.missing:
        yield value_wanted(visible(name), number)
    for what, back in (
        ("1,000 more capacity", summary.relief.capacity),
        ("1 more rule group", summary.relief.rule_group),
    ):
        if back:
            yield f"budget: {what} would bring back {tally(back.items())}"


def _losses(summary: Summary) -> Iterator[str]:
    """What protects less than before, with the first sids."""
    told = (
        (summary.changes.unblocks, "rule no longer blocks", "rules no longer block"),
        (summary.changes.passes, "rule newly passes traffic", "rules newly pass traffic"),
    )
    for rules, one, many in told:
        if rules.number:
            first = ", ".join(map(str, rules.first))
            rest = rules.number - len(rules.first)
            more = f" and {count(rest)} more" if rest else ""
            what, sids = (one, "sid") if rules.number == 1 else (many, "sids")
            yield f"{count(rules.number)} {what}: {sids} {first}{more}"


def tally(numbers: Iterable[tuple[str, int]]) -> str:
    """Numbers and what they count: `2 alert, 3 drop`."""
    return ", ".join(f"{count(number)} {visible(name)}" for name, number in sorted(numbers))


def show_groups(table: Table, console: Console) -> None:
    """Print the rule groups, a line each."""
    show(
        console,
        [column.heading for column in table.columns],
        ([Text(visible(cell), style=STYLES.get(cell, "")) for cell in row] for row in table.rows),
        numbers=[column.heading for column in table.columns if column.number],
        leaving=_LEAVING,
    )


def _calls(summary: Summary) -> str:
    dry = f" ({counted(summary.dry_runs, 'dry run')})" if summary.dry_runs else ""
    return f"calls: {tally(summary.calls.items()) or 'none'}{dry}"
