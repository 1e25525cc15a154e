"""What a cold sync takes beside its peers, and with ten times the rules."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

from benchmarks.contenders import bare_parse, cold_sync, suricata_update
from benchmarks.costs import alternating, ratio, typical
from benchmarks.feeds import ROOT, SHIPPED, Feeds, everything, roomy, rules_in
from benchmarks.goals import HEADS, Goal
from benchmarks.growth import quota

Told = Callable[[str], None]

_LOCKED: Final = ROOT / "requirements-bench.lock"
_HEADS: Final = (
    *("a whole cold sync", "rules published", "CPU seconds", "of theirs", HEADS),
    *("peak MB", "of theirs", HEADS),
)

_AMPLE: Final = {"capacity": 60_000, "rule_groups": 80}
"""Room for everything that ET Open has."""


@dataclass(frozen=True, slots=True)
class Sync:
    """A cold sync by one allowlist, and how it may compare with suricata-update's whole run.

    Attributes:
        cpu: at most so many times its CPU time.
        memory: at most so much of its memory; None where nothing is set.
    """

    name: str
    config: Path
    cpu: float
    memory: float | None


def peers(feeds: Feeds, config: Path, rounds: int, folder: Path, told: Told) -> list[str]:
    """Cold syncs beside suricata-update, which takes the same whatever our allowlist says."""
    scarce = quota(rules_in(feeds.usual))
    given = "as shipped" if config == SHIPPED else f"by {config.name}"
    syncs = (
        Sync(given, config, 0.85, 0.75),
        Sync("every category on", everything(_AMPLE, folder / "all.json"), 1.05, 0.75),
        Sync("the same, over the budget", everything(scarce, folder / "over.json"), 1.2, None),
    )
    *ours, theirs, parses = alternating(
        rounds,
        *(partial(cold_sync, feeds.usual, one.config) for one in syncs),
        partial(suricata_update, feeds.usual),
        partial(bare_parse, feeds.usual),
        told=told,
    )
    peer = f"suricata-update {_locked('suricata-update')}"
    rows = [
        f"| {' | '.join(_HEADS)} |",
        "|---" * 10 + "|",
    ]
    for one, costs in zip(syncs, ours, strict=True):
        cost, (cpu, peak) = typical(costs), ratio(costs, theirs)
        kept = json.loads(costs[0].said)["kept"]
        time_, memory = Goal(cpu, one.cpu), Goal(peak, one.memory)
        rows.append(
            f"| {one.name} | {kept:,} | {cost.cpu:.2f} | {time_.said} | {time_.cells} "
            f"| {cost.peak:.0f} | {memory.said} | {memory.cells} |"
        )
    for name, costs in ((peer, theirs), ("a bare parse by idstools 0.6.5", parses)):
        cost, (cpu, peak) = typical(costs), ratio(costs, theirs)
        rows.append(
            f"| {name} | | {cost.cpu:.2f} | {cpu:.2f} | | | {cost.peak:.0f} | {peak:.2f} | | |"
        )
    return rows


def _locked(package: str) -> str:
    """The version that is measured."""
    found = re.search(rf"(?m)^{re.escape(package)}==(\S+)", _LOCKED.read_text())
    if found is None:
        raise LookupError(f"{_LOCKED.name} names no {package}")
    return found[1]


def tenfold(feeds: Feeds, config: Path, folder: Path, told: Told) -> list[str]:
    """A feed, and one that is ten times as large, with room for either; once each."""
    given = "as shipped" if config == SHIPPED else f"by {config.name}"
    room = {"capacity": 1_000_000, "rule_groups": 1_000}
    rows = [
        f"| | rules published | CPU seconds | of once | peak MB | {HEADS} |",
        "|---|---|---|---|---|---|---|",
    ]
    for name, allowlist, once, ten in (
        (given, roomy(config, folder / "roomy.json"), None, None),
        ("every category on", everything(room, folder / "roomy-all.json"), 220, 1_200),
    ):
        told(f"ten times the rules, {name}")
        usual, large = (cold_sync(feed, allowlist) for feed in (feeds.usual, feeds.large))
        for times, cost, most in (("", usual, once), (", ten times", large, ten)):
            kept, peak = json.loads(cost.said)["kept"], Goal(cost.peak, most, ",.0f")
            rows.append(
                f"| {name}{times} | {kept:,} | {cost.cpu:.1f} | {cost.cpu / usual.cpu:.1f} "
                f"| {peak.said} | {peak.cells} |"
            )
    return rows
