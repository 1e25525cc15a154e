"""The long run: generated rules against every installed engine, for as long as is asked for.

    make fuzz SECONDS=600
    .venv/bin/python tests/engine/differ.py 600
    .venv/bin/python tests/engine/differ.py 600 SEED

Every batch has a seed, the next one that of before and one more. A difference ends the run with an
error and is stored, with the rule's text, under `out/fuzz/engine/`.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path
from random import Random
from typing import Final

from support.engine.differential import Tally, batch, differ, examples

from rulesync_cli.verify.suricata import installed

OUT: Final = Path(__file__).parents[2] / "out" / "fuzz" / "engine"


def main(seconds: str, seed: str | None = None) -> None:
    """Compare batch after batch; say how many rules were compared in each engine."""
    engines, good = installed(), examples()
    if not engines:
        sys.exit("Suricata is not installed; `make engine` installs it")
    tallies = {engine.version: Tally() for engine in engines}
    first = int(seed) if seed else time.time_ns() // 10**9
    until, number = time.monotonic() + int(seconds), first
    while time.monotonic() < until:
        lines = batch(Random(number), good)  # noqa: S311 - no secret
        for engine in engines:
            differ(engine, lines, tallies[engine.version])
            if found := tallies[engine.version].differences:
                _store(f"{engine.version}-{number}.txt", found)
        number += 1
    for version, tally in tallies.items():
        sys.stdout.write(f"Suricata {version}, seeds {first} to {number - 1}: {tally}\n")


def _store(name: str, differences: list[str]) -> None:
    OUT.mkdir(parents=True, exist_ok=True)
    (OUT / name).write_text("\n".join((*differences, "")), "utf-8")
    sys.exit(f"{len(differences)} differences, in {OUT / name}; the first: {differences[0]}")


if __name__ == "__main__":
    main(*sys.argv[1:])
