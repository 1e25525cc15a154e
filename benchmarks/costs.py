"""What a command costs: measured by the kernel, for that process and those that it started."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from tempfile import NamedTemporaryFile

_KILO = 1024 if sys.platform != "darwin" else 1  # Linux counts kilobytes, macOS bytes


@dataclass(frozen=True, slots=True)
class Cost:
    """What one run took.

    Attributes:
        cpu: seconds of processor time, of the user and of the system.
        peak: the largest resident set, in megabytes.
        wall: seconds from start to end.
        said: what it wrote to stdout.
    """

    cpu: float
    peak: float
    wall: float
    said: str = ""


def measured(command: Sequence[str], environment: Mapping[str, str] | None = None) -> Cost:
    """Run a command to its end.

    Raises:
        SystemExit: it failed; says what it wrote to stderr.
    """
    kept = _keeping_bytecode(environment)
    with NamedTemporaryFile() as report:
        watched = [*python("benchmarks.watch", report.name), *command]
        began = time.monotonic()
        done = subprocess.run(watched, capture_output=True, env=kept, check=False)  # noqa: S603 - ours
        wall = time.monotonic() - began
        if done.returncode:
            sys.exit(f"{' '.join(command)}\n{done.stderr.decode()[-4000:]}")
        cpu, peak = json.load(report)
    return Cost(cpu, peak * _KILO / 1e6, wall, done.stdout.decode())


def _keeping_bytecode(environment: Mapping[str, str] | None) -> dict[str, str]:
    """So that a module is compiled once, as an installed one is, whatever the machine is set to."""
    kept = dict(os.environ if environment is None else environment)
    kept.pop("PYTHONDONTWRITEBYTECODE", None)
    return kept


def alternating(
    rounds: int, *contenders: Callable[[], Cost], told: Callable[[str], None]
) -> tuple[tuple[Cost, ...], ...]:
    """Run contenders in turn, so that what else the machine does meets all of them alike."""
    costs: list[list[Cost]] = [[] for _ in contenders]
    for number in range(1, rounds + 1):
        for place, contender in enumerate(contenders):
            cost = contender()
            costs[place].append(cost)
            told(f"round {number}, contender {place + 1}: {cost.cpu:.2f} s, {cost.peak:.0f} MB")
    return tuple(tuple(one) for one in costs)


def typical(costs: Sequence[Cost]) -> Cost:
    """The medians of each number."""
    return Cost(
        median(cost.cpu for cost in costs),
        median(cost.peak for cost in costs),
        median(cost.wall for cost in costs),
    )


def ratio(ours: Sequence[Cost], theirs: Sequence[Cost]) -> tuple[float, float]:
    """Our time and our memory as shares of theirs: the medians over the pairs of one round."""
    pairs = tuple(zip(ours, theirs, strict=True))
    return (
        median(mine.cpu / other.cpu for mine, other in pairs),
        median(mine.peak / other.peak for mine, other in pairs),
    )


def python(module: str, *words: str | Path) -> list[str]:
    """The command for one of our modules."""
    return [sys.executable, "-m", module, *map(str, words)]
