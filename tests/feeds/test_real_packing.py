"""Real releases are packed, to the byte, as the referee packs them, which tries everything out."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING, Any, Final

import pytest
import yaml
from support.crowd import Crowd, agree
from support.groups import in_force
from support.inputs import inputs, read_once
from support.releases import LARGE, RELEASES, SHIPPED, files_of, variables
from support.samples import one_in

from rules_lib.allowlist import Allowlist, load_allowlist
from rules_lib.build import prepare
from rules_lib.gc_pause import without_cyclic_gc
from rules_lib.groups.rule_group import Deployed
from rules_lib.model import FeedFile
from rules_lib.packing.fit import fit
from rules_lib.stages.link import link
from rules_lib.stages.order import Ordered, order

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.feeds

QUOTA: Final = {"capacity": 30_000, "rule_groups": 20}
OWN: Final = FeedFile(
    "local-deny",
    b'drop tcp any any -> any any (msg:"a"; content:"a"; sid:900001; rev:1;)\n'
    b'pass tcp any any -> any any (msg:"b"; content:"b"; sid:900002; rev:1;)\n',
)
BUDGETS: Final[tuple[dict[str, Any], ...]] = (
    QUOTA,
    LARGE,
    {"capacity": 30_000, "rule_groups": 9, "headroom": 0},
    {"capacity": 7_000, "rule_groups": 12},
    {"capacity": 2_000, "rule_groups": 3, "headroom": 0.5},
    {"capacity": 500, "rule_groups": 2},
)


@dataclass(frozen=True, slots=True)
class Release:
    """A release by one allowlist, but for its budget."""

    ordered: Ordered
    allowlist: Allowlist

    def within(self, budget: dict[str, Any], deployed: Deployed) -> Crowd:
        """What is to be packed."""
        firewall = self.allowlist.firewall.model_copy(update=budget)
        allowlist = self.allowlist.model_copy(update={"firewall": firewall})
        return Crowd(self.ordered, allowlist, deployed)

    def in_force(self, budget: dict[str, Any], *pinned: str) -> Deployed:
        """What this release leaves in force, with some categories' groups pinned."""
        case = self.within(budget, Deployed())
        made = in_force(fit(case.ordered, case.allowlist, case.deployed).packed.groups, 1)
        return Deployed(
            tuple(replace(one, pinned=one.slot.category in pinned) for one in made.groups)
        )


@cache
def release(archive: Path, how: str) -> Release:
    """A release and two rules of our own; by the shipped file, or all in one mode."""
    files = (OWN, *files_of(archive))
    known = [file.category for file in files]
    document = {"version": 1, "default": how, "variables": variables(), "firewall": QUOTA}
    text = SHIPPED.read_text() if how == "shipped" else yaml.safe_dump(document)
    allowlist = load_allowlist(text, source=how, known=known)
    rules = read_once(files, allowlist.rules.on)
    prepared = prepare(tuple(rules.rules), inputs(rules, allowlist))
    clusters = link(prepared.wanted, prepared.standby).clusters
    return Release(order(clusters, allowlist.last), allowlist)


CASES: Final = [(name, how) for how in ("alert", "drop", "shipped") for name in RELEASES]


@pytest.mark.parametrize(("name", "how"), one_in(len(CASES), CASES, "releases and modes"))
def test_real_release_is_packed_as_the_referee_packs_it(
    releases: Path, name: str, how: str
) -> None:
    """Within every budget, on an empty account and beside what another release has left."""
    now = release(releases / name, how)
    place = RELEASES.index(name)
    before = release(releases / RELEASES[max(1, place - 1)], how)
    for budget in one_in(6, BUDGETS, "budgets of real packing"):
        left = (
            Deployed(),
            before.in_force(budget),
            now.in_force(QUOTA),
            before.in_force(budget, "shared/alert", "tor", "emerging-exploit"),
        )
        for deployed in one_in(2, left, "what is in force"):
            with without_cyclic_gc():
                agree(now.within(budget, deployed))
