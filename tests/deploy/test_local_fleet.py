"""A fleet for real: three targets in two accounts and two regions, by the stack's state machine."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

import pytest
from support.deploy import ALLOWLIST, ROOT, Stack, local_aws
from support.deployed_fleet import (
    EU,
    NAMES,
    ROLE,
    US,
    DeployedFleet,
    let_in,
    operator,
    queue_of,
)

from rules_lib.bucket import FLEET_REPORT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from support.deployed_fleet import FleetAct

pytestmark = pytest.mark.sam

HUB: Final = {"Targets": "true", "TargetRoles": ROLE, "MakeFirewallPolicy": "true"}


@pytest.fixture(scope="session")
def fleet(
    tmp_path_factory: pytest.TempPathFactory, feeds: tuple[str, ...], template: Path
) -> Iterator[DeployedFleet]:
    """The hub is deployed, the other account lets it in, and no target is named yet."""
    folder = tmp_path_factory.mktemp("fleet")
    with local_aws(folder, longest_wait=0.1) as endpoint:
        hub = Stack(endpoint, folder, template, operator(endpoint))
        hub.deploy(FeedUrl=feeds[0], **HUB)
        let_in(hub)
        found = DeployedFleet(hub, queue_of(endpoint, hub.outputs["TopicArn"]))
        found.make_policy(US)
        found.make_policy(EU)
        hub.until("the hub's own groups, as there are no targets yet", hub.latest)
        found.told()
        yield found


@pytest.fixture(scope="session")
def piloted(fleet: DeployedFleet) -> FleetAct:
    """First act: somebody uploads the file of targets."""
    return fleet.round_after(fleet.name_targets)


@pytest.fixture(scope="session")
def baked(piloted: FleetAct) -> FleetAct:
    """Second act: a day has passed, and the schedule comes round."""
    piloted.fleet.let_a_day_pass("pilot")
    return piloted.fleet.round_on_schedule()


@pytest.fixture(scope="session")
def edited(baked: FleetAct) -> FleetAct:
    """Third act: an edit of the allowlist."""
    text = (ROOT / "examples" / "categories.yaml").read_bytes()
    return baked.fleet.round_after(lambda: baked.fleet.stack.write(ALLOWLIST, text))


@pytest.fixture(scope="session")
def promoted(edited: FleetAct) -> FleetAct:
    """Fourth act: the rest is let have the edit at once; but one target's policy is gone."""
    fleet = edited.fleet
    fleet.client("network-firewall", US).delete_firewall_policy(FirewallPolicyName="prod")
    return fleet.round_after(lambda: fleet.stack.rulesync("promote", "--ring", 1, "--yes"))


@pytest.fixture(scope="session")
def mended(promoted: FleetAct) -> FleetAct:
    """Fifth act: the policy is back, and the schedule comes round."""
    promoted.fleet.make_policy(US)
    return promoted.fleet.round_on_schedule()


def test_pilot_has_the_rules_first(piloted: FleetAct) -> None:
    """In the stack's own account; the others have nothing yet."""
    assert piloted.results == {"pilot": "applied"}
    assert piloted.states == {"pilot": "baking", "us-prod": "waiting", "eu-prod": "waiting"}
    assert piloted.groups["pilot"]
    assert (piloted.groups["us-prod"], piloted.groups["eu-prod"]) == ({}, {})


def test_what_has_baked_goes_to_the_other_account_in_both_regions(baked: FleetAct) -> None:
    """By the role that template-target.yaml made; the pilot is left alone."""
    assert baked.results == {"pilot": "applied", "us-prod": "applied", "eu-prod": "applied"}
    assert set(baked.states.values()) == {"in force"}
    assert baked.groups["us-prod"] == baked.groups["eu-prod"] == baked.groups["pilot"]
    assert baked.told == ["rulesync: 2 targets updated"]


def test_edit_waits_behind_the_pilot(baked: FleetAct, edited: FleetAct) -> None:
    """It bakes there for a day."""
    assert edited.states == {"pilot": "baking", "us-prod": "in force", "eu-prod": "in force"}
    assert edited.groups["pilot"] != baked.groups["pilot"]
    assert edited.groups["us-prod"] == baked.groups["us-prod"]


def test_promotion_reaches_all_but_the_target_that_fails(
    edited: FleetAct, promoted: FleetAct
) -> None:
    """Which is tried three times, and told of with its cause."""
    assert promoted.results["us-prod"] == "failed"
    assert promoted.results["eu-prod"] == "applied"
    assert promoted.events.count("TaskFailed") == 3
    assert promoted.groups["eu-prod"] == edited.groups["pilot"]
    assert promoted.groups["us-prod"] == edited.groups["us-prod"]
    assert promoted.states == {"pilot": "in force", "us-prod": "failing", "eu-prod": "in force"}
    assert promoted.told == ["rulesync: 1 of 3 targets failed; 1 target updated"]


def test_page_of_all_targets_leads_to_each_build(promoted: FleetAct) -> None:
    """What needs people is at its top."""
    page = (promoted.fleet.stack.read(FLEET_REPORT) or b"").decode()
    assert "1 target needs attention" in page
    assert all(name in page for name in NAMES)


def test_target_that_was_mended_catches_up(mended: FleetAct) -> None:
    """With the next round, whoever mended it."""
    assert mended.results["us-prod"] == "applied"
    assert mended.groups["us-prod"] == mended.groups["pilot"]
    assert mended.fleet.attached(US) == set(mended.groups["us-prod"])
    assert set(mended.states.values()) == {"in force"}


def test_rollback_of_one_target_holds_it_alone(baked: FleetAct, mended: FleetAct) -> None:
    """By the command of somebody whom the other account lets in too."""
    fleet = mended.fleet
    builds = json.loads(fleet.stack.rulesync("builds", "--target", "eu-prod", "--json"))["builds"]
    first = min(build["build"] for build in builds)
    fleet.stack.rulesync("rollback", "--target", "eu-prod", first, "--yes")
    assert fleet.groups(EU) == baked.groups["eu-prod"]
    assert fleet.groups(US) == mended.groups["us-prod"]
    table = json.loads(fleet.stack.rulesync("targets", "--json", codes=(0, 1, 2)))["targets"]
    assert {row["name"]: row["state"] for row in table} == {
        "pilot": "in force",
        "us-prod": "in force",
        "eu-prod": "held",
    }
