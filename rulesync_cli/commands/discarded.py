"""`rulesync discarded`: which rules are left out, why, and what brings them back."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from rules_lib.bucket import DISCARDED, LATEST, build_key
from rules_lib.errors import StoreError
from rules_lib.model import Reason
from rules_lib.text import count, counted, visible
from rulesync_cli.account import store_of
from rulesync_cli.common import FOLDER, epilog, json_option, print_json
from rulesync_cli.show.console import say, show, stdout, wide_option
from rulesync_cli.where import Where, scene_options

if TYPE_CHECKING:
    from rich.console import Console

    from rules_lib.aws.store import Store
    from rulesync_cli.review import DiscardedEntry

_LIMIT: Final = 50


@click.command(
    epilog=epilog(
        "rulesync discarded",
        "rulesync discarded --reason over-budget --category emerging-malware",
        "rulesync discarded --build 20261124T031110Z-d8d3b8ca --json",
        "rulesync discarded out/1 --contains cobalt",
        "rulesync discarded --feed emerging.rules.tar.gz --config edited.yaml",
    )
)
@click.argument("folder", metavar="[DIR]", required=False, type=FOLDER)
@click.option("--build", metavar="ID", help="A build of the bucket. Default: the one in force.")
@click.option("--reason", "reasons", multiple=True, metavar="REASON",
              type=click.Choice([reason.value for reason in Reason]),
              help="Only rules discarded for this reason. Repeat it for more."
              )  # fmt: skip
@click.option("--category", "categories", multiple=True, metavar="NAME",
              help="Only rules of this category. Repeat it for more.")  # fmt: skip
@click.option("--sid", "sids", multiple=True, type=int, metavar="SID",
              help="Only this sid. Repeat it for more.")  # fmt: skip
@click.option("--contains", default="", metavar="TEXT",
              help="Only rules with this in the msg, the detail or the rule, in any letter case."
              )  # fmt: skip
@click.option("--limit", type=click.IntRange(min=0), default=_LIMIT, show_default=True,
              metavar="N", help="How many rules to list. 0 lists all. JSON always has all."
              )  # fmt: skip
@json_option
@wide_option
@scene_options
def discarded(  # noqa: PLR0913 - an argument for each option
    *,
    where: Where,
    folder: Path | None,
    build: str | None,
    reasons: tuple[Reason, ...],
    categories: tuple[str, ...],
    sids: tuple[int, ...],
    contains: str,
    limit: int,
    as_json: bool,
) -> None:
    """List the discarded rules and what brings them back.

    First by reason, then one by one. Reads the build in force, another --build, or a results folder
    DIR of `rulesync local`. With --config, --local or --feed, shows what a sync with these would
    discard.
    """
    from rulesync_cli.review import Filter

    source, entries = _entries(where, folder, build)
    asked = Filter(
        frozenset(map(Reason, reasons)), frozenset(categories), frozenset(sids), contains
    )
    found = tuple(filter(asked.keeps, entries))
    for hint in _hints(categories, entries):
        click.echo(hint, err=True)
    if as_json:
        print_json(_document(source, found))
    else:
        _render(source, found, len(entries), limit, stdout())


def _entries(
    where: Where, folder: Path | None, build: str | None
) -> tuple[str, tuple[DiscardedEntry, ...]]:
    """Where the discarded rules come from, and all of them."""
    from rulesync_cli.review import DiscardedEntry
    from rulesync_cli.scene import look

    edited = where.feed or where.config or where.own
    if sum(map(bool, (folder, build, edited))) > 1:
        raise click.UsageError(
            "give DIR, or --build, or --feed, --config and --local: only one of these"
        )
    if folder:
        return str(folder), _in_folder(folder)
    if edited:
        whole = look(where)
        several = whole.inputs.ruleset.several
        found = (DiscardedEntry.of(one, with_feed=several) for one in whole.built.discarded)
        return whole.scene.feed, tuple(found)
    return _in_bucket(store_of(where.stack), build)


def _hints(names: Sequence[str], entries: Sequence[DiscardedEntry]) -> Iterator[str]:
    """For each category without a discarded rule, one that has some and may be meant."""
    from rules_lib.allowlist.names import nearest

    having = {entry.category for entry in entries}
    for name in names:
        meant = nearest(name, having)
        if meant and name not in having:
            yield (
                f"{visible(name)} has no discarded rule; the nearest category that has one: "
                f"{visible(meant)}"
            )


def _in_folder(folder: Path) -> tuple[DiscardedEntry, ...]:
    from rulesync_cli.review import read_discarded

    path = folder / DISCARDED
    if not path.is_file():
        inside = sorted(one.parent for one in folder.glob(f"*/{DISCARDED}"))
        advice = f"; did you mean {inside[-1]}?" if inside else ""
        raise StoreError(
            f"{folder} has no {DISCARDED}, so it is not a results folder of "
            f"`rulesync local`{advice}"
        )
    return read_discarded(path.read_bytes(), str(path))


def _in_bucket(store: Store, build: str | None) -> tuple[str, tuple[DiscardedEntry, ...]]:
    from rulesync_cli.review import read_discarded

    build = build or _latest(store)
    key = build_key(build, DISCARDED)
    stored = store.find(key)
    if stored is None:
        raise StoreError(
            f"{store.address(key)} does not exist: the bucket has no build {build!r}, or "
            "it ended before rules were discarded; `rulesync builds` lists the builds"
        )
    return f"build {build}", read_discarded(stored.body, store.address(key))


def _latest(store: Store) -> str:
    from rules_lib.state.latest import Latest

    latest = Latest.find(store)
    if latest is None:
        raise StoreError(
            f"{store.address(LATEST)} does not exist: no build has been applied yet. "
            "`--config FILE` shows what a sync would discard."
        )
    return latest.build


def _document(source: str, found: Sequence[DiscardedEntry]) -> dict[str, object]:
    from rules_lib.report.remedies import REMEDIES
    from rulesync_cli.review import by_reason

    reasons = [
        {"reason": reason, "rules": number, **asdict(REMEDIES[reason])}
        for reason, number in by_reason(found)
    ]
    records = [asdict(one) for one in found]
    if not any(one.feed for one in found):
        records = [{key: record[key] for key in record if key != "feed"} for record in records]
    return {"source": source, "reasons": reasons, "discarded": records}


def _render(
    source: str, found: Sequence[DiscardedEntry], total: int, limit: int, console: Console
) -> None:
    from rules_lib.report.remedies import REMEDIES
    from rulesync_cli.review import by_reason

    of = "" if len(found) == total else f" of {count(total)}"
    say(console, f"{visible(source)}: {counted(len(found), 'discarded rule')}{of}", "bold")
    for reason, number in by_reason(found):
        remedy = REMEDIES[reason]
        say(console)
        say(console, f"{reason}: {counted(number, 'rule')}", "bold red")
        say(console, f"  {remedy.cause}")
        say(console, f"  {remedy.way_back}")
    shown = found[:limit] if limit else found
    if not shown:
        return
    headings: tuple[str, ...] = ("sid", "rev", "category", "reason", "detail", "msg")
    rows = [_cells(one) for one in shown]
    if any(one.feed for one in found):
        headings = (*headings, "feed")
        rows = [(*row, visible(one.feed or "-")) for row, one in zip(rows, shown, strict=True)]
    say(console)
    leaving = [name for name in ("rev", "feed", "category", "reason") if name in headings]
    show(console, headings, rows, numbers=("sid", "rev"), leaving=leaving)
    if len(shown) < len(found):
        say(console, f"and {count(len(found) - len(shown))} more: --limit 0 lists all", "dim")


def _cells(entry: DiscardedEntry) -> tuple[str, ...]:
    sid, rev = ("-" if n is None else str(n) for n in (entry.sid, entry.rev))
    words = (entry.category, entry.reason, entry.detail, entry.msg or "-")
    return (sid, rev, *map(visible, words))
