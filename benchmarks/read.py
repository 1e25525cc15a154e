"""A read of a feed: every rule by our own reader, and nothing else."""

from __future__ import annotations

import sys
from pathlib import Path

from rules_lib.feed.archive import unpack
from rules_lib.gc_pause import without_cyclic_gc
from rules_lib.reading.ruleset import read_rules


def main(archive: Path) -> None:
    """Read it, and count."""
    with without_cyclic_gc():
        ruleset = read_rules(unpack(archive.read_bytes()))
        sys.stdout.write(f"{sum(1 for _ in ruleset.rules)}\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
