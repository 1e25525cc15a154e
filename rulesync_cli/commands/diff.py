"""`rulesync diff`: in which rules two builds differ, or a build and what a plan would make."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Final, TypeAlias

import click
from click.shell_completion import CompletionItem

from rules_lib.bucket import DISCARDED, build_key
from rules_lib.text import count, counted, visible
from rulesync_cli.account import world
from rulesync_cli.common import account_options, epilog, json_option, print_json
from rulesync_cli.completing import complete_build
from rulesync_cli.history.builds_apart import (
    WAYS,
    BuildsApart,
    Fates,
    Way,
    builds_apart,
    way_between,
)
from rulesync_cli.show.console import say, show, stdout, wide_option
from rulesync_cli.show.progress import waiting

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

    from rules_lib.aws.store import Store
    from rules_lib.deploy.rulewise import RuleChange
    from rules_lib.world import World
    from rulesync_cli.history.published import PublishedRules

_LIMIT: Final = 50
_LATEST: Final = "latest"
_PLAN: Final = "plan"
_STYLES: Final[Mapping[Way, str]] = {
    "out": "red", "action": "yellow", "text": "", "in": "green"
}  # fmt: skip

_Side: TypeAlias = "tuple[PublishedRules, Fates]"
"""Rules, and what became of those that are not among them."""


def _complete(ctx: click.Context, parameter: click.Parameter, begun: str) -> list[CompletionItem]:
    words = (CompletionItem(word) for word in (_LATEST, _PLAN) if word.startswith(begun))
    return [*words, *complete_build(ctx, parameter, begun)]


@click.command(
    epilog=epilog(
        "rulesync diff 20261124T025039Z-3f082e8a latest",
        "rulesync diff latest plan --text",
        "rulesync diff latest plan --json | jq .categories",
    )
)
@click.argument("before", shell_complete=_complete)
@click.argument("after", shell_complete=_complete)
@click.option("--text", "with_text", is_flag=True,
              help="Show the texts too, word by word for a rule that has both.")  # fmt: skip
@click.option("--limit", type=click.IntRange(min=0), default=_LIMIT, show_default=True,
              metavar="N", help="How many rules to list. 0 lists all. JSON always has all."
              )  # fmt: skip
@json_option
@wide_option
@account_options
def diff(  # noqa: PLR0913 - an argument for each option
    *,
    before: str,
    after: str,
    bucket: str,
    policies: tuple[str, ...],
    with_text: bool,
    limit: int,
    as_json: bool,
) -> None:
    """Show which rules differ between two builds, or a build and a plan.

    BEFORE and AFTER are ids of applied builds; `latest`, the build in force; or `plan`, what a sync
    would do now with the newest feed and the files in the bucket. Changes nothing.
    """
    with waiting("reading the builds") as watch:
        here = world(bucket, policies, watch)
        (old, _), (new, fates) = _side(here, before), _side(here, after)
    found = builds_apart(old, new, fates)
    if as_json:
        print_json(_document(found, with_text=with_text))
    else:
        _render(found, limit, stdout(), with_text=with_text)


def _side(here: World, word: str) -> _Side:
    from rulesync_cli.history.published import rules_of_build

    if word == _PLAN:
        return _planned(here)
    published = rules_of_build(here.store, "" if word == _LATEST else word)
    return published, _fates(here.store, published.build)


def _planned(here: World) -> _Side:
    from rules_lib.sync.releases import used_releases
    from rulesync_cli.history.published import PublishedRules, feeds_by_category, published_rule
    from rulesync_cli.preview import preview

    found = preview(here, looks_back=False)
    built = found.foreseen.built
    rules = tuple(
        published_rule(rule, group, rule.rule.category)
        for group in built.groups
        for rule in group.rules
    )
    known = {rule.sid: "off" for rule in built.off if rule.sid is not None}
    known |= {
        one.rule.sid: f"discarded: {one.reason}"
        for one in built.discarded
        if one.rule.sid is not None
    }
    fates = Fates(known, "the feed no longer enables it")
    gathered = found.gathered
    planned = PublishedRules(
        source="plan",
        build="",
        feed=gathered.manifest.version,
        rules=rules,
        prefix=gathered.allowlist.firewall.prefix,
        releases=used_releases(gathered.feeds),
        feeds=feeds_by_category(found.summary),
    )
    return planned, fates


def _fates(store: Store, build: str) -> Fates:
    """A build records what it discarded, and not what was off or not in the feed."""
    from rules_lib.sync.earlier import discards_in

    stored = store.find(build_key(build, DISCARDED))
    reasons = discards_in(stored.body) if stored else {}
    known = {sid: f"discarded: {reason}" for sid, reason in reasons.items()}
    return Fates(known, "off, or the feed no longer enables it")


def _document(found: BuildsApart, *, with_text: bool) -> dict[str, object]:
    texts: Callable[[RuleChange], dict[str, object]] = _texts if with_text else _no_texts
    return {
        "before": _source(found.before),
        "after": _source(found.after),
        "total": _numbers(found.total),
        "categories": {name: _numbers(ways) for name, ways in found.categories.items()},
        "rules": [
            {
                "sid": one.sid,
                "change": way_between(one),
                "category": one.category or None,
                "group": one.group,
                "msg": one.msg,
                "what": one.note,
                "before": one.acted or None,
                "after": one.acts or None,
                **texts(one),
            }
            for one in found.changes
        ],
    }


def _texts(one: RuleChange) -> dict[str, object]:
    return {"text_before": one.before or None, "text_after": one.after or None}


def _no_texts(_: RuleChange) -> dict[str, object]:
    return {}


def _source(side: PublishedRules) -> dict[str, object]:
    return {
        "source": side.source,
        "build": side.build or None,
        "feed": side.feed or None,
        **({"feeds": {one.name: one.version for one in side.releases}} if side.feeds else {}),
        "rules": len(side.rules),
    }


def _numbers(ways: Counter[Way]) -> dict[str, int]:
    return {way: ways[way] for way in WAYS}


def _render(found: BuildsApart, limit: int, console: Console, *, with_text: bool) -> None:
    for name, side in (("before", found.before), ("after ", found.after)):
        rules = counted(len(side.rules), "rule")
        say(console, f"{name}  {side.source}, {side.named_feeds}, {rules}", "bold")
    say(console)
    if not found.changes:
        say(console, "no rule differs")
        return
    show(console, ("category", *WAYS), _categories(found), numbers=WAYS)
    say(console)
    shown = found.changes[:limit] if limit else found.changes
    if with_text:
        for one in shown:
            _tell_text(one, console)
    else:
        headings = ("change", "sid", "category", "msg", "what")
        show(console, headings, map(_row, shown), numbers=("sid",), leaving=("category",))
    if len(shown) < len(found.changes):
        rest = count(len(found.changes) - len(shown))
        say(console, f"and {rest} more: --limit 0 lists all", "dim")


def _categories(found: BuildsApart) -> Iterator[tuple[str, ...]]:
    for name, ways in found.categories.items():
        yield (visible(name or "-"), *(count(ways[way]) for way in WAYS))
    if len(found.categories) > 1:
        yield ("in all", *(count(found.total[way]) for way in WAYS))


def _row(one: RuleChange) -> tuple[Text | str, ...]:
    from rich.text import Text

    way = way_between(one)
    head = Text(way, style=_STYLES[way])
    return (head, str(one.sid), visible(one.category or "-"), visible(one.msg), visible(_what(one)))


def _what(one: RuleChange) -> str:
    """What happened to a rule; of one that came or went also its action."""
    acting = {"in": one.acts, "out": one.acted}.get(way_between(one), "")
    return "; ".join(filter(None, (acting, one.note)))


def _tell_text(one: RuleChange, console: Console) -> None:
    from rulesync_cli.explain.tokens import pieces_of
    from rulesync_cli.show.pieces import INDENT, render_pieces

    way = way_between(one)
    words = f"{way:6}  {one.sid}  {visible(one.category or '-')}  {visible(_what(one))}"
    say(console, words, _STYLES[way])
    if one.before and one.after:
        render_pieces(console, pieces_of(one.before, one.after))
    else:
        sign, text = ("-", one.before) if one.before else ("+", one.after)
        say(console, f"{' ' * INDENT}{sign} {visible(text)}", _STYLES[way])
