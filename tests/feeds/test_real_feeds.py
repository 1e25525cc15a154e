"""Real releases of ET Open: nothing is lost, nothing is published that the service would refuse.

The composite is built, and with THOROUGH=1 synced too; others are synced, through both functions.
Each is made once for all tests that look at it.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Final

import pytest
from support.engine.proof import published
from support.inputs import read_once
from support.releases import (
    COMPOSITE,
    SHIPPED,
    Published,
    PublishedGroup,
    bits_by_group,
    built_from,
    files_of,
    is_justified,
    late_setters,
    run,
    settable_in,
    shipped_from,
    undeclared,
)
from support.results import Results
from support.samples import THOROUGH, one_in

from rules_lib.build import Built
from rules_lib.model import Change
from rulesync_cli.verify.load import load_group
from rulesync_cli.verify.sources import in_folder
from rulesync_cli.verify.suricata import VERSIONS, Suricata

pytestmark = pytest.mark.feeds

REPAIRED = {2034585, 2044245, 2044247}
"""Sids whose fast_pattern is taken out, as Suricata 8 would refuse them with it."""

DOUBTED = "duplicate instance for tls.cert_subject in"
"""What Suricata 8 says of rules, two of the composite, that use a buffer twice; it loads them."""

SYNCED: Final = ("earlier", *["later", "whole"] * THOROUGH)
"""Releases that are synced with the file that we ship: the first is one of two in a row."""

BUILT: Final = ("alert", "drop", "shipped")
"""How the composite is built."""

NOALERT = 406
"""Rules of the composite that only mark a flow, as counted when it was put together."""


@pytest.fixture(scope="session")
def alert(releases: Path) -> Built:
    """The composite with everything in alert mode, and room for all of it."""
    return built_from(releases / COMPOSITE, "alert")


@pytest.fixture(scope="session")
def drop(releases: Path) -> Built:
    """The same with everything in drop mode."""
    return built_from(releases / COMPOSITE, "drop")


@pytest.fixture(scope="session")
def shipped(releases: Path) -> Built:
    """The same with the file that we ship."""
    return shipped_from(releases / COMPOSITE)[1]


@pytest.fixture(scope="session")
def whole(releases: Path, tmp_path_factory: pytest.TempPathFactory) -> Results:
    """The same, synced."""
    return next(run(tmp_path_factory.mktemp("whole"), SHIPPED, releases / COMPOSITE))


@pytest.fixture(scope="session")
def earlier(successive: tuple[Results, ...]) -> Results:
    """The first of two releases in a row."""
    return successive[0]


@pytest.fixture(scope="session")
def later(releases: Path, tmp_path_factory: pytest.TempPathFactory) -> Results:
    """A release of the next year, with the file that we ship."""
    return next(run(tmp_path_factory.mktemp("later"), SHIPPED, releases / "2025-08-04.tar.gz"))


@pytest.fixture(scope="session")
def groups(request: pytest.FixtureRequest) -> tuple[PublishedGroup, ...]:
    """The rule groups of a build or a sync, by the name of its fixture."""
    made: Built | Results = request.getfixturevalue(request.param)
    return (
        PublishedGroup.of_build(made) if isinstance(made, Built) else PublishedGroup.of_sync(made)
    )


either = pytest.mark.parametrize("groups", [*BUILT, *SYNCED], indirect=True)


# Nothing is lost.


def test_every_rule_of_the_composite_is_accounted_for(alert: Built, releases: Path) -> None:
    """Kept, discarded and off make up what the feed enables, and everything alerts."""
    feed = read_once(files_of(releases / COMPOSITE)).categories
    assert sum(category.disabled for category in feed) == 15_071
    assert sum(len(category.rules) for category in feed) == alert.enabled == 38_651
    assert alert.enabled == len(alert.kept) + len(alert.discarded)
    assert not alert.off
    assert not any(rule.setter for rule in alert.kept)
    assert len(alert.kept) == sum(len(group.rules) for group in PublishedGroup.of_build(alert))


@pytest.mark.parametrize("results", SYNCED)
def test_summary_accounts_for_every_rule(results: str, request: pytest.FixtureRequest) -> None:
    """Of the feed, of each rule group, by action and by reason."""
    found: Results = request.getfixturevalue(results)
    summary, groups = found.summary, PublishedGroup.of_sync(found)
    rules = summary["rules"]
    assert summary["feed"]["enabled"] == rules["enabled"] > 10_000
    assert rules["enabled"] == rules["kept"] + rules["discarded"] + rules["off"]
    told = {group["name"]: (group["rules"], group["bytes"]) for group in summary["rule_groups"]}
    assert told == {one.name: (len(one.rules), len(one.text.encode())) for one in groups}
    assert rules["kept"] == sum(len(group.rules) for group in groups)
    assert summary["actions"] == Counter(rule.action for one in groups for rule in one.rules)
    reasons = Counter(record["reason"] for record in found.records("discarded.jsonl"))
    assert summary["discarded"] == reasons
    assert {group.name for group in in_folder(found.folder)} == told.keys()


def test_discards_are_few_and_each_can_be_seen(alert: Built) -> None:
    """The reason stands in the rule's own text, and one rule has one reason."""
    assert {one.reason for one in alert.discarded} == {
        "unsupported-keyword",
        "unsupported-protocol",
        "flowbit-never-set",
    }
    settable = settable_in(PublishedGroup.of_build(alert))
    unseen = [one for one in alert.discarded if not is_justified(one, settable)]
    assert unseen == []
    sids = {one.rule.sid for one in alert.discarded}
    assert len(sids) == len(alert.discarded) < 100
    assert not sids & {rule.sid for rule in alert.kept}


