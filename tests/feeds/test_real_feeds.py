"""Real releases of ET Open: nothing is lost, nothing is published that the service would refuse.

Each release is synced once for all tests that look at it: its fixtures have the session's scope, as
those of a module are made again for each version of the engine.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from pathlib import Path

import pytest
from support.releases import (
    COMPOSITE,
    SHIPPED,
    allowlist_of_all,
    bits_by_group,
    built_from,
    is_justified,
    late_setters,
    rules_of,
    run,
    settable_in,
    undeclared,
)
from support.results import Results, by_sid
from support.samples import THOROUGH, one_in

from rules_lib.build import Built
from rulesync_cli.verify.load import load_group
from rulesync_cli.verify.sources import in_folder
from rulesync_cli.verify.suricata import VERSIONS, Suricata

pytestmark = pytest.mark.feeds

REPAIRED = {2034585, 2044245, 2044247}
"""Sids whose fast_pattern is taken out, as Suricata 8 would refuse them with it."""

DOUBTED = "duplicate instance for tls.cert_subject in"
"""What Suricata 8 says of rules, two of the composite, that use a buffer twice; it loads them."""

SHIPS = ("shipped", "earlier", *["later"] * THOROUGH)
"""The releases that are synced with the file that we ship."""

NOALERT = 406
"""Rules of the composite that only mark a flow, as counted when it was put together."""


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the runs leave their results."""
    return tmp_path_factory.mktemp("real")


@pytest.fixture(scope="session")
def alert(releases: Path, folder: Path) -> Results:
    """The composite with everything in alert mode, and room for all of it."""
    config = allowlist_of_all(folder, "alert")
    return next(run(folder / "alert", config, releases / COMPOSITE))


@pytest.fixture(scope="session")
def drop(releases: Path) -> Built:
    """The same with everything in drop mode, built and not synced."""
    return built_from(releases / COMPOSITE, "drop")


@pytest.fixture(scope="session")
def blocking(drop: Built) -> dict[str, str]:
    """Each of its rule groups' text by its name."""
    return {group.name: group.text for group in drop.groups}


@pytest.fixture(scope="session")
def earlier(successive: tuple[Results, ...]) -> Results:
    """The first of two releases in a row."""
    return successive[0]


@pytest.fixture(scope="session")
def later(releases: Path, folder: Path) -> Results:
    """A release of the next year, with the file that we ship."""
    return next(run(folder / "later", SHIPPED, releases / "2025-08-04.tar.gz"))


# Everything in alert mode: nothing is lost.


def test_every_rule_of_the_feed_is_accounted_for(alert: Results) -> None:
    """Kept, discarded and off make up what the feed enables."""
    summary = alert.summary
    rules = summary["rules"]
    assert (summary["feed"]["enabled"], summary["feed"]["disabled"]) == (38_651, 15_071)
    assert rules["enabled"] == 38_651 == rules["kept"] + rules["discarded"] + rules["off"]
    assert rules["off"] == rules["setters_added"] == 0
    assert rules["kept"] == sum(group["rules"] for group in summary["rule_groups"])
    assert rules["kept"] == sum(len(rules_of(text)) for text in alert.groups.values())
    assert summary["actions"] == {"alert": rules["kept"]}


def test_discards_are_few_and_each_can_be_seen(alert: Results) -> None:
    """The reason stands in the rule's own text, and one rule has one reason."""
    records = alert.records("discarded.jsonl")
    assert alert.summary["discarded"] == Counter(record["reason"] for record in records)
    assert set(alert.summary["discarded"]) == {
        "unsupported-keyword",
        "unsupported-protocol",
        "flowbit-never-set",
    }
    settable = settable_in(alert.groups)
    assert [record["sid"] for record in records if not is_justified(record, settable)] == []
    assert len({record["sid"] for record in records}) == len(records) < 100
    assert not {record["sid"] for record in records} & alert.published.keys()


def test_no_published_rule_has_what_strict_order_refuses(alert: Results) -> None:
    """No classtype, priority or gid, no comment, no blank line, no line that is continued."""
    for text in alert.groups.values():
        for line, rule in zip(text.splitlines(), rules_of(text), strict=True):
            assert rule.action == "alert", line
            assert not rule.unwanted, line
            assert not line.endswith("\\"), line


def test_every_variable_is_declared(alert: Results) -> None:
    """And none that no rule of the group uses."""
    for group in alert.summary["rule_groups"]:
        rules = rules_of(alert.groups[group["name"]])
        assert undeclared(rules, group["variables"]) == set(), group["name"]
        used = set().union(*(rule.variables for rule in rules))
        assert group["variables"].keys() <= used, group["name"]


@pytest.mark.parametrize("results", ["alert", *SHIPS])
def test_no_group_exceeds_a_limit_of_the_service(
    results: str, request: pytest.FixtureRequest
) -> None:
    """Characters, rules against capacity, and a sid once only (`by_sid` sees to that)."""
    found: Results = request.getfixturevalue(results)
    assert found.groups.keys() == {group["name"] for group in found.summary["rule_groups"]}
    for group in found.summary["rule_groups"]:
        text = found.groups[group["name"]]
        assert group["bytes"] == len(text.encode())
        assert group["rules"] == len(text.splitlines())
        assert is_within_limits(text, group["capacity"])
    assert len(found.published) == found.summary["rules"]["kept"]


