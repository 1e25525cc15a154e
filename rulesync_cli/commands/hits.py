"""`rulesync hits`: what fired."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

import click

from rules_lib.report.sheet import csv_lines
from rules_lib.text import counted, visible
from rulesync_cli.account import store_of
from rulesync_cli.chosen import aws_options
from rulesync_cli.common import FILE, FOLDER, epilog, json_option, print_json
from rulesync_cli.show.console import say, stdout, wide_option
from rulesync_cli.show.progress import waiting

if TYPE_CHECKING:
    from rules_lib.aws.store import Store
    from rulesync_cli.hits.sheets import HitRecord
    from rulesync_cli.hits.source import KnownHits
    from rulesync_cli.hits.views import RulesInForce

_LIMIT: Final = 50

_View: TypeAlias = Literal["sid", "category", "host", "day"]


@click.command(
    epilog=epilog(
        "rulesync hits",
        "rulesync hits --by category --days 7",
        "rulesync hits --by host --csv > hosts.csv",
        "rulesync hits --logs alert-logs/ --results out/1 --config categories.yaml",
        "rulesync hits --json | jq -r '.hits[] | select(.blocked > 0) | .sid'",
    )
)
@click.option("--by", type=click.Choice(["sid", "category", "host", "day"]), default="sid",
              show_default=True, help="What each line is about. host: your own hosts.")  # fmt: skip
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
@click.option("--limit", type=click.IntRange(min=0), default=_LIMIT, show_default=True,
              metavar="N", help="How many lines to list. 0 lists all. CSV and JSON always have all."
              )  # fmt: skip
@click.option("--csv", "as_csv", is_flag=True, help="Print CSV for a spreadsheet.")
@json_option
@wide_option
@click.option("--bucket", envvar="RULESYNC_BUCKET", show_envvar=True, help="The stack's bucket.")
@aws_options
def hits(  # noqa: PLR0913 - an argument for each option
    *,
    by: _View,
    days: int | None,
    paths: tuple[Path, ...],
    results: Path | None,
    config: Path | None,
    limit: int,
    as_csv: bool,
    as_json: bool,
    bucket: str | None,
) -> None:
    """Show what fired, by rule, category, own host or day.

    Reads the hits that the bucket has of each day, or alert logs on your machine, which need no
    account. Days that nobody counted are named: nothing is known of them. A rule without hits may
    still fire. Changes nothing.
    """
    if as_csv and as_json:
        raise click.UsageError("give --csv or --json: not both")
    with waiting("reading the rules") as watch:
        store = store_of(bucket) if bucket else None
        there = _there(store, results, config)
        watch("counting the log lines" if paths else "reading the hits")
        known = _known(store, paths, days)
    for warning in known.warnings:
        click.echo(f"warning: {visible(warning)}", err=True)
    if as_csv or as_json:
        records, fields = _records(by, known, there)
        _print(records, fields, known, there, as_json=as_json)
    else:
        _render(by, known, there, limit)


def _there(store: Store | None, results: Path | None, config: Path | None) -> RulesInForce:
    from rulesync_cli.hits.surroundings import allowlist_file, as_it_is, rules_in_force

    file = allowlist_file(config, store)
    return rules_in_force(store, results, as_it_is(*file) if file else None)


def _known(store: Store | None, paths: Sequence[Path], days: int | None) -> KnownHits:
    from rulesync_cli.hits.source import USUAL_DAYS, hits_in_bucket, hits_in_files

    today = datetime.now(UTC).date()
    if paths:
        return hits_in_files(paths, today, days)
    if store is None:
        raise click.UsageError("give --bucket for a stack (or set RULESYNC_BUCKET), or --logs")
    return hits_in_bucket(store, today, days or USUAL_DAYS)


def _records(
    by: _View, known: KnownHits, there: RulesInForce
) -> tuple[Sequence[HitRecord], Sequence[str]]:
    """The lines, and the names of what each has."""
    from rulesync_cli.hits import sheets, views

    match by:
        case "sid":
            rules = map(sheets.rule_record_of_hits, views.by_rule(known, there))
            return tuple(rules), sheets.RULE_FIELDS
        case "category":
            found = map(sheets.category_record, views.by_category(known, there))
            return tuple(found), sheets.CATEGORY_FIELDS
        case "host":
            hosts = map(sheets.host_record, views.by_host(known, there))
            return tuple(hosts), sheets.HOST_FIELDS
        case "day":
            days = map(sheets.day_record, views.by_day(known, there))
            return tuple(days), sheets.DAY_FIELDS


def _print(
    records: Sequence[HitRecord],
    fields: Sequence[str],
    known: KnownHits,
    there: RulesInForce,
    *,
    as_json: bool,
) -> None:
    from rulesync_cli.hits.sheets import sheet_rows

    if not as_json:
        click.echo(b"".join(csv_lines(fields, sheet_rows(records, fields))), nl=False)
        return
    days = [day.day.isoformat() for day in known.days]
    print_json(
        {
            "source": known.source,
            "rules_of": there.source or None,
            "days": days,
            "unknown_days": [day.isoformat() for day in known.unknown],
            "own_hosts_assumed": there.own.assumed,
            "hits": records,
        }
    )


def _render(by: _View, known: KnownHits, there: RulesInForce, limit: int) -> None:
    from rulesync_cli.hits import views
    from rulesync_cli.show import fired

    console = stdout()
    total = sum(one.count for day in known.days for one in day.hits)
    span = f"{known.days[0].day} to {known.days[-1].day}" if known.days else "no day is counted"
    what = f"{counted(total, 'hit')} in {counted(len(known.days), 'day')}, {span}"
    say(console, f"{visible(known.source)}: {what}", "bold")
    if there.source:
        rules = counted(len(there.by_sid), "rule")
        say(console, f"in force: {visible(there.source)}, {rules}", "dim")
    say(console)
    match by:
        case "sid":
            fired.show_fired_rules(views.by_rule(known, there), limit, console)
        case "category":
            fired.show_fired_categories(views.by_category(known, there), limit, console)
        case "host":
            fired.show_fired_hosts(views.by_host(known, there), limit, console)
        case "day":
            fired.show_fired_days(views.by_day(known, there), limit, console)
    say(console)
    fired.show_beneath(known, there, console)
