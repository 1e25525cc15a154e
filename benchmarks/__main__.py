"""`make bench`: a sync beside its peers, in turn; prints the tables of docs/performance.md."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import click

from benchmarks.account import account, let_a_day_pass
from benchmarks.commands import commands_table, renewed
from benchmarks.contenders import bare_parse, cold_sync, suricata_update, sync
from benchmarks.costs import Cost, alternating, ratio, typical
from benchmarks.feeds import SHIPPED, Feeds, prepare, revised, roomy
from benchmarks.growth import table
from rules_lib.facts.api import AT_REST

_MARKS: Final = ("<!-- measured -->\n", "<!-- /measured -->\n")


@click.command()
@click.option("--feed", type=click.Path(exists=True, path_type=Path), help="A feed's archive.")
@click.option(
    "--config",
    type=click.Path(exists=True, path_type=Path),
    default=SHIPPED,
    help="An allowlist; if none is given, the one that we ship.",
)
@click.option("--rounds", default=5, show_default=True, help="So often each contender runs.")
@click.option("--large/--no-large", default=True, help="Whether to measure ten times the rules.")
@click.option("--write", type=click.Path(exists=True, path_type=Path), help="Renew this page.")
def main(feed: Path | None, config: Path, rounds: int, *, large: bool, write: Path | None) -> None:
    """Measure, and print a table."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        feeds = prepare(folder, feed, large=large)
        text = "\n".join(
            (
                f"Measured on {feeds.name}, medians of {rounds} rounds.",
                "",
                *_peers(feeds, config, rounds),
                "",
                *_successive(feeds, config, folder),
                *(("", *_tenfold(feeds, config, folder)) if large else ()),
                *(("", *table(feeds.usual, 1, rounds, _tell)) if large else ()),
                "",
                renewed("", commands_table(feeds.usual, config, rounds, _tell)),
                "",
            )
        )
    click.echo(text)
    if write:
        before, _, rest = write.read_text().partition(_MARKS[0])
        after = rest.partition(_MARKS[1])[2]
        write.write_text(f"{before}{_MARKS[0]}\n{text}\n{_MARKS[1]}{after}")


def _peers(feeds: Feeds, config: Path, rounds: int) -> list[str]:
    ours, theirs, parses = alternating(
        rounds,
        partial(cold_sync, feeds.usual, config),
        partial(suricata_update, feeds.usual),
        partial(bare_parse, feeds.usual),
        told=_tell,
    )
    named = (
        ("a whole cold sync", ours),
        ("a whole run of suricata-update 1.3.3", theirs),
        ("a bare parse by idstools 0.6.5", parses),
    )
    rows = [
        "| | CPU seconds | peak MB | CPU of ours / theirs | memory of ours / theirs |",
        "|---|---|---|---|---|",
    ]
    for name, costs in named:
        cost, (cpu, peak) = typical(costs), ratio(ours, costs)
        rows.append(f"| {name} | {cost.cpu:.2f} | {cost.peak:.0f} | {cpu:.2f} | {peak:.2f} |")
    return rows


def _successive(feeds: Feeds, config: Path, folder: Path) -> list[str]:
    """One account: everything new, one rule changed, nothing changed."""
    other = revised(feeds.usual, folder / "revised.tar.gz")
    with account(config) as environment:
        cold = sync(feeds.usual, environment)
        one = sync(other, environment)
        time.sleep(AT_REST.total_seconds() + 1)
        first = sync(other, environment)
        let_a_day_pass(environment)
        later = sync(other, environment)
        steady = [sync(other, environment) for _ in range(3)]
    rows = (
        ("everything is new", cold),
        ("one rule changed", one),
        ("nothing changed, first build after a change", first),
        ("nothing changed, first build of a later day", later),
        ("nothing changed", steady[1]),
    )
    whole = _handlers(cold)
    return [
        "| | CPU of the functions | of cold | process, CPU | reads | writes | dry runs |",
        "|---|---|---|---|---|---|---|",
        *(_row(name, cost, whole) for name, cost in rows),
    ]


def _row(name: str, cost: Cost, whole: float) -> str:
    calls = json.loads(cost.said)["calls"]
    reads, writes = _split(calls)
    dry = json.loads(cost.said)["dry_runs"]
    spent = _handlers(cost)
    return (
        f"| {name} | {spent:.2f} | {spent / whole:.1%} | {cost.cpu:.2f} "
        f"| {_listed(reads)} | {_listed(writes, dry)} | {sum(dry.values())} |"
    )


def _handlers(cost: Cost) -> float:
    said = json.loads(cost.said)
    return float(said["fetch"] + said["build"])


def _split(calls: dict[str, int]) -> tuple[dict[str, int], dict[str, int]]:
    reads = {name: n for name, n in calls.items() if name.startswith(("Get", "List", "Describe"))}
    return reads, {name: n for name, n in calls.items() if name not in reads}


def _listed(calls: dict[str, int], less: dict[str, int] | None = None) -> str:
    left = {name: number - (less or {}).get(name, 0) for name, number in calls.items()}
    return ", ".join(f"{n} {name}" for name, n in sorted(left.items()) if n) or "none"


def _tenfold(feeds: Feeds, config: Path, folder: Path) -> Sequence[str]:
    roomier = roomy(config, folder / "roomy.json")
    usual, large = cold_sync(feeds.usual, roomier), cold_sync(feeds.large, roomier)
    times = large.cpu / usual.cpu
    said: list[dict[str, Any]] = [json.loads(cost.said) for cost in (usual, large)]
    return [
        "| | rules published | CPU seconds | of once | peak MB |",
        "|---|---|---|---|---|",
        f"| once | {said[0]['kept']:,} | {usual.cpu:.1f} | 1.0 | {usual.peak:.0f} |",
        f"| ten times | {said[1]['kept']:,} | {large.cpu:.1f} | {times:.1f} | {large.peak:.0f} |",
    ]


def _tell(words: str) -> None:
    click.echo(words, err=True)


if __name__ == "__main__":
    sys.exit(main())