# Nothing is published that the service would refuse.


@either
def test_no_published_rule_has_what_strict_order_refuses(
    groups: tuple[PublishedGroup, ...],
) -> None:
    """No classtype, priority or gid, no comment, no blank line, no line that is continued."""
    for rule in (rule for group in groups for rule in group.rules):
        assert rule.action in {"alert", "drop"}, rule
        assert not rule.unwanted, rule
        assert not rule.text.endswith("\\"), rule


@either
def test_every_variable_is_declared(groups: tuple[PublishedGroup, ...]) -> None:
    """And none that no rule of the group uses."""
    for group in groups:
        assert undeclared(group.rules, group.declared) == set(), group.name
        used = set().union(*(rule.variables for rule in group.rules))
        assert group.declared <= used, group.name


@either
def test_no_group_exceeds_a_limit_of_the_service(groups: tuple[PublishedGroup, ...]) -> None:
    """Characters, rules against capacity, and a sid once only."""
    for group in groups:
        content = group.text.encode()
        assert len(content) <= 2_000_000, group.name
        assert len(group.text.splitlines()) <= group.capacity <= 30_000, group.name
        assert max(map(len, content.split(b"\n"))) <= 8_175, group.name
    sids = Counter(rule.sid for group in groups for rule in group.rules)
    assert set(sids.values()) == {1}


@either
def test_setters_stand_before_their_checkers_in_one_group(
    groups: tuple[PublishedGroup, ...],
) -> None:
    """A flowbit's rules are never in two groups."""
    assert all(len(names) == 1 for names in bits_by_group(groups).values())
    assert not any(late_setters(group.rules) for group in groups)


@pytest.mark.engine
@pytest.mark.parametrize("engine", VERSIONS if THOROUGH else VERSIONS[:1], indirect=True)
def test_every_group_loads_in_the_real_engine(alert: Built, engine: Suricata) -> None:
    """Alone, with its own variables, one rule for each line; 7 without a warning."""
    for group in one_in(5, published(alert), "groups"):
        found = load_group(engine, group)
        assert (found.refusals, found.astray, found.errors) == ((), (), ()), group.name
        assert all(DOUBTED in warning for warning in found.warnings), group.name
        assert not found.warnings or engine.line == "8.0"


def test_what_suricata_8_refuses_is_repaired(alert: Built) -> None:
    """Three rules, and nothing else of them is touched."""
    repaired = [rule for rule in alert.kept if Change.FAST_PATTERN_REMOVED in rule.changes]
    assert {rule.sid for rule in repaired} == REPAIRED
    for rule in repaired:
        assert rule.rule.text.count("fast_pattern") == rule.text.count("fast_pattern") + 1


# Everything in drop mode.


