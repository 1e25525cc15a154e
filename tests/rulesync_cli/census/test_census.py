"""What turning a category on would cost is what a build with that edit comes to."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.groups import in_force
from support.inputs import inputs
from support.releases import COMPOSITE, SHIPPED, files_of
from support.rules import FEEDS, allow, allowlists, ruleset, text
from support.samples import one_in
from support.stories import Trial

import examples
from rules_lib.allowlist import Allowlist, load_allowlist
from rules_lib.build import worked_out
from rules_lib.groups.rule_group import Deployed
from rules_lib.model import FeedFile, Mode
from rules_lib.reading.ruleset import read_rules
from rulesync_cli.census import Cost, Portrait
from rulesync_cli.census.all_fits import AllFits
from rulesync_cli.census.costs import cost_by_packing, outcome_of
from rulesync_cli.census.trial import Namesakes

ROOT = Path(examples.__file__).parent
WEB, DNS = "emerging-web", "emerging-dns"


@pytest.fixture(scope="module")
def example() -> Trial:
    """Read the example feed and its allowlist."""
    paths = sorted((ROOT / "feed").glob("*.rules"))
    files = [FeedFile(path.stem, path.read_bytes()) for path in paths]
    source = (ROOT / "categories.yaml").read_bytes()
    allowlist = load_allowlist(
        source, source="the example", known=[file.category for file in files]
    )
    return Trial(read_rules(files, allowlist.rules.on), allowlist)


def cost(files: dict[str, list[str]], name: str, **settings: Any) -> Cost:
    """What one category would cost."""
    return Trial(ruleset(files), allow(**settings)).costs(name)[name]


def portrait(*lines: str) -> Portrait:
    """The portrait of a feed's only category, which alerts."""
    (one,) = Trial(ruleset({WEB: lines}), allow()).portraits()
    return one


def test_costs_are_those_of_a_build_with_that_edit(example: Trial) -> None:
    """Each category of the example feed that is off, one after the other, in its small budget."""
    before, costs = example.built(), example.costs()
    assert len(costs) > 3
    assert any(not found.fits for found in costs.values())
    for name, found in costs.items():
        wanted = example.measured(name, before)
        assert (found.rules, found.left_out) == (wanted.rules, wanted.left_out), name
        assert found.pushed_out == wanted.pushed_out, name


def test_capacity_and_groups_are_those_of_a_build_where_all_fits(example: Trial) -> None:
    """With room enough, the groups reserve so much more, and setters come in as was said."""
    roomy = example.with_room(2_000, 60)
    before, costs = roomy.built(), roomy.costs()
    assert costs == {name: roomy.measured(name, before) for name in costs}
    assert all(found.fits for found in costs.values())


def test_portraits_add_up_to_the_build(example: Trial) -> None:
    """What is kept and discarded, category by category."""
    built, found = example.built(), example.portraits()
    assert sum(one.kept for one in found) == len(built.kept)
    dropping = [rule for rule in built.kept if rule.action in {"drop", "reject"}]
    assert sum(one.blocking for one in found) == len(dropping) > 0
    assert sum(one.discarded for one in found) == len(built.discarded)
    assert sum(one.enabled for one in found) == built.enabled
    assert {name for one in found for name in one.rule_groups} == {g.name for g in built.groups}


def test_setters_that_it_needs_are_brought_in_with_it() -> None:
    """From a category that stays off, as `noalert`."""
    files = {WEB: [text(1, "flowbits:isset,a; ")], DNS: [text(2, "flowbits:set,a; ")]}
    found = cost(files, WEB, default="off")
    assert (found.rules, found.setters, found.fits) == (1, 1, True)


def test_setter_that_is_there_already_takes_no_more_room() -> None:
    """It only ceases to be brought in."""
    files = {WEB: [text(1, "flowbits:isset,a; ")], DNS: [text(2, "flowbits:set,a; ")]}
    found = cost(files, DNS, categories={DNS: "off"}, firewall={"headroom": 0})
    assert (found.rules, found.capacity) == (1, 0)


def test_category_that_is_worth_more_pushes_out() -> None:
    """It stands above the other in the file."""
    files = {WEB: [text(1), text(2)], DNS: [text(3), text(4)]}
    listed = {DNS: "off", WEB: "alert"}
    found = cost(files, DNS, categories=listed, firewall={"capacity": 3, "headroom": 0})
    assert (found.left_out, found.pushed_out, found.fits) == (0, {WEB: 1}, False)


def test_category_that_is_worth_less_is_left_out_itself() -> None:
    """A category without a line gets the last one."""
    files = {WEB: [text(1), text(2)], DNS: [text(3), text(4)]}
    budget = {"capacity": 3, "headroom": 0}
    found = cost(files, DNS, default="off", categories={WEB: "alert"}, firewall=budget)
    assert (found.left_out, found.pushed_out, found.fits) == (1, {}, False)


