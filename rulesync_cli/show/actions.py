"""The rules that act otherwise, on the terminal: the first by name, the others by rule group."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Final

from rich.text import Text

from rules_lib.text import count, visible
from rulesync_cli.show.console import say, show
from rulesync_cli.show.tables import STYLES

if TYPE_CHECKING:
    from rich.console import Console

    from rules_lib.deploy.rulewise import RuleChange

_NAMED: Final = 10
"""How many of each kind are named unless all are asked for."""

_GONE: Final = "gone"


def show_actions(
    changes: Iterable[RuleChange], console: Console, *, full: bool, names_all: str
) -> None:
    """Print what no longer blocks, what newly passes, and what else acts otherwise.

    Args:
        changes: every rule that is not deployed as it was.
        console: where to.
        full: name every one.
        names_all: what people type to have all of them named; empty where nothing does.
    """
    changes = tuple(changes)
    unblocked = [one for one in changes if one.unblocks]
    passing = [one for one in changes if one.passes_anew and not one.unblocks]
    rest = [
        one for one in changes if one.kind == "action" and not (one.unblocks or one.passes_anew)
    ]
    more = "more " if unblocked or passing else ""
    for rules, one, many in (
        (unblocked, "rule no longer blocks", "rules no longer block"),
        (passing, "rule newly passes traffic", "rules newly pass traffic"),
        (rest, f"{more}rule changes its action", f"{more}rules change their action"),
    ):
        if rules:
            say(console)
            say(console, f"{count(len(rules))} {one if len(rules) == 1 else many}")
            _list(rules, console, full=full, names_all=names_all)


def _list(rules: Sequence[RuleChange], console: Console, *, full: bool, names_all: str) -> None:
    most = len(rules) if full else _NAMED
    show(console, ("", "", ""), map(_cells, rules[:most]))
    if rest := rules[most:]:
        hint = f"; {names_all} names all" if names_all else ""
        say(console, f"  and {count(len(rest))} more{hint}")
        show(console, ("", ""), _sums(rest))


def way_of(one: RuleChange) -> dict[str, object]:
    """A rule's way from action to action, as JSON shows it; of a rule that is new or gone, null."""
    return {
        "sid": one.sid,
        "msg": one.msg,
        "group": one.group,
        "before": one.acted or None,
        "after": one.acts or None,
    }


def _cells(one: RuleChange) -> tuple[Text, ...]:
    return _way("  ", one), Text(str(one.sid)), Text(visible(one.msg))


def _sums(changes: Iterable[RuleChange]) -> Iterator[tuple[Text, ...]]:
    """A line for each way and rule group."""
    ways = Counter((one.acted, one.acts, one.group) for one in changes)
    first = {(one.acted, one.acts, one.group): one for one in reversed(tuple(changes))}
    for way, number in ways.items():
        yield _way("    ", first[way]), Text(f"{count(number)} in {visible(way[2])}")


def _way(indent: str, one: RuleChange) -> Text:
    before, after = one.acted or "new", one.acts or _GONE
    return Text(f"{indent}{visible(before)} -> {visible(after)}", style=STYLES.get(after, ""))