def is_within_limits(text: str, capacity: int) -> bool:
    """Whether the service takes a group of this text."""
    return (
        len(text.encode()) <= 2_000_000
        and len(text.splitlines()) <= capacity <= 30_000
        and max(map(len, text.encode().split(b"\n"))) <= 8_175
    )


def test_no_group_that_drops_exceeds_a_limit_either(drop: Built) -> None:
    """And a rule that drops is there once only."""
    assert all(is_within_limits(group.text, group.capacity) for group in drop.groups)
    assert len(by_sid("".join(group.text for group in drop.groups))) == len(drop.kept)


@pytest.mark.parametrize("results", ["alert", *SHIPS])
def test_setters_stand_before_their_checkers_in_one_group(
    results: str, request: pytest.FixtureRequest
) -> None:
    """A flowbit's rules are never in two groups."""
    found: Results = request.getfixturevalue(results)
    assert are_in_order(found.groups)


def are_in_order(groups: Mapping[str, str]) -> bool:
    """Whether each flowbit's rules are in one group, and the setters first."""
    together = all(len(names) == 1 for names in bits_by_group(groups).values())
    return together and not any(late_setters(rules_of(text)) for text in groups.values())


def test_setters_of_rules_that_drop_stand_before_them(blocking: dict[str, str]) -> None:
    """In one group, as those of rules that alert."""
    assert are_in_order(blocking)


@pytest.mark.engine
@pytest.mark.parametrize("engine", VERSIONS if THOROUGH else VERSIONS[:1], indirect=True)
def test_every_group_loads_in_the_real_engine(alert: Results, engine: Suricata) -> None:
    """Alone, with its own variables, one rule for each line; 7 without a warning."""
    groups = in_folder(alert.folder)
    assert {group.name for group in groups} == alert.groups.keys()
    for group in one_in(5, groups, "groups"):
        found = load_group(engine, group)
        assert (found.refusals, found.astray, found.errors) == ((), (), ()), group.name
        assert all(DOUBTED in warning for warning in found.warnings), group.name
        assert not found.warnings or engine.line == "8.0"


def test_what_suricata_8_refuses_is_repaired(alert: Results) -> None:
    """Three rules, and nothing else of them is touched."""
    changed = {one["sid"]: one for one in alert.records("changed.jsonl")}
    repaired = {sid for sid, one in changed.items() if "fast-pattern-removed" in one["changes"]}
    assert repaired == REPAIRED
    for sid in repaired:
        before, after = changed[sid]["before"], changed[sid]["after"]
        assert before.count("fast_pattern") == after.count("fast_pattern") + 1


# Everything in drop mode.


def test_rules_that_only_mark_never_drop(drop: Built, blocking: dict[str, str]) -> None:
    """They would block traffic and say nothing."""
    rules = [rule for text in blocking.values() for rule in rules_of(text)]
    marking = [rule for rule in rules if rule.noalert]
    assert {rule.action for rule in marking} == {"alert"}
    discarded = [one for one in drop.discarded if "noalert" in one.rule.text]
    assert len(marking) + len(discarded) == NOALERT
    others = [rule for rule in rules if not rule.noalert]
    assert {rule.action for rule in others if not rule.alert_only} == {"drop"}
    assert {rule.action for rule in others if rule.alert_only} <= {"alert"}


def test_mode_changes_actions_alone(alert: Results, drop: Built, blocking: dict[str, str]) -> None:
    """The same rules are kept, with the same text behind the action."""
    published = by_sid("".join(blocking.values()))
    assert alert.published.keys() == published.keys()
    assert alert.summary["discarded"] == Counter(one.reason for one in drop.discarded)
    for sid, text in alert.published.items():
        assert text.partition(" ")[2] == published[sid].partition(" ")[2]


# The file that we ship.


@pytest.mark.parametrize("results", SHIPS)
def test_shipped_file_fits_one_policy(results: str, request: pytest.FixtureRequest) -> None:
    """30,000 rules of capacity and 20 groups, with nothing discarded for want of room."""
    found: Results = request.getfixturevalue(results)
    groups = found.summary["rule_groups"]
    assert sum(group["capacity"] for group in groups) <= 30_000
    assert len(groups) <= 20
    assert "over-budget" not in found.summary["discarded"]
    assert found.summary["variables_missing"] == {}
    assert found.summary["rules"]["kept"] > 9_000
    assert found.summary["actions"]["drop"] > 100


def test_shipped_file_brings_in_what_its_rules_check(shipped: Results) -> None:
    """Setters of off categories, as silent alerts."""
    brought = [
        record
        for record in shipped.records("changed.jsonl")
        if "setter-brought-in" in record["changes"]
    ]
    assert len(brought) == shipped.summary["rules"]["setters_added"] > 50
    for record in brought:
        [rule] = rules_of(record["after"])
        assert (rule.action, rule.noalert) == ("alert", True)


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
        {sid: name for name, text in one.groups.items() for sid in by_sid(text)}
        for one in successive
    )
    both = home.keys() & later.keys()
    assert len(both) > 10_000
    moved = [sid for sid in both if later[sid] != renamed.get(home[sid], home[sid])]
    assert moved == []