def test_category_that_is_on_has_no_cost() -> None:
    """It is paid for; what it takes stands in its capacity, with headroom."""
    one = portrait(text(1))
    assert (one.cost, one.capacity, one.mode) == (None, 2, Mode.ALERT)


def test_spreads_count_enabled_rules_alone() -> None:
    """Those without the key under an empty name."""
    major = text(1, "metadata:signature_severity Major, confidence High; ")
    one = portrait(major, text(2), f"#{text(3)}")
    assert (one.severities, one.confidences) == ({"Major": 1, "": 1}, {"High": 1, "": 1})
    assert (one.enabled, one.disabled) == (2, 1)


def both_ways(trial: Trial, deployed: Deployed) -> tuple[dict[str, Cost], int]:
    """Each category's cost by differences is that by packing all; how many had one."""
    asked = inputs(trial.rules, trial.allowlist, deployed)
    _, workings = worked_out(asked)
    namesakes = Namesakes.of(trial.rules.categories, workings.prepared.staged.tenure)
    all_fits = AllFits.of(asked, workings)
    before = outcome_of(workings.prepared, asked)
    costs, quick = dict[str, Cost](), 0
    for name in trial.rules.names:
        if trial.allowlist.setting_of(name).mode is not Mode.OFF:
            continue
        edit = namesakes.tried(name, asked)
        costs[name] = cost_by_packing(edit, workings.prepared, before)
        if all_fits and (found := all_fits.cost_of(edit)):
            assert found == costs[name], name
            quick += 1
    return costs, quick


@given(FEEDS, allowlists(), st.booleans())
def test_differences_are_those_of_packing_all(
    files: dict[str, list[str]], allowlist: Allowlist, in_place: bool
) -> None:
    """Of any feed, with nothing deployed, and with what was built before."""
    trial = Trial(ruleset(files, *allowlist.rules.on), allowlist)
    deployed = in_force(trial.built().groups) if in_place else Deployed()
    both_ways(trial, deployed)
    roomy = trial.with_room(2_000, 60)
    off = [n for n in roomy.rules.names if roomy.allowlist.setting_of(n).mode is Mode.OFF]
    assert both_ways(roomy, deployed)[1] >= len(off) - 1  # one may alter how another stands


def test_differences_are_those_of_packing_all_the_example(example: Trial) -> None:
    """With room for all of it, and with groups that small categories share."""
    for room in ((2_000, 60), (2_000, 4)):
        costs, quick = both_ways(example.with_room(*room), Deployed())
        assert quick == len(costs) > 3


def test_differences_are_those_of_packing_all_where_nothing_more_has_room(example: Trial) -> None:
    """What is pushed out, and what is left out, with a budget for just what is on."""
    built = example.with_room(2_000, 60).built()
    capacity = sum(group.capacity for group in built.groups)
    costs, quick = both_ways(example.with_room(capacity, len(built.groups)), Deployed())
    assert quick == len(costs) > 3
    assert any(cost.pushed_out for cost in costs.values())
    assert any(cost.left_out for cost in costs.values())


def test_what_no_budget_has_room_for_is_found_by_packing_all() -> None:
    """Rules that share a flowbit, in an account that has room for half of them."""
    tied = [text(sid, "flowbits:isset,a; ") for sid in range(2, 7)]
    files = {WEB: [text(9)], DNS: [text(1, "flowbits:set,a; "), *tied]}
    trial = Trial(ruleset(files), allow(categories={DNS: "off"}, firewall={"capacity": 3}))
    costs, quick = both_ways(trial, Deployed())
    assert (costs[DNS].left_out, quick) == (6, 0)


@given(FEEDS, allowlists(), st.booleans())
def test_what_all_would_reserve_is_what_packing_all_comes_to(
    files: dict[str, list[str]], allowlist: Allowlist, in_place: bool
) -> None:
    """Although no group is filled for it."""
    trial = Trial(ruleset(files, *allowlist.rules.on), allowlist)
    deployed = in_force(trial.built().groups) if in_place else Deployed()
    asked = inputs(trial.rules, trial.allowlist, deployed)
    packer = worked_out(asked)[1].fitted.packer
    possible = [block for block in packer.measured.blocks if block.fits_one_group]
    packed, outcome = packer.pack(possible), outcome_of(worked_out(asked)[1].prepared, asked)
    assert (outcome.capacity, outcome.rule_groups) == (packed.needed, len(packed.groups))


@pytest.mark.feeds
def test_differences_are_those_of_packing_all_a_real_release(releases: Path) -> None:
    """As shipped: nearly all of the categories that are off have room, and none needs a packing."""
    files = files_of(releases / COMPOSITE)
    allowlist = load_allowlist(
        SHIPPED.read_bytes(), source="shipped", known=[file.category for file in files]
    )
    some = one_in(4, files, "census")
    trial = Trial(read_rules(some, allowlist.rules.on), allowlist)
    for deployed in (Deployed(), in_force(trial.built().groups)):
        costs, quick = both_ways(trial, deployed)
        assert quick == len(costs) >= sum(cost.fits for cost in costs.values()) > len(some) // 6
