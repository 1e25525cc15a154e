"""`rulesync categories`: what the feed has, what is on, and what it would cost to turn more on."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Final

import click

from rules_lib.facts.metadata import CONFIDENCES, SEVERITIES
from rules_lib.text import count, counted, visible
from rulesync_cli.common import epilog, json_option, print_json
from rulesync_cli.show.console import say, show, stdout, wide_option
from rulesync_cli.show.progress import waiting
from rulesync_cli.where import Where, scene_options

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

    from rulesync_cli.census import Cost, Portrait
    from rulesync_cli.census.indicators import IndicatorList
    from rulesync_cli.scene import WholeBuild

_HEADINGS: Final = (
    "category",
    "mode",
    "enabled",
    "disabled",
    "severity",
    "confidence",
    "kept",
    "brought in",
    "drop",
    "discarded",
    "capacity",
    "to turn on",
)
_NUMBERS: Final = (
    "enabled", "disabled", "kept", "brought in", "drop", "discarded", "capacity"
)  # fmt: skip
_LEAVING: Final = (
    "brought in", "confidence", "disabled", "discarded", "severity", "capacity", "enabled"
)  # fmt: skip
"""The least important first."""

_LEGEND: Final = (
    "brought in: kept rules that only set a mark; capacity: of the kept rules, with headroom",
    "to turn on: what `NAME: alert` would add",
)
_SORTS: Final[Mapping[str, Callable[[Portrait], Any]]] = {
    "precedence": lambda _: 0,
    "name": lambda one: one.name,
    "enabled": lambda one: -one.enabled,
    "kept": lambda one: -one.kept,
    "drop": lambda one: -one.blocking,
    "discarded": lambda one: -one.discarded,
    "capacity": lambda one: -one.capacity,
    "cost": lambda one: (one.cost is None, one.cost.capacity if one.cost else 0),
}
"""What `--sort` takes: numbers from the largest, costs from the least; ties by precedence."""

_NAMED: Final = 3


@click.command(
    epilog=epilog(
        "rulesync categories",
        "rulesync categories emerging-hunting tor",
        "rulesync categories --feed emerging.rules.tar.gz --config edited.yaml",
        "rulesync categories --sort drop",
        "rulesync categories --json | jq '.categories[] | select(.cost.fits)'",
    )
)
@click.argument("names", metavar="[NAME]...", nargs=-1)
@click.option("--sort", "order", type=click.Choice(list(_SORTS)), default="precedence",
              show_default=True, help="Sort by this. Numbers: largest first. Costs: lowest "
                                      "first.")  # fmt: skip
@json_option
@wide_option
@scene_options
def categories(*, where: Where, names: tuple[str, ...], order: str, as_json: bool) -> None:
    """List the categories and what turning one on would cost.

    The order is that of precedence, in which the rule groups are inspected: drop before alert, then
    as in the allowlist, categories that are off last. Shows each category's mode, its rules by
    severity and confidence, how many are kept, how many of these drop or reject, and their
    capacity. For a category that is off, it also shows what `NAME: alert` would add, with the
    setters it needs, whether the budget has room, and what would lose its place.
    """
    from rulesync_cli.census import census
    from rulesync_cli.census.indicators import indicator_lists
    from rulesync_cli.scene import look
    from rulesync_cli.show.lists import show_lists

    whole = look(where)
    _refuse_unknown(names, whole)
    with waiting("counting") as watch:
        described = census(whole.inputs, whole.built, whole.workings, names, watch)
        every = indicator_lists(whole.inputs, whole.built)
    found = sorted(described, key=_SORTS[order])
    lists = {one.category: one for one in every if not names or one.category in names}
    if as_json:
        print_json(_document(whole, found, lists))
    else:
        console = stdout()
        _render(whole, found, console)
        show_lists(lists.values(), console)


def _refuse_unknown(names: Sequence[str], whole: WholeBuild) -> None:
    from rules_lib.allowlist.names import nearest

    known = whole.inputs.ruleset.names
    for name in names:
        if name not in known:
            meant = nearest(name, known)
            near = f"; nearest: {meant}" if meant else ""
            raise click.BadParameter(f"{whole.scene.feed} has no category {name!r}{near}")


def _document(
    whole: WholeBuild, found: Sequence[Portrait], lists: Mapping[str, IndicatorList]
) -> dict[str, object]:
    from rulesync_cli.show.lists import list_record

    return {
        "feed": whole.scene.feed,
        "allowlist": whole.scene.allowlist,
        "budget": _budget(whole),
        "categories": [
            _portrait_record(one, with_feed=_several(whole))
            | ({"list": list_record(lists[one.name])} if one.name in lists else {})
            for one in found
        ],
    }


def _budget(whole: WholeBuild) -> dict[str, int]:
    """What there is to spend, and what the groups of a sync would reserve of it."""
    firewall, groups = whole.inputs.allowlist.firewall, whole.built.groups
    return {
        "capacity": firewall.capacity,
        "reserved": sum(group.capacity for group in groups),
        "rule_groups": firewall.rule_groups,
        "rule_groups_used": len(groups),
    }


def _render(whole: WholeBuild, found: Sequence[Portrait], console: Console) -> None:
    budget = _budget(whole)
    say(
        console,
        f"{visible(whole.scene.feed)}: capacity {count(budget['reserved'])} of"
        f" {count(budget['capacity'])} reserved, {budget['rule_groups_used']} of"
        f" {budget['rule_groups']} rule groups",
        "bold",
    )
    say(console)
    headings: tuple[str, ...] = _HEADINGS
    leaving: tuple[str, ...] = _LEAVING
    rows = [tuple(_row(one)) for one in found]
    if _several(whole):
        headings, leaving = (*headings, "feed"), (*leaving, "feed")
        rows = [(*row, visible(one.feed or "-")) for row, one in zip(rows, found, strict=True)]
    show(console, headings, rows, numbers=_NUMBERS, leaving=leaving)
    say(console)
    for line in _LEGEND:
        say(console, line, "dim")


def _several(whole: WholeBuild) -> bool:
    """Whether several feeds are in use, so that people want to know which category is whose."""
    return whole.inputs.ruleset.several


def _portrait_record(one: Portrait, *, with_feed: bool) -> dict[str, object]:
    cost = asdict(one.cost) | {"fits": one.cost.fits} if one.cost else None
    record = asdict(one) | {"cost": cost}
    feed = record.pop("feed")
    return record | ({"feed": feed or None} if with_feed else {})


def _row(one: Portrait) -> Sequence[Text | str]:
    from rich.text import Text

    from rulesync_cli.show.tables import STYLES

    mode = f"{one.mode}" if one.listed else f"{one.mode} (default)"
    return (
        visible(one.name),
        Text(mode, style=STYLES.get(one.mode, "dim")),
        count(one.enabled),
        count(one.disabled),
        _spread(one.severities, (*SEVERITIES, "")),
        _spread(one.confidences, (*CONFIDENCES, "")),
        count(one.kept),
        count(one.setters),
        count(one.blocking),
        count(one.discarded),
        count(one.capacity),
        _cost(one.cost) if one.cost else "",
    )


def _spread(numbers: Mapping[str, int], scale: Sequence[str]) -> str:
    """How many rules of each level, the highest first: `3 Critical, 1 none`."""
    levels = dict.fromkeys((*scale, *sorted(numbers)))
    told = ((numbers.get(level, 0), visible(level or "none")) for level in levels)
    return ", ".join(f"{count(number)} {level}" for number, level in told if number)


def _cost(cost: Cost) -> Text:
    from rich.text import Text

    setters = f" and {counted(cost.setters, 'setter')}" if cost.setters else ""
    noun = "rule group" if abs(cost.rule_groups) == 1 else "rule groups"
    groups = f", {cost.rule_groups:+} {noun}" if cost.rule_groups else ""
    text = f"+{counted(cost.rules, 'rule')}{setters}, capacity {cost.capacity:+,}{groups}"
    if cost.fits:
        return Text(f"fits: {text}", style="green")
    lost = [f"{count(cost.left_out)} of its own"] if cost.left_out else []
    pushed = sorted(cost.pushed_out.items(), key=lambda item: -item[1])
    lost += [f"{count(number)} of {visible(name)}" for name, number in pushed[:_NAMED]]
    rest = len(pushed) - _NAMED
    more = f" and of {rest} more {'category' if rest == 1 else 'categories'}" if rest > 0 else ""
    return Text(f"no room: {text}; without {', '.join(lost)}{more}", style="yellow")
