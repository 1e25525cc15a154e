"""Hits on the terminal, as a table for each way to group them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Final, TypeVar

from rich.text import Text

from rules_lib.text import count, counted, first_of, visible
from rulesync_cli.hits.classes import classes_of
from rulesync_cli.hits.views import by_category, by_day, by_host, by_rule
from rulesync_cli.show.console import say, show, stdout
from rulesync_cli.show.tables import STYLES

if TYPE_CHECKING:
    from datetime import datetime

    from rich.console import Console

    from rules_lib.hits.tally import HitTally
    from rulesync_cli.hits.classes import HitClass, WatchedRule
    from rulesync_cli.hits.grouped import GroupedBy
    from rulesync_cli.hits.source import KnownHits
    from rulesync_cli.hits.views import (
        FiredCategory,
        FiredDay,
        FiredHost,
        FiredRule,
        RulesInForce,
    )

NO_PROOF: Final = (
    "no hits proves nothing: a rule that was not in force, a group that no firewall uses, a "
    "noalert "
    "or a pass rule leave no line"
)
_Row = TypeVar("_Row")

_NAMED: Final = 8
"""How many unknown days, or sids of a host, are named; JSON has all."""

_SUMS: Final = ("hits", "blocked", "sources", "own hosts", "days", "first", "last")
_LEAVING: Final = ("days", "own hosts", "sources", "first", "blocked")


def show_view(
    by: GroupedBy,
    known: KnownHits,
    there: RulesInForce,
    watched: Iterable[WatchedRule],
    limit: int,
) -> None:
    """Print the lines of a view."""
    console = stdout()
    match by:
        case "category":
            show_fired_categories(by_category(known, there), limit, console)
        case "host":
            show_fired_hosts(by_host(known, there), limit, console)
        case "day":
            show_fired_days(by_day(known, there), limit, console)
        case "sid":
            show_fired_rules(by_rule(known, there), classes_of(watched), limit, console)


def show_fired_rules(
    rows: Sequence[FiredRule], classes: Mapping[int, HitClass], limit: int, console: Console
) -> None:
    """A line for each rule."""
    headings = ("sid", "mode", "class", *_SUMS, "category", "rule group", "msg")
    cells = (_rule_cells(row, classes) for row in _first(rows, limit))
    show(console, headings, cells, numbers=("sid", *_SUMS[:5]), leaving=("rule group", *_LEAVING))
    _rest(rows, limit, console)


def show_classed_rules(rows: Sequence[WatchedRule], limit: int) -> None:
    """A line for each rule that has a class, also for those that never fired."""
    console = stdout()
    if not rows:
        say(console, "no rule is in this class; docs/hits.md says what each asks for")
        return
    say(console, counted(len(rows), "rule"))
    say(console)
    numbers = ("watched", "hits", "blocked", "own hosts")
    headings = ("sid", "class", "mode", *numbers, "severity", "confidence", "category", "msg")
    cells = map(_class_cells, _first(rows, limit))
    leaving = ("blocked", "own hosts", "category", "severity")
    show(console, headings, cells, numbers=("sid", *numbers), leaving=leaving)
    _rest(rows, limit, console)


def _class_cells(one: WatchedRule) -> tuple[Text | str, ...]:
    rule, tally = one.rule, one.tally
    sums = (tally.hits, tally.blocked, len(tally.hosts)) if tally else (0, 0, 0)
    named = (rule.severity, rule.confidence, rule.category, rule.msg)
    return (
        str(rule.sid),
        str(one.hit_class),
        Text(rule.action, style=STYLES.get(rule.action, "")),
        *map(count, (one.watched, *sums)),
        *(visible(word or "-") for word in named),
    )


def show_fired_categories(rows: Sequence[FiredCategory], limit: int, console: Console) -> None:
    """A line for each category."""
    headings = ("category", "rules", *_SUMS)
    cells = (
        (visible(row.category), count(row.tally.sids), *_sums(row.tally))
        for row in _first(rows, limit)
    )
    show(console, headings, cells, numbers=("rules", *_SUMS[:5]), leaving=_LEAVING)
    _rest(rows, limit, console)


def show_fired_hosts(rows: Sequence[FiredHost], limit: int, console: Console) -> None:
    """A line for each own host."""
    headings = ("own host", "hits", "blocked", "rules", "first", "last", "sids")
    cells = (
        (
            visible(row.host),
            count(row.hits_at_least),
            count(row.blocked_at_least),
            count(len(row.sids)),
            row.first.isoformat(),
            row.last.isoformat(),
            first_of([str(sid) for sid in row.sids], _NAMED),
        )
        for row in _first(rows, limit)
    )
    numbers = ("hits", "blocked", "rules")
    show(console, headings, cells, numbers=numbers, leaving=("first", "blocked"))
    _rest(rows, limit, console)
    say(
        console,
        "at least so many: of each rule and day, only the busiest addresses are kept",
        "dim",
    )


def show_fired_days(rows: Sequence[FiredDay], limit: int, console: Console) -> None:
    """A line for each day, the newest first."""
    headings = ("day", "rules", "hits", "blocked", "sources", "own hosts", "log lines")
    newest = tuple(reversed(rows))
    cells = (_day_cells(row) for row in _first(newest, limit))
    show(console, headings, cells, numbers=headings[1:], leaving=("sources", "own hosts"))
    _rest(newest, limit, console)


def show_above(known: KnownHits, there: RulesInForce) -> None:
    """Which hits, of which days, and which rules."""
    console = stdout()
    total = sum(one.count for day in known.days for one in day.hits)
    span = f"{known.days[0].day} to {known.days[-1].day}" if known.days else "no day is counted"
    what = f"{counted(total, 'hit')} in {counted(len(known.days), 'day')}, {span}"
    say(console, f"{visible(known.source)}: {what}", "bold")
    if there.source:
        rules = counted(len(there.by_sid), "rule")
        say(console, f"in force: {visible(there.source)}, {rules}", "dim")
    say(console)


def show_beneath(known: KnownHits, there: RulesInForce) -> None:
    """What is to be known of all of it: unknown days, whose addresses are own, and no proof."""
    console = stdout()
    say(console)
    if known.unknown:
        days = first_of([day.isoformat() for day in known.unknown], _NAMED)
        say(console, f"unknown: {counted(len(known.unknown), 'day')} not counted: {days}", "yellow")
    if any(not day.addresses for day in known.days):
        say(console, "addresses are not kept, so no own host is named", "dim")
    elif there.own.assumed:
        words = "private addresses are taken for own hosts, as no HOME_NET is known"
        say(console, words, "dim")
    say(console, NO_PROOF, "dim")


def _rule_cells(row: FiredRule, classes: Mapping[int, HitClass]) -> tuple[Text | str, ...]:
    mode = row.rule.action if row.rule else "-"
    found = classes.get(row.sid, "-") if row.rule else "-"
    msg = visible(row.rule.msg) if row.rule else "-"
    styled = Text(mode, style=STYLES.get(mode, ""))
    named = (visible(row.category), visible(row.group or "-"), msg)
    return (str(row.sid), styled, found, *_sums(row.tally), *named)


def _sums(tally: HitTally) -> tuple[str, ...]:
    numbers = (tally.hits, tally.blocked, tally.sources_at_least, len(tally.hosts), tally.days)
    return (*map(count, numbers), _moment(tally.first), _moment(tally.last))


def _day_cells(row: FiredDay) -> tuple[str, ...]:
    if row.lines is None:
        return (row.day.isoformat(), *["unknown"] * 6)
    tally = row.tally
    if tally is None:
        return (row.day.isoformat(), *["0"] * 5, count(row.lines))
    numbers = (
        tally.sids, tally.hits, tally.blocked, tally.sources_at_least, len(tally.hosts), row.lines
    )  # fmt: skip
    return (row.day.isoformat(), *map(count, numbers))


def _moment(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M}"


def _first(rows: Sequence[_Row], limit: int) -> Sequence[_Row]:
    return rows[:limit] if limit else rows


def _rest(rows: Sequence[object], limit: int, console: Console) -> None:
    if limit and len(rows) > limit:
        say(console, f"and {count(len(rows) - limit)} more: --limit 0 lists all", "dim")
