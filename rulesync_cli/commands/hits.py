"""`rulesync hits`: what fired, which rules to decide on, and the edit that decides."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from rules_lib.text import visible
from rulesync_cli.account import store_of
from rulesync_cli.chosen import aws_options
from rulesync_cli.common import FILE, FOLDER, epilog, json_option, print_json
from rulesync_cli.consent import yes_option
from rulesync_cli.hits.grouped import GROUPINGS
from rulesync_cli.show.console import wide_option
from rulesync_cli.show.progress import waiting
from rulesync_cli.targeted import target_option

if TYPE_CHECKING:
    from rules_lib.aws.store import Store
    from rulesync_cli.hits.classes import WatchedRule
    from rulesync_cli.hits.grouped import GroupedBy
    from rulesync_cli.hits.sheets import HitSheet
    from rulesync_cli.hits.source import KnownHits
    from rulesync_cli.hits.views import RulesInForce

_LIMIT: Final = 50
_CLASSES: Final = ("ready", "noisy", "look-first")


@click.command(
    epilog=epilog(
        "rulesync hits",
        "rulesync hits --by category --days 7",
        "rulesync hits --by host --csv > hosts.csv",
        "rulesync hits --target us-prod",
        "rulesync hits --class ready",
        "rulesync hits --suggest --config mine.yaml --out mine.yaml",
        "rulesync hits --logs alert-logs/ --results out/1 --config categories.yaml",
    )
)
@click.option("--by", type=click.Choice(GROUPINGS), default=GROUPINGS[0], show_default=True,
              help="What each line is about. host: your own hosts.")  # fmt: skip
@click.option("--class", "hit_class", type=click.Choice(_CLASSES),
              help="Only rules of this class, also without hits: ready to drop, noisy, to look at "
              "first.")  # fmt: skip
@click.option("--days", type=click.IntRange(min=1, max=3660), metavar="N",
              help="The N days before today, and today if it is counted. Default: 30, or with "
              "--logs all days of the files.")  # fmt: skip
@click.option("--logs", "paths", multiple=True, metavar="PATH",
              type=click.Path(exists=True, path_type=Path),
              help="A file or folder of alert logs, instead of the bucket's hits. Repeat it for "
              "more.")  # fmt: skip
@click.option("--results", type=FOLDER, metavar="DIR",
              help="A results folder of `rulesync local` for the rules in force, instead of the "
              "bucket.")  # fmt: skip
@click.option("--config", type=FILE, metavar="FILE",
              help="An allowlist, instead of the bucket's. Its HOME_NET names your own hosts."
              )  # fmt: skip
@click.option("--suggest", "suggests", is_flag=True,
              help="Print, as a diff, an edit of the allowlist that makes the ready rules drop, "
                   "or with --class noisy, one that switches the noisy rules off.")  # fmt: skip
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE",
              help="With --suggest: write the edited allowlist to FILE. Asks before it replaces a "
              "file.")  # fmt: skip
@click.option("--limit", type=click.IntRange(min=0), default=_LIMIT, show_default=True,
              metavar="N", help="How many lines to list. 0 lists all. CSV and JSON always have all."
              )  # fmt: skip
@click.option("--csv", "as_csv", is_flag=True, help="Print CSV for a spreadsheet.")
@yes_option
@json_option
@wide_option
@click.option("--bucket", envvar="RULESYNC_BUCKET", show_envvar=True, help="The stack's bucket.")
@target_option
@aws_options
def hits(  # noqa: PLR0913 - an argument for each option
    *,
    by: GroupedBy,
    hit_class: str | None,
    days: int | None,
    paths: tuple[Path, ...],
    results: Path | None,
    config: Path | None,
    suggests: bool,
    out: Path | None,
    limit: int,
    as_csv: bool,
    yes: bool,
    as_json: bool,
    bucket: str | None,
) -> None:
    """Show what fired, by rule, category, own host or day.

    Reads the hits that the bucket has of each day, or alert logs on your machine, which need no
    account. Days that nobody counted are named: nothing is known of them. A rule without hits may
    still fire. With --class, lists the rules to decide on. With --suggest, prints or writes an
    allowlist for `rulesync plan --config`. Changes nothing else.
    """
    _refuse_mixed(by, hit_class, out, suggests=suggests, forms=(as_csv, as_json))
    today = datetime.now(UTC).date()
    with waiting("reading the rules") as watch:
        store = store_of(bucket) if bucket else None
        watch("counting the log lines" if paths else "reading the hits")
        known = _known(store, paths, today, days)
        watch("reading the rules")
        there = _there(store, results, config, _first(known, today))
        watched = _watched(known, there) if by == "sid" else ()
    for warning in known.warnings:
        click.echo(f"warning: {visible(warning)}", err=True)
    if suggests:
        from rulesync_cli.hits.suggesting import tell_suggestion
        from rulesync_cli.hits.surroundings import allowlist_file

        file = allowlist_file(config, store)
        if file is None:
            raise click.UsageError("--suggest edits an allowlist: give --config or --bucket")
        tell_suggestion(watched, file, hit_class or "ready", out, yes=yes, as_json=as_json)
        return
    asked = [one for one in watched if one.hit_class == hit_class] if hit_class else None
    if as_csv or as_json:
        _print(_sheet(by, known, there, watched, asked), known, there, as_json=as_json)
    else:
        _render(by, known, there, watched, asked, limit)


def _refuse_mixed(
    by: GroupedBy,
    hit_class: str | None,
    out: Path | None,
    *,
    suggests: bool,
    forms: tuple[bool, bool],
) -> None:
    """Options that cannot be meant together."""
    as_csv, _ = forms
    if all(forms):
        raise click.UsageError("give --csv or --json: not both")
    if by != "sid" and (hit_class or suggests):
        raise click.UsageError("--class and --suggest are about rules: leave --by out")
    if suggests and (as_csv or hit_class == "look-first"):
        raise click.UsageError(
            "there is no edit as CSV" if as_csv else
            "nothing is suggested for rules to look at first: look at them, then decide"
        )  # fmt: skip
    if out and not suggests:
        raise click.UsageError("--out is for --suggest")


def _first(known: KnownHits, today: date) -> date:
    """The day before which nothing is asked of the builds."""
    return known.days[0].day - timedelta(days=1) if known.days else today


def _there(
    store: Store | None, results: Path | None, config: Path | None, first: date
) -> RulesInForce:
    from rulesync_cli.allowlist_text import as_it_is
    from rulesync_cli.hits.surroundings import allowlist_file, rules_in_force

    file = allowlist_file(config, store)
    return rules_in_force(store, results, as_it_is(*file) if file else None, first)


def _known(store: Store | None, paths: Sequence[Path], today: date, days: int | None) -> KnownHits:
    from rulesync_cli.hits.source import USUAL_DAYS, hits_in_bucket, hits_in_files

    if paths:
        return hits_in_files(paths, today, days)
    if store is None:
        raise click.UsageError("give --bucket for a stack (or set RULESYNC_BUCKET), or --logs")
    return hits_in_bucket(store, today, days or USUAL_DAYS)


def _watched(known: KnownHits, there: RulesInForce) -> Sequence[WatchedRule]:
    from rulesync_cli.hits.classes import watched_rules

    return watched_rules(known, there)


def _sheet(
    by: GroupedBy,
    known: KnownHits,
    there: RulesInForce,
    watched: Sequence[WatchedRule],
    asked: Sequence[WatchedRule] | None,
) -> HitSheet:
    from rulesync_cli.hits.sheets import class_sheet, sheet_of

    return sheet_of(by, known, there, watched) if asked is None else class_sheet(asked)


def _print(sheet: HitSheet, known: KnownHits, there: RulesInForce, *, as_json: bool) -> None:
    from rules_lib.report.sheet import csv_lines

    if not as_json:
        click.echo(b"".join(csv_lines(sheet.fields, sheet.rows)), nl=False)
        return
    print_json(
        {
            "source": known.source,
            "rules_of": there.source or None,
            "days": [day.day.isoformat() for day in known.days],
            "unknown_days": [day.isoformat() for day in known.unknown],
            "own_hosts_assumed": there.own.assumed,
            "hits": sheet.records,
        }
    )


def _render(  # noqa: PLR0913, PLR0917 - what a page is about
    by: GroupedBy,
    known: KnownHits,
    there: RulesInForce,
    watched: Sequence[WatchedRule],
    asked: Sequence[WatchedRule] | None,
    limit: int,
) -> None:
    from rulesync_cli.show import fired

    fired.show_above(known, there)
    if asked is None:
        fired.show_view(by, known, there, watched, limit)
    else:
        fired.show_classed_rules(asked, limit)
    fired.show_beneath(known, there)
