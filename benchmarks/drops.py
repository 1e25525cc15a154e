"""What the allowlists that we ship block of a release: the tables of docs/shipped-allowlist.md.

.venv/bin/python -m benchmarks.drops --feed emerging.rules.tar.gz --write docs/shipped-allowlist.md
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from benchmarks.feeds import ROOT
from rules_lib.allowlist import load_allowlist
from rules_lib.build import build
from rules_lib.facts.limits import BLOCKING
from rules_lib.feed.archive import unpack
from rules_lib.inputs import Inputs
from rules_lib.reading.ruleset import read_rules

if TYPE_CHECKING:
    from rules_lib.build import Built
    from rules_lib.model import FeedFile
    from rules_lib.outcome import Converted

MARKS: Final = ("<!-- counted -->\n", "<!-- /counted -->\n")
FILES: Final = (
    ("categories.yaml", ROOT / "config" / "categories.yaml"),
    ("categories-strict.yaml", ROOT / "config" / "categories-strict.yaml"),
)
"""The allowlists that are compared, the shipped one first."""

_DAY: Final = date(2027, 1, 31)
"""Of the builds: later than any release, so that no rule is new and staged."""

_FEED: Final = "emerging-"
_ADDRESSES: Final = "lists of addresses, renewed daily"
_YEARS: Final = (2018, 2020, 2022, 2024)
"""Each the last year of a row."""
_SEVERITIES: Final = ("Critical", "Major", "Minor", "Informational")
_CONFIDENCES: Final = ("High", "Medium", "Low")
_NONE: Final = "none given"

Kind = Callable[["Converted"], str]
"""In which row of a table a rule is counted."""


@click.command()
@click.option("--feed", type=click.Path(exists=True, path_type=Path), required=True)
@click.option("--write", type=click.Path(exists=True, path_type=Path), help="Renew this page.")
def main(feed: Path, write: Path | None) -> None:
    """Count what the allowlists that we ship have drop of a release."""
    files = tuple(unpack(feed.read_bytes()))
    text = counted_on(feed.name, [built_by(files, path) for _, path in FILES])
    click.echo(text)
    if write:
        before, _, rest = write.read_text().partition(MARKS[0])
        after = rest.partition(MARKS[1])[2]
        write.write_text(f"{before}{MARKS[0]}\n{text}\n{MARKS[1]}{after}")


def counted_on(release: str, builds: Iterable[Built]) -> str:
    """The tables of a release, built by each of `FILES`, as Markdown."""
    kept = [tuple(rule for rule in built.kept if not rule.setter) for built in builds]
    tables = (
        ("category", _category, sorted({_category(rule) for rule in kept[0]})),
        ("written in", _age, (*map(_until, (*_YEARS, 9999)), _ADDRESSES)),
        ("severity", lambda rule: rule.rule.severity or _NONE, (*_SEVERITIES, _NONE)),
        ("confidence", lambda rule: rule.rule.confidence or _NONE, (*_CONFIDENCES, _NONE)),
    )
    lines = (line for name, kind, rows in tables for line in _table(name, kind, rows, kept))
    return "\n".join((f"Counted on {release}.", "", *lines))


def built_by(files: Iterable[FeedFile], allowlist: Path) -> Built:
    """What a sync would publish of a release by an allowlist, on an account that has nothing."""
    feed = tuple(files)
    known = tuple(file.category for file in feed)
    allowed = load_allowlist(allowlist.read_bytes(), source=allowlist.name, known=known)
    return build(Inputs(ruleset=read_rules(feed, allowed.rules.on), allowlist=allowed, day=_DAY))


def _table(
    name: str, kind: Kind, rows: Sequence[str], kept: Sequence[Sequence[Converted]]
) -> Iterator[str]:
    all_of = Counter(kind(rule) for rule in kept[0])
    drops = [Counter(kind(r) for r in rules if r.action in BLOCKING) for rules in kept]
    yield f"| {name} | kept | {' | '.join(f'drop by `{file}`' for file, _ in FILES)} |"
    yield "|---" * (2 + len(FILES)) + "|"
    for row in rows:
        if name != "category" or any(found[row] for found in drops):
            yield _row(row, all_of[row], *(found[row] for found in drops))
    rest = [row for row in rows if not any(found[row] for found in drops)]
    if name == "category":
        yield _row("all others", sum(all_of[row] for row in rest), *(0 for _ in FILES))
    yield _row("all", all_of.total(), *(found.total() for found in drops))
    yield ""


def _row(name: str, *numbers: int) -> str:
    return f"| {name} | {' | '.join(f'{number:,}' for number in numbers)} |"


def _category(rule: Converted) -> str:
    return rule.rule.category


def _age(rule: Converted) -> str:
    if not rule.rule.category.startswith(_FEED):
        return _ADDRESSES
    year = int(rule.rule.created_at[:4] or 0)
    return _until(next(last for last in (*_YEARS, 9999) if year <= last))


def _until(last: int) -> str:
    """The name of the row whose last year this is."""
    if last == _YEARS[0]:
        return f"{last} or before"
    if last > _YEARS[-1]:
        return f"{_YEARS[-1] + 1} or later"
    return f"{last - 1} and {last}"


if __name__ == "__main__":
    main()
