"""How the stages of a build grow with the rules, where packing has the most to do.

`python -m benchmarks.growth` prints the table of docs/performance.md: CPU seconds, the least of all
rounds, as whatever else the machine does only adds to them; each stage beside the reading of the
same feed; and the exponent, the slope of the line through the logarithms of rules and seconds. 1.0
grows as the rules do.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from math import log
from pathlib import Path
from statistics import linear_regression
from tempfile import TemporaryDirectory
from typing import Any, Final, TypeAlias

import click

from benchmarks.costs import measured, python
from benchmarks.feeds import base, everything, multiplied, packed_feed, rules_in
from benchmarks.goals import HEADS, Goal
from benchmarks.stages import STAGES

Files: TypeAlias = "Iterator[tuple[str, bytes]]"
Budget: TypeAlias = "Callable[[int], dict[str, int]]"
"""What `firewall:` of the allowlist grants, by the number of rules."""


SHARE: Final = 0.05
"""A stage that takes less of the whole has no exponent: it would be that of the clock."""

_FEW: Final = 60_000
"""Rules; a feed of fewer is measured `_OFTENER`, as noise is more of what takes less."""

_OFTENER: Final = 3
"""So many times a round."""


_HEADS: Final = (
    *("", "rules", "reading, s", "packing, s", "packing / reading", "its exponent"),
    *("the largest", HEADS),
)


def quota(rules: int) -> dict[str, int]:
    """As a policy's 30,000 units in 20 groups are to the 38,651 rules of a release."""
    return {"capacity": rules * 30_000 // 38_651, "rule_groups": max(1, rules * 20 // 38_651)}


def scarce(rules: int) -> dict[str, int]:
    """Room for two thirds of the rules, about."""
    return {"capacity": rules * 7 // 10, "rule_groups": 20}


def twenty(rules: int) -> dict[str, int]:
    """Room for all rules in as many groups as a policy has without a request."""
    return {"capacity": rules * 3, "rule_groups": 20}


def roomy(rules: int) -> dict[str, int]:
    """Room for all rules, in as many groups as they take."""
    return {"capacity": rules * 3, "rule_groups": 1_000}


@dataclass(frozen=True, slots=True)
class Case:
    """What is made larger and larger.

    Attributes:
        sizes: of the feeds, in units of the case's own.
        feed: writes the feed of a size into a folder.
        budget: of the allowlist, by which every category alerts.
        most: exponent that each stage may have; None where the smallest is spared work that the
            others have, so that the exponent says little.
    """

    name: str
    sizes: Sequence[int]
    feed: Callable[[int, Path], Path]
    budget: Budget
    most: float | None = 1.1


@dataclass(frozen=True, slots=True)
class Run:
    """One feed, the least of all rounds: CPU seconds by stage."""

    rules: int
    cpu: dict[str, float]

    @property
    def packing(self) -> float:
        """Measured and fitted."""
        return self.cpu["measure"] + self.cpu["fit"]


def rule(sid: int, options: str = "", length: int = 0) -> bytes:
    """A rule of about 130 bytes, or longer by its content."""
    severity = ("Critical", "Major", "Minor", "Informational")[sid * 7 % 4]
    content = f'content:"{"y" * length}"; ' if length else ""
    return (
        f'alert tcp any any -> any any (msg:"rule {sid}"; content:"x"; {content}{options}'
        f"metadata:signature_severity {severity}; sid:{sid}; rev:1;)\n"
    ).encode()


def small(categories: int, length: int = 200) -> Files:
    """Categories of 30 rules of 300 to 800 bytes: 80 of them still fit one group."""
    for number in range(categories):
        sids = range(30 * number + 1, 30 * number + 31)
        lines = (rule(sid, length=length + sid * 31 % 500) for sid in sids)
        yield f"small-{number:04}", b"".join(lines)


def lengthy(categories: int) -> Files:
    """Such of 1,100 to 1,600 bytes: 80 categories are too many for one group, so all are filled."""
    return small(categories, length=1_000)


def parts(rules: int) -> Files:
    """One category of long rules, which is cut at 2 MB."""
    yield "long", b"".join(rule(sid, length=300 + sid * 31 % 900) for sid in range(1, rules + 1))


def cluster(rules: int) -> Files:
    """Rules that one flowbit ties together, short enough for one group; a quarter is free."""
    text = "alert tcp any any -> any any (flowbits:{},a; sid:{};)\n"
    commands = ("set", "isset")
    yield "tied", "".join(text.format(commands[sid % 2], sid) for sid in range(1, rules)).encode()
    yield "free", b"".join(rule(sid) for sid in range(rules, rules + rules // 4))


def alike(rules: int) -> Files:
    """Rules of 750 bytes that differ in their sids alone."""
    text = rule(0, length=600).replace(b"rule 0", b"rule")
    yield "alike", b"".join(text.replace(b"sid:0", b"sid:%d" % n) for n in range(1, rules + 1))


def cases(source: Path, times: int) -> tuple[Case, ...]:
    """All of them; `source` so many times over has about the rules of ET Open."""

    def made(files: Callable[[int], Files], size: int, folder: Path) -> Path:
        return packed_feed(files(size), folder / f"{size}.tar.gz")

    def whole(size: int, folder: Path) -> Path:
        return multiplied(source, size * times, folder / f"{size}.tar.gz")

    large, few = (100, 400, 1_000), "small categories share 20 groups"
    return (
        Case("a release, every category on, over the budget", (1, 3, 10), whole, quota),
        Case(f"{few}, over the budget", large, partial(made, lengthy), scarce),
        Case(f"{few}, the fewest one of them", large, partial(made, small), scarce, most=None),
        Case(f"{few}, with room", large, partial(made, small), twenty),
        Case("one category, cut at 2 MB", (10_000, 30_000, 100_000), partial(made, parts), roomy),
        Case("one cluster", (2_000, 6_000, 20_000), partial(made, cluster), roomy),
        Case("all alike, over the budget", (5_000, 15_000, 50_000), partial(made, alike), scarce),
    )


def table(source: Path, times: int, rounds: int, told: Callable[[str], None]) -> list[str]:
    """Measure all cases; a row each."""
    rows = [
        f"| {' | '.join(_HEADS)} |",
        "|---" * 9 + "|",
    ]
    for case in cases(source, times):
        told(case.name)
        with TemporaryDirectory() as name:
            rows.append(_row(case, tuple(_runs(case, Path(name), rounds))))
    return rows


def _runs(case: Case, folder: Path, rounds: int) -> Iterator[Run]:
    for size in case.sizes:
        feed = case.feed(size, folder)
        rules = rules_in(feed)
        config = everything(case.budget(rules), folder / "config.json")
        command = python("benchmarks.stages", feed, config)
        times = rounds * _OFTENER if rules < _FEW else rounds
        said: list[dict[str, Any]] = [json.loads(measured(command).said) for _ in range(times)]
        cpu = {stage: min(one["cpu"][stage] for one in said) for stage in STAGES}
        yield Run(said[0]["rules"], cpu)


def _row(case: Case, runs: Sequence[Run]) -> str:
    last = runs[-1]
    rules = [run.rules for run in runs]
    exponents = {
        stage: exponent(rules, [run.cpu[stage] for run in runs])
        for stage, cpu in last.cpu.items()
        if cpu > SHARE * sum(last.cpu.values())
    }
    worst = max(exponents, key=exponents.__getitem__)
    packing = exponent(rules, [run.packing for run in runs])
    largest = Goal(exponents[worst], case.most)
    return (
        f"| {case.name} | {', '.join(f'{number:,}' for number in rules)} "
        f"| {last.cpu['read']:.2f} | {last.packing:.2f} | {last.packing / last.cpu['read']:.2f} "
        f"| {packing:.2f} | {largest.said} ({worst}) | {largest.cells} |"
    )


def exponent(rules: Iterable[int], seconds: Iterable[float]) -> float:
    """By which power of the rules the seconds grow."""
    return linear_regression([*map(log, rules)], [*map(log, seconds)]).slope


@click.command()
@click.option("--rounds", default=3, show_default=True, help="So often each feed is measured.")
def main(rounds: int) -> None:
    """Measure, and print the table."""
    with TemporaryDirectory() as name:
        source, times = base(Path(name))
        click.echo("\n".join(table(source, times, rounds, partial(click.echo, err=True))))


if __name__ == "__main__":
    sys.exit(main())
