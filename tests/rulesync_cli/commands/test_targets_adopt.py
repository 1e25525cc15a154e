"""`targets adopt`: a stack that served its own account goes on as one of many."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Final

import pytest
from support.account import BUCKET, call
from support.feeds import rule
from support.fleet import PILOT, PROD, FleetAccount, fleet_account
from support.fleet_snapshot import FleetSnapshot
from support.localaws import policy

ADOPT: Final = ("targets", "adopt", "pilot", "--yes")


@pytest.fixture(scope="module")
def set_up(tmp_path_factory: pytest.TempPathFactory) -> FleetSnapshot:
    """A stack that serves its own account: a staged rule, and two builds."""
    start = datetime.now(UTC) - timedelta(hours=5)
    folder = tmp_path_factory.mktemp("feed")
    with fleet_account(folder, start=start) as found, pytest.MonkeyPatch.context() as patch:
        patch.setenv("RULESYNC_POLICIES", "prod")
        found.hub.firewall.create_firewall_policy(
            FirewallPolicyName="prod", FirewallPolicy=policy()
        )
        found.hub.allow(max_shrink=1, categories={"emerging-malware": "drop"}, staging={"days": 7})
        for rules in ([rule(1)], [rule(1), rule(2)]):
            found.clock.time += timedelta(minutes=1)
            found.hub.sync(malware=rules)
        return FleetSnapshot.take(found)


@pytest.fixture
def stack(set_up: FleetSnapshot, monkeypatch: pytest.MonkeyPatch) -> Iterator[FleetAccount]:
    """It, in an account of the test's own."""
    monkeypatch.setenv("RULESYNC_POLICIES", "prod")
    with set_up.restored() as found:
        yield found


def test_target_goes_on_where_the_stack_was(stack: FleetAccount) -> None:
    """Its first build has nothing to do, and earlier builds can be put back."""
    first = stack.hub.builds[0]
    staged = json.loads(stack.hub.read("state/staging.json"))
    before = {key: stack.hub.read(key) for key in stack.hub.keys("")}
    done = call(*ADOPT)
    assert done.exit_code == 0, done.stderr
    assert "upload config/targets.yaml next" in done.stderr
    assert {key: stack.hub.read(key) for key in before} == before
    stack.name_targets(PILOT)
    mark = len(stack.hub.aws.calls)
    assert stack.round() == {"pilot": "unchanged"}
    assert not [one for one in stack.hub.since(mark) if not one.startswith(("Desc", "List"))]
    assert stack.state("pilot", "state/staging.json")["since"] == staged["since"]
    assert call("rollback", first, "--target", "pilot", "--yes").exit_code == 0
    assert stack.rules(PILOT) == 1


def test_what_belongs_to_all_is_not_copied(stack: FleetAccount) -> None:
    """Feeds and their state, editions, and what functions told last."""
    stack.hub.put("hits/2030-01-01.jsonl.gz", "x")
    for key in ("state/rings.json", "state/told-build.json", "state/feeds.json", "state/x.json"):
        stack.hub.put(key, "{}")
    assert call(*ADOPT).exit_code == 0
    copied = {key.removeprefix("targets/pilot/") for key in stack.hub.keys("targets/pilot/")}
    assert {"latest.json", "state/staging.json", "state/x.json"} <= copied
    assert not {"state/rings.json", "state/told-build.json", "state/feeds.json"} & copied
    tops = {"builds", "discarded", "hits", "latest.json", "state"}
    assert {key.split("/")[0] for key in copied} == tops


def test_later_build_of_the_stack_is_copied_too(stack: FleetAccount) -> None:
    """As long as the target has none of its own."""
    assert call(*ADOPT).exit_code == 0
    stack.clock.time += timedelta(minutes=1)
    stack.hub.sync(malware=[rule(1), rule(2), rule(3)])
    told = json.loads(call(*ADOPT, "--json").stdout)
    assert (told["name"], told["build"], told["named"]) == ("pilot", stack.hub.builds[-1], False)
    assert stack.state("pilot", "latest.json") == stack.hub.latest()
    stack.name_targets(PILOT)
    named = call(*ADOPT)
    assert "its next build continues from there" in named.stderr
    stack.round()
    late = call(*ADOPT)
    assert (late.exit_code, "has files of a target of that name" in late.stderr) == (1, True)


def test_what_makes_no_sense_is_refused(stack: FleetAccount) -> None:
    """And nothing is written."""
    before = stack.hub.keys("")
    bad = call("targets", "adopt", "a/b", "--yes")
    assert (bad.exit_code, "no target can have the name 'a/b'" in bad.stderr) == (1, True)
    unasked = call(*ADOPT[:-1])
    assert (unasked.exit_code, "there is no terminal" in unasked.stderr) == (1, True)
    assert stack.hub.keys("") == before
    stack.name_targets(PROD)
    away = call("targets", "adopt", "us-prod", "--yes")
    assert (away.exit_code, "it is in another account" in away.stderr) == (1, True)
    stack.hub.s3.delete_object(Bucket=BUCKET, Key="latest.json")
    empty = call(*ADOPT)
    assert (empty.exit_code, "nothing to copy" in empty.stderr) == (1, True)
    assert not stack.hub.keys("targets/")


def test_it_asks_first(stack: FleetAccount, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the build up to which it copies."""
    monkeypatch.setattr("rulesync_cli.consent.is_attended", lambda: True)
    asked = call(*ADOPT[:-1], typed="n\n")
    assert f"up to build {stack.hub.builds[-1]}, to targets/pilot/? [y/N]" in asked.stderr
    assert (asked.exit_code, stack.hub.keys("targets/")) == (1, [])
