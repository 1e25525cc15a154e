"""`make bench`: a sync beside its peers, in turn; prints the tables of docs/performance.md."""

from __future__ import annotations

import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import click

from benchmarks.commands import commands_table, renewed
from benchmarks.days import successive
from benchmarks.feeds import SHIPPED, prepare
from benchmarks.growth import table
from benchmarks.syncs import peers, tenfold

_MARKS: Final = ("<!-- measured -->\n", "<!-- /measured -->\n")

_FEW: Final = 3
"""Rounds of what grows with the rules, at most, as that takes longest."""


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
                *peers(feeds, config, rounds, folder, _tell),
                "",
                *successive(feeds, config, rounds, folder, _tell),
                *(("", *tenfold(feeds, config, folder, _tell)) if large else ()),
                *(("", *table(feeds.usual, 1, min(rounds, _FEW), _tell)) if large else ()),
                "",
                renewed("", commands_table(feeds.usual, config, rounds, _tell)),
            )
        )
    click.echo(text)
    if write:
        before, _, rest = write.read_text().partition(_MARKS[0])
        after = rest.partition(_MARKS[1])[2]
        write.write_text(f"{before}{_MARKS[0]}\n{text}\n{_MARKS[1]}{after}")


def _tell(words: str) -> None:
    click.echo(words, err=True)


if __name__ == "__main__":
    sys.exit(main())
