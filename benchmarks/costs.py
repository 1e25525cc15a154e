"""What a command costs: measured by the kernel, for that process and those that it started."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from tempfile import TemporaryFile

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
    began = time.monotonic()
    with TemporaryFile() as out, TemporaryFile() as err:
        process = subprocess.Popen(command, stdout=out, stderr=err, env=environment)  # noqa: S603 - ours
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.monotonic() - began
        process.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        err.seek(0)
        if process.returncode:
            sys.exit(f"{' '.join(command)}\n{err.read().decode()[-4000:]}")
        said = out.read().decode()
    return Cost(usage.ru_utime + usage.ru_stime, usage.ru_maxrss * _KILO / 1e6, wall, said)


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
