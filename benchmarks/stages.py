"""What each stage of a build takes, one after the other, in this process and without AWS.

Writes one line of JSON to stdout: CPU seconds by stage, and how many rules there were.
"""

from __future__ import annotations

import json
import sys
import time
from collections import deque
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, TypeVar

from rules_lib.allowlist import load_allowlist
from rules_lib.feed.archive import unpack
from rules_lib.gc_pause import without_cyclic_gc
from rules_lib.groups.rule_group import Deployed
from rules_lib.packing.fit import fit
from rules_lib.packing.pack import Packer
from rules_lib.reading.ruleset import read_rules
from rules_lib.report.records import changed_jsonl, discarded_csv, discarded_jsonl
from rules_lib.stages.convert import convert
from rules_lib.stages.link import link
from rules_lib.stages.order import order
from rules_lib.stages.screen import screen
from rules_lib.stages.select import select

T = TypeVar("T")

STAGES: Final = (
    *("read", "select", "screen", "convert", "link", "order", "measure", "fit", "records"),
)


def main(feed: Path, config: Path) -> None:
    """Take a feed's archive through the stages, by an allowlist."""
    files = unpack(feed.read_bytes())
    known = [file.category for file in files]
    allowlist = load_allowlist(config.read_bytes(), source=config.name, known=known)
    taken: dict[str, float] = {}

    def timed(stage: str, work: Callable[[], T]) -> T:
        began = time.process_time()
        done = work()
        taken[stage] = time.process_time() - began
        return done

    rules = timed("read", lambda: tuple(read_rules(files, allowlist.rules.on).rules))
    selected = timed("select", lambda: select(rules, allowlist))
    screened = timed("screen", lambda: screen(selected.wanted, allowlist))
    day = datetime.now(tz=UTC).date()
    converted = timed("convert", lambda: convert(screened.rules, allowlist, {}, day))
    linked = timed("link", lambda: link(converted.rules, ()))
    ordered = timed("order", lambda: order(linked.clusters, allowlist.last))
    timed("measure", lambda: Packer.of(ordered, allowlist, Deployed()))
    fitted = timed("fit", lambda: fit(ordered, allowlist, Deployed()))
    taken["fit"] -= taken["measure"]
    kept = [rule for group in fitted.packed.groups for rule in group.rules]

    def records() -> None:
        for written in (discarded_jsonl, discarded_csv):
            deque(written(fitted.discarded), maxlen=0)
        deque(changed_jsonl(kept), maxlen=0)

    timed("records", records)
    json.dump({"rules": len(rules), "kept": len(kept), "cpu": taken}, sys.stdout)


if __name__ == "__main__":
    with without_cyclic_gc():
        main(*map(Path, sys.argv[1:]))
