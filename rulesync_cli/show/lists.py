"""Lists of indicators on the terminal: what each costs, what it is worth, and what would do."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Final

from rules_lib.facts.indicators import ELSEWHERE, IndicatorKind
from rules_lib.text import count, counted, share, visible
from rulesync_cli.show.console import say

if TYPE_CHECKING:
    from rich.console import Console

    from rulesync_cli.census.indicators import FewerRules, IndicatorList

_PLURALS: Final = {IndicatorKind.ADDRESS: "addresses"}


def show_lists(lists: Iterable[IndicatorList], console: Console) -> None:
    """Print a few lines for each list."""
    for one in lists:
        say(console, f"{visible(_name(one))}: a list of {_kinds(one)}", "yellow")
        for line in _lines(one):
            say(console, f"  {line}")


def list_record(one: IndicatorList) -> dict[str, Any]:
    """A list as JSON shows it."""
    return asdict(one) | {"left_out": one.left_out}


def _name(one: IndicatorList) -> str:
    return f"{one.category} of feed {one.feed}" if one.feed else one.category


def _kinds(one: IndicatorList) -> str:
    told = (f"{count(number)} {_many(kind)}" for kind, number in one.kinds.items())
    return f"{', '.join(told)}, a rule for each"


def _many(kind: IndicatorKind) -> str:
    return _PLURALS.get(kind, f"{kind}s")


def _lines(one: IndicatorList) -> Iterator[str]:
    yield (
        f"it takes {count(one.capacity)} of a budget of {count(one.budget)} "
        f"({share(one.capacity, one.budget)}); {_room(one)}"
    )
    yield _worth(one)
    if one.fewer:
        yield _instead(one.fewer)
    for kind in one.kinds:
        if kind is not IndicatorKind.ADDRESS:
            elsewhere = f"; {ELSEWHERE[kind]}" if kind in ELSEWHERE else ""
            yield f"no rule of the service takes a list of {_many(kind)}{elsewhere}"


def _room(one: IndicatorList) -> str:
    lost = ((one.left_out, "of its rules"), (one.others_left_out, "of other categories"))
    told = [f"{count(number)} {whose}" for number, whose in lost if number]
    return f"there is no room for {' and '.join(told)}" if told else "the budget has room for all"


def _worth(one: IndicatorList) -> str:
    acting = f"{count(one.blocking)} of {counted(one.kept, 'kept rule')} block"
    if one.fired is None:
        return f"{acting}; which of them fired in the last 30 days is not known"
    return f"{acting}; {count(one.fired)} fired in the last 30 days"


def _instead(fewer: FewerRules) -> str:
    said = (
        f"its {count(fewer.addresses)} addresses would fit into {counted(fewer.rules, 'rule')} "
        "with lists or variables"
    )
    if fewer.referring is None:
        return said
    sets = counted(fewer.prefix_lists, "prefix list")
    return f"{said}, or into {counted(fewer.referring, 'rule')} with references to {sets}"
