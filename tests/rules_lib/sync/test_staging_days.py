"""Staging on an account: what is recorded when, and what a rule is day after day."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from support.account import Account, account, world
from support.feeds import rule

from rules_lib.bucket import STAGING
from rules_lib.report.summary import Summary
from rules_lib.rollback.run import resume, rollback
from rules_lib.sync.run import sync, sync_if_changed
from rules_lib.sync.settled import InputsUnchanged

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from rules_lib.state.hold import Hold
    from rules_lib.world import World

MALWARE = "et-emerging-malware"
OLD = rule(1, "metadata:created_at 2020_01_31; ")
FIRST = datetime(2100, 1, 1, 12, tzinfo=UTC)
"""Long after anything was changed."""


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Account]:
    """An account in which one old rule drops and one new rule is staged."""
    with account(tmp_path, RULESYNC_POLICIES="perimeter") as found:
        found.create_policy("perimeter", {})
        found.allow(staging={"days": 7}, categories={"emerging-malware": "drop"})
        found.publish(malware=[OLD, rule(2)])
        assert isinstance(tick(found, 0), Summary)
        yield found


def at(running: Account, day: int, minute: int = 0) -> World:
    """The world, so many days later."""
    return replace(world(running), now=FIRST + timedelta(days=day, minutes=minute))


def tick(running: Account, day: int, minute: int = 0) -> Summary | Hold | InputsUnchanged:
    """A scheduled sync, so many days later."""
    seen = at(running, day, minute)
    return sync_if_changed(seen, sync)


def actions(running: Account) -> dict[int, str]:
    """Sid -> action of what is in force."""
    lines = running.text(MALWARE).splitlines()
    return {int(line.rpartition("sid:")[2].partition(";")[0]): line.split()[0] for line in lines}


def recorded(running: Account) -> dict[str, Any]:
    """The record."""
    found: dict[str, Any] = json.loads(running.read(STAGING))
    return found


def test_new_rule_is_recorded_before_it_is_put_in_force(running: Account) -> None:
    """The old one drops, as the account is new."""
    assert actions(running) == {1: "drop", 2: "alert"}
    assert recorded(running)["since"] == {"2100-01-01": [2]}
    assert running.latest()["staging"] == recorded(running)["build"]
    writes = [key for call, key in running.journal if call == "PutObject"]
    assert writes.index(STAGING) < next(i for i, key in enumerate(writes) if "/plan.json" in key)


def test_rule_turns_on_its_day_and_the_shortcut_of_the_day_does_not_stop_it(
    running: Account,
) -> None:
    """Though nothing else has changed for a week."""
    tick(running, 0, 1)
    assert isinstance(tick(running, 0, 2), InputsUnchanged)
    for day in range(1, 7):
        tick(running, day)
        assert isinstance(tick(running, day, 1), InputsUnchanged)
        assert actions(running)[2] == "alert"
    turned = tick(running, 7)
    assert isinstance(turned, Summary)
    assert (turned.changes.drops.first, actions(running)[2]) == ({2: "rule 2"}, "drop")
    assert recorded(running)["since"] == {}


def test_lost_record_is_noticed_at_once_and_said(running: Account) -> None:
    """The staged rule begins again; the one that drops goes on."""
    tick(running, 5)
    tick(running, 5, 1)
    running.s3.delete_object(Bucket=world(running).store.bucket, Key=STAGING)
    found = tick(running, 5, 2)
    assert isinstance(found, Summary)
    assert [line for line in found.warnings if line.startswith(STAGING)]
    assert recorded(running)["since"] == {"2100-01-06": [2]}
    tick(running, 11)
    assert actions(running) == {1: "drop", 2: "alert"}
    tick(running, 12)
    assert actions(running) == {1: "drop", 2: "drop"}


def test_damaged_record_is_as_good_as_none(running: Account) -> None:
    """With a warning that says what follows."""
    running.put(STAGING, '{"build": "x", "since": {"2100-01-01": [2')
    found = tick(running, 1)
    assert isinstance(found, Summary)
    assert any("staged alert for all their days again" in line for line in found.warnings)
    assert recorded(running)["since"] == {"2100-01-02": [2]}


def test_rollback_ends_in_the_cautious_direction(running: Account) -> None:
    """What it puts back as an alert alerts for all its days again."""
    first = running.latest()["build"]
    tick(running, 7)
    assert actions(running)[2] == "drop"
    rollback(at(running, 8), first)
    assert actions(running)[2] == "alert"
    resume(world(running).store)
    tick(running, 9)
    assert (actions(running), recorded(running)["since"]) == (
        {1: "drop", 2: "alert"},
        {"2100-01-10": [2]},
    )


def test_group_that_somebody_deleted_comes_back_as_it_was(running: Account) -> None:
    """Its rules are known from the last build's files, so nothing is staged again."""
    tick(running, 7)
    policy = running.firewall.describe_firewall_policy(FirewallPolicyName="perimeter")
    running.firewall.update_firewall_policy(
        FirewallPolicyName="perimeter",
        FirewallPolicy=dict(policy["FirewallPolicy"], StatefulRuleGroupReferences=[]),
        UpdateToken=policy["UpdateToken"],
    )
    running.firewall.delete_rule_group(RuleGroupName=MALWARE, Type="STATEFUL")
    tick(running, 8)
    assert actions(running) == {1: "drop", 2: "drop"}


def test_account_of_an_earlier_version_is_not_unblocked(running: Account) -> None:
    """Its rules drop, and nothing was recorded; staging begins with what comes then."""
    tick(running, 7)
    running.s3.delete_object(Bucket=world(running).store.bucket, Key=STAGING)
    latest = {key: value for key, value in running.latest().items() if key != "staging"}
    running.put("latest.json", json.dumps(latest))
    running.publish(malware=[OLD, rule(2), rule(3)])
    found = tick(running, 8)
    assert isinstance(found, Summary)
    assert actions(running) == {1: "drop", 2: "drop", 3: "alert"}
    assert not [line for line in found.warnings if STAGING in line]