def test_rules_that_only_mark_never_drop(drop: Built) -> None:
    """They would block traffic and say nothing."""
    rules = [rule for group in PublishedGroup.of_build(drop) for rule in group.rules]
    marking = [rule for rule in rules if rule.noalert]
    assert {rule.action for rule in marking} == {"alert"}
    discarded = [one for one in drop.discarded if "noalert" in one.rule.text]
    assert len(marking) + len(discarded) == NOALERT
    others = [rule for rule in rules if not rule.noalert]
    assert {rule.action for rule in others if not rule.alert_only} == {"drop"}
    assert {rule.action for rule in others if rule.alert_only} <= {"alert"}


def test_mode_changes_actions_alone(alert: Built, drop: Built) -> None:
    """The same rules are kept, with the same text behind the action."""
    assert {rule.action for rule in alert.kept} == {"alert"}
    alerts, drops = (
        {rule.sid: rule.text.partition(" ")[2] for rule in built.kept} for built in (alert, drop)
    )
    assert alerts == drops
    assert Counter(one.reason for one in alert.discarded) == Counter(
        one.reason for one in drop.discarded
    )


# The file that we ship.


@pytest.mark.parametrize("groups", ["shipped", *SYNCED], indirect=True)
def test_shipped_file_fits_one_policy(groups: tuple[PublishedGroup, ...]) -> None:
    """30,000 rules of capacity and 20 groups."""
    assert sum(group.capacity for group in groups) <= 30_000
    assert len(groups) <= 20
    actions = Counter(rule.action for group in groups for rule in group.rules)
    assert actions.total() > 9_000
    assert actions["drop"] > 100


def test_shipped_file_discards_nothing_for_want_of_room_or_a_value(shipped: Built) -> None:
    """Of the composite."""
    assert "over-budget" not in {one.reason for one in shipped.discarded}
    assert shipped.missing_variables == {}


@pytest.mark.parametrize("results", SYNCED)
def test_no_sync_discards_for_want_of_room_or_a_value(
    results: str, request: pytest.FixtureRequest
) -> None:
    """Of the other releases."""
    found: Results = request.getfixturevalue(results)
    assert "over-budget" not in found.summary["discarded"]
    assert found.summary["variables_missing"] == {}


def test_shipped_file_brings_in_what_its_rules_check(shipped: Built, earlier: Results) -> None:
    """Setters of off categories, as silent alerts."""
    brought = [rule.text for rule in shipped.kept if Change.SETTER_BROUGHT_IN in rule.changes]
    assert len(brought) == sum(rule.setter for rule in shipped.kept) > 50
    told = [
        record["after"]
        for record in earlier.records("changed.jsonl")
        if "setter-brought-in" in record["changes"]
    ]
    assert len(told) == earlier.summary["rules"]["setters_added"] > 50
    for text in (*brought, *told):
        assert (Published(text).action, Published(text).noalert) == ("alert", True)


# Successive releases.


def test_next_release_writes_only_what_changed(successive: tuple[Results, ...]) -> None:
    """A group is kept exactly where its text is the same; no other group is touched."""
    first, second = successive
    for results in successive:
        assert sum(group["capacity"] for group in results.summary["rule_groups"]) <= 30_000
        assert len([one for one in results.changes.values() if one != "delete"]) <= 20
    kept = {name for name, change in second.changes.items() if change == "keep"}
    same = {name for name, text in first.groups.items() if second.groups.get(name) == text}
    assert kept == same
    changes = Counter(second.changes.values())
    calls = second.summary["calls"]
    assert calls.get("UpdateRuleGroup", 0) == changes["update"]
    assert calls.get("CreateRuleGroup", 0) == changes["create"] + changes["replace"]
    assert calls.get("DeleteRuleGroup", 0) == changes["delete"] + changes["replace"]


def test_next_release_moves_no_rule_to_another_group(successive: tuple[Results, ...]) -> None:
    """A rule stays in its group, under a new name where the group was replaced."""
    renamed = {
        group["replaces"]: group["name"]
        for group in successive[1].summary["rule_groups"]
        if "replaces" in group
    }
    home, later = (
        {rule.sid: one.name for one in PublishedGroup.of_sync(made) for rule in one.rules}
        for made in successive
    )
    both = home.keys() & later.keys()
    assert len(both) > 10_000
    moved = [sid for sid in both if later[sid] != renamed.get(home[sid], home[sid])]
    assert moved == []
