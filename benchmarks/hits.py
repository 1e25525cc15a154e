"""A day of alert logs, counted beside a plain reading of the same files: the table of docs/hits.md.

.venv/bin/python -m benchmarks.hits --write docs/hits.md
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import click

from benchmarks.alert_lines import log_files, made_day
from benchmarks.costs import Cost, alternating, measured, python, ratio, typical
from rules_lib.text import count, size

_MARKS: Final = ("<!-- measured -->\n", "<!-- /measured -->\n")
_TERABYTE: Final = 1e12
_PRICE: Final = 5.0
"""USD for a terabyte that Athena reads, in us-east-1."""

_READINGS: Final = 11
"""How often a line is read, by the schedule as shipped: four times a day while its day grows, which
is twice all of it, and on the two days after; once more when the day is closed."""


@click.command()
@click.option("--lines", default=1_000_000, show_default=True, help="How many the day has.")
@click.option("--rounds", default=3, show_default=True, help="So often each contender runs.")
@click.option("--write", type=click.Path(exists=True, path_type=Path), help="Renew this page.")
def main(lines: int, rounds: int, write: Path | None) -> None:
    """Make a day of alert logs, count it, and print a table."""
    with TemporaryDirectory() as name:
        folder = made_day(Path(name), lines)
        ours, theirs = alternating(
            rounds, partial(_run, "count", folder), partial(_run, "read", folder), told=_tell
        )
        text = "\n".join(_told(lines, rounds, folder, (ours, theirs)))
    click.echo(text)
    if write:
        before, _, rest = write.read_text().partition(_MARKS[0])
        after = rest.partition(_MARKS[1])[2]
        write.write_text(f"{before}{_MARKS[0]}\n{text}\n{_MARKS[1]}{after}")


def _run(what: str, folder: Path) -> Cost:
    return measured(python("benchmarks.count_lines", what, folder))


def _told(
    lines: int, rounds: int, folder: Path, costs: tuple[tuple[Cost, ...], tuple[Cost, ...]]
) -> Iterator[str]:
    ours, theirs = costs
    packed = sum(path.stat().st_size for path in log_files(folder))
    kept, plain = (int(some[0].said.split()[1]) for some in costs)
    yield (
        f"A made day of {count(lines)} lines in {len(log_files(folder))} files: {size(plain)}, "
        f"packed {size(packed)}. Medians of {rounds} rounds."
    )
    yield ""
    yield "| | CPU seconds | peak MB | CPU, plain = 1 | memory, plain = 1 |"
    yield "|---|---|---|---|---|"
    for name, some in (("counted by DuckDB", ours), ("unpacked by gzip, and no more", theirs)):
        cost, (cpu, peak) = typical(some), ratio(some, theirs)
        yield f"| {name} | {cost.cpu:.1f} | {cost.peak:.0f} | {cpu:.1f} | {peak:.1f} |"
    yield ""
    month = 30 * packed * _READINGS * _PRICE / _TERABYTE
    yield (
        f"What is kept of that day has {size(kept)}. For one count of it Athena reads the "
        f"{size(packed)}. Counted four times a day until it is closed, that is about "
        f"{size(packed * _READINGS)}: {month:.2f} USD a month at {_PRICE:.0f} USD a terabyte."
    )
    yield ""


def _tell(words: str) -> None:
    sys.stderr.write(f"{words}\n")


if __name__ == "__main__":
    main()
