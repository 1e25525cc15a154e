"""What a sync takes after the first: one rule changed, nothing changed, the day after."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median
from typing import Any, Final

from benchmarks.account import account, let_a_day_pass
from benchmarks.contenders import sync
from benchmarks.costs import Cost, typical
from benchmarks.feeds import Feeds, revised
from benchmarks.goals import HEADS, Goal
from rules_lib.facts.api import AT_REST

_ROUNDS: Final = 3
"""At most, as each waits until the service's clock has moved on."""

_SYNCS: Final[tuple[tuple[str, float | None], ...]] = (
    ("everything is new", None),
    ("one rule changed", 0.5),
    ("nothing changed, first build after a change", None),
    ("nothing changed, first build of a later day", 0.2),
    ("nothing changed", 0.02),
)
"""The syncs of one account in their order, and what share of the first each may take."""


def successive(
    feeds: Feeds, config: Path, rounds: int, folder: Path, told: Callable[[str], None]
) -> list[str]:
    """Measure some accounts, each from nothing; a row for each of their syncs."""
    other = revised(feeds.usual, folder / "revised.tar.gz")
    accounts = []
    for number in range(1, min(rounds, _ROUNDS) + 1):
        told(f"days, account {number}")
        accounts.append(_days(feeds.usual, other, config))
    cold = [costs[0] for costs in accounts]
    heads = ("", "CPU of the functions", "of cold", HEADS, "process", "reads", "writes", "dry runs")
    return [
        f"| {' | '.join(heads)} |",
        "|---" * 9 + "|",
        *(
            _row(name, most, [costs[place] for costs in accounts], cold)
            for place, (name, most) in enumerate(_SYNCS)
        ),
    ]


def _days(feed: Path, other: Path, config: Path) -> tuple[Cost, ...]:
    with account(config) as environment:
        cold, one = sync(feed, environment), sync(other, environment)
        time.sleep(AT_REST.total_seconds() + 1)
        first = sync(other, environment)
        let_a_day_pass(environment)
        later = sync(other, environment)
        sync(other, environment)
        return cold, one, first, later, sync(other, environment)


def _row(name: str, most: float | None, costs: Sequence[Cost], cold: Sequence[Cost]) -> str:
    said: dict[str, Any] = json.loads(costs[0].said)
    reads, writes = _split(said["calls"])
    pairs = zip(costs, cold, strict=True)
    share = Goal(median(_handlers(mine) / _handlers(whole) for mine, whole in pairs), most, ".1%")
    cells = (
        name,
        f"{median(map(_handlers, costs)):.2f}",
        share.said,
        share.cells,
        f"{typical(costs).cpu:.2f}",
        _listed(reads),
        _listed(writes, said["dry_runs"]),
        str(sum(said["dry_runs"].values())),
    )
    return f"| {' | '.join(cells)} |"


def _handlers(cost: Cost) -> float:
    said = json.loads(cost.said)
    return float(said["fetch"] + said["build"])


def _split(calls: dict[str, int]) -> tuple[dict[str, int], dict[str, int]]:
    reads = {name: n for name, n in calls.items() if name.startswith(("Get", "List", "Describe"))}
    return reads, {name: n for name, n in calls.items() if name not in reads}


def _listed(calls: dict[str, int], less: dict[str, int] | None = None) -> str:
    left = {name: number - (less or {}).get(name, 0) for name, number in calls.items()}
    return ", ".join(f"{n} {name}" for name, n in sorted(left.items()) if n) or "none"
