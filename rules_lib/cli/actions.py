"""The rules that act otherwise, on the terminal: the first by name, the others by rule group."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Final

from rich.text import Text

from rules_lib.cli.console import say, show
from rules_lib.cli.tables import STYLES
from rules_lib.report.text import count, counted, visible

if TYPE_CHECKING:
    from rich.console import Console

    from rules_lib.deploy.outlook import ActionChange

_NAMED: Final = 10
"""How many of them are named unless all are asked for."""


def show_actions(
    changes: Sequence[ActionChange], console: Console, *, full: bool, names_all: str
) -> None:
    """Print them; nothing where there are none.

    Args:
        changes: in the order of the groups.
        console: where to.
        full: name every one.
        names_all: what people type to have all of them named; empty where nothing does.
    """
    if not changes:
        return
    acts = "acts" if len(changes) == 1 else "act"
    say(console)
    say(console, f"{counted(len(changes), 'rule')} {acts} otherwise")
    most = len(changes) if full else _NAMED
    show(console, ("", "", ""), map(_cells, changes[:most]))
    if rest := changes[most:]:
        hint = f"; {names_all} names all" if names_all else ""
        say(console, f"  and {count(len(rest))} more{hint}")
        show(console, ("", ""), _sums(rest))


def _cells(one: ActionChange) -> tuple[Text, ...]:
    return _way("  ", one.before, one.after), Text(str(one.sid)), Text(visible(one.msg))


def _sums(changes: Iterable[ActionChange]) -> Iterator[tuple[Text, ...]]:
    """A line for each way and rule group."""
    numbers = Counter((one.before, one.after, one.group) for one in changes)
    for (before, after, group), number in numbers.items():
        yield _way("    ", before, after), Text(f"{count(number)} in {visible(group)}")


def _way(indent: str, before: str, after: str) -> Text:
    return Text(f"{indent}{visible(before)} -> {after}", style=STYLES.get(after, ""))
