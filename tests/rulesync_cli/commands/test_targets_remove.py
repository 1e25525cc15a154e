"""`targets remove`: what is asked, what goes, what stays, and what is refused."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import pytest
from support.account import BUCKET, call
from support.feeds import allowlist, rule
from support.fleet import ASIA, PILOT, POLICY, PROD, FleetAccount, fleet_account
from support.fleet_snapshot import FleetSnapshot
from support.localaws import content
from support.next_generation import ips_texts, make_next, next_attached

from functions.build import app as build_app

DROPS: Final = {"emerging-malware": "drop", "emerging-info": "alert"}
NAMES: Final = {"et-emerging-malware", "et-emerging-info"}
KEEP: Final = ("targets", "remove", "us-prod", "--groups", "keep")
DELETE: Final = ("targets", "remove", "us-prod", "--groups", "delete")
YES: Final = (*DELETE, "--yes")


@pytest.fixture(scope="module")
def set_up(tmp_path_factory: pytest.TempPathFactory) -> FleetSnapshot:
    """Three targets, all of which have a rule that blocks and one that alerts."""
    start = datetime.now(UTC) - timedelta(hours=1)
    with fleet_account(tmp_path_factory.mktemp("feed"), start=start) as found:
        found.hub.allow(max_shrink=1, categories=DROPS)
        found.hub.publish(malware=[rule(1), rule(2)], info=[rule(3)])
        found.name_targets(PILOT, PROD, ASIA, hours=0)
        found.round()
        found.round()
        return FleetSnapshot.take(found)


@pytest.fixture
def fleet(set_up: FleetSnapshot) -> Iterator[FleetAccount]:
    """They, in an account of the test's own."""
    with set_up.restored() as found:
        yield found


def named(fleet: FleetAccount) -> list[str]:
    """The targets that the file names."""
    return [one["name"] for one in json.loads(fleet.hub.read("config/targets.yaml"))["targets"]]


def test_groups_stay_in_force(fleet: FleetAccount) -> None:
    """Nothing is asked of the account; the round goes on with the others."""
    mark = len(fleet.hub.aws.calls)
    done = call(*KEEP, "--yes")
    assert done.exit_code == 0, done.stderr
    assert "its rule groups (2 by its newest build) stay in force as they are" in done.stdout
    assert "stay in force as they are: et-emerging-malware, et-emerging-info. s3:" in done.stderr
    assert '-{"version"' in done.stdout.replace("- {", "-{")
    assert f"s3://{BUCKET}/targets/us-prod/ stays" in done.stderr
    assert len(fleet.hub.aws.calls) == mark
    assert named(fleet) == ["pilot", "asia"]
    assert fleet.attached(PROD) == NAMES
    assert fleet.round().keys() == {"pilot", "asia"}


def test_groups_are_deleted_and_what_blocked_is_told_before(fleet: FleetAccount) -> None:
    """Every rule that no longer blocks, each policy, and nothing of the other targets."""
    fleet.client(PROD).create_firewall(
        FirewallName="wall",
        FirewallPolicyArn=_policy(fleet, PROD)["FirewallPolicyResponse"]["FirewallPolicyArn"],
        VpcId="vpc-1",
        SubnetMappings=[{"SubnetId": "subnet-1"}],
    )
    told = call(*DELETE, "--yes")
    assert told.exit_code == 0, told.stderr
    shown = told.stdout
    assert "us-prod: us-west-2, account 444455556666" in shown
    assert "2 rules no longer block" in shown
    assert "drop -> gone" in shown
    assert f"policy {POLICY}: update in one call; - et-emerging-malware, et-emerging-info" in shown
    assert f"1 firewall of policy {POLICY} will inspect traffic without these rules" in shown
    assert "2 rules will no longer block, and no rule takes their place" in shown
    assert fleet.groups(PROD) == {}
    assert fleet.attached(PROD) == set()
    for other in (PILOT, ASIA):
        assert fleet.attached(other) == set(fleet.groups(other)) == NAMES
    assert named(fleet) == ["pilot", "asia"]
    assert fleet.hub.keys("targets/us-prod/builds/")
    for key in ("latest.json", "state/standing.json", "state/settled.json", "state/turn.json"):
        assert not fleet.hub.has(f"targets/us-prod/{key}")


def _policy(fleet: FleetAccount, target: dict[str, Any]) -> dict[str, Any]:
    found = fleet.client(target).describe_firewall_policy(FirewallPolicyName=POLICY)
    return dict(found)


def test_policies_are_updated_before_a_group_goes(fleet: FleetAccount) -> None:
    """In one call each; no policy ever refers to a group that is gone."""
    mark = len(fleet.hub.aws.calls)
    assert call(*YES).exit_code == 0
    writes = [one for one in fleet.hub.aws.calls[mark:] if one.action.startswith(("Up", "Del"))]
    assert [one.action for one in writes] == ["UpdateFirewallPolicy", *["DeleteRuleGroup"] * 2]


def test_groups_of_others_stay(fleet: FleetAccount) -> None:
    """Those without our tags, by whatever name, in the policy and out of it."""
    client = fleet.client(PROD)
    made = client.create_rule_group(
        RuleGroupName="et-ours", Type="STATEFUL", Capacity=10, RuleGroup=content(rule(99))
    )
    found = _policy(fleet, PROD)
    arn = made["RuleGroupResponse"]["RuleGroupArn"]
    changed = found["FirewallPolicy"]
    changed["StatefulRuleGroupReferences"].append({"ResourceArn": arn, "Priority": 7})
    client.update_firewall_policy(
        FirewallPolicyName=POLICY, FirewallPolicy=changed, UpdateToken=found["UpdateToken"]
    )
    assert call(*YES).exit_code == 0
    assert set(fleet.groups(PROD)) == fleet.attached(PROD) == {"et-ours"}


def test_group_in_a_policy_that_is_not_named_stops_it(fleet: FleetAccount) -> None:
    """That policy would lose it in silence."""
    found = _policy(fleet, PROD)["FirewallPolicy"]
    fleet.client(PROD).create_firewall_policy(FirewallPolicyName="other", FirewallPolicy=found)
    refused = call(*YES)
    assert refused.exit_code == 1
    assert "used by a firewall policy that it does not name; nothing was changed" in refused.stderr
    assert fleet.attached(PROD) == NAMES
    assert named(fleet) == ["pilot", "us-prod", "asia"]


def test_nothing_is_written_unasked(fleet: FleetAccount) -> None:
    """No terminal and no --yes: it does not begin; nor does it without a word about the groups."""
    fleet.hub.forget()
    refused = call(*DELETE)
    assert (refused.exit_code, "there is no terminal" in refused.stderr) == (1, True)
    unsaid = call("targets", "remove", "us-prod", "--yes")
    assert (unsaid.exit_code, "Missing option '--groups'" in unsaid.stderr) == (2, True)
    assert fleet.hub.writes() == []


def test_answer_is_awaited(fleet: FleetAccount, monkeypatch: pytest.MonkeyPatch) -> None:
    """With all that goes before it; no means no."""
    monkeypatch.setattr("rulesync_cli.consent.is_attended", lambda: True)
    fleet.hub.forget()
    asked = call(*DELETE, "--json", typed="n\n")
    question = "remove us-prod from config/targets.yaml, and delete 2 rule groups? [y/N]"
    assert question in asked.stderr
    assert asked.stderr.index("2 rules will no longer block") < asked.stderr.index(question)
    assert (asked.exit_code, fleet.hub.writes()) == (1, [])
    assert "remove us-prod from config/targets.yaml? [y/N]" in call(*KEEP, typed="n\n").stderr


def test_removal_as_json(fleet: FleetAccount) -> None:
    """What went, for programs."""
    assert fleet.attached(PROD) == NAMES
    told = json.loads(call(*YES, "--json").stdout)
    assert (told["target"], told["groups"], told["no_longer_block"]) == ("us-prod", "delete", 2)
    assert told["staying"] == []
    assert {one["name"] for one in told["steps"]} == NAMES
    assert {one["change"] for one in told["steps"]} == {"delete"}
    assert told["policies"][0]["rule_groups"] == []
    assert told["folder"] == f"s3://{BUCKET}/targets/us-prod/"


def test_groups_that_stayed_are_deleted_later(fleet: FleetAccount) -> None:
    """By the note of where they are; and again, there is nothing to do."""
    fleet.name_targets(PILOT, {**PROD, "alert_logs": "alerts"}, ASIA, hours=0)
    assert call(*KEEP, "--yes").exit_code == 0
    assert call(*KEEP, "--yes").exit_code == 0
    assert fleet.attached(PROD) == NAMES
    later = call(*YES)
    assert (later.exit_code, fleet.groups(PROD), fleet.attached(PROD)) == (0, {}, set())
    assert "config/targets.yaml does not name it any more" in later.stdout
    mark = len(fleet.hub.aws.calls)
    again = call(*YES)
    assert (again.exit_code, "no rule group of it is there" in again.stdout) == (0, True)
    assert not {"UpdateFirewallPolicy", "DeleteRuleGroup"} & set(fleet.hub.since(mark))


def test_target_that_was_taken_out_by_hand_is_known_by_its_standing(fleet: FleetAccount) -> None:
    """Where its newest build was, and its policies."""
    fleet.name_targets(PILOT, ASIA, hours=0)
    assert call(*YES).exit_code == 0
    assert (fleet.groups(PROD), fleet.attached(PROD)) == ({}, set())


def test_target_that_was_renamed_by_hand_keeps_its_groups(fleet: FleetAccount) -> None:
    """They are another's by now."""
    fleet.name_targets(PILOT, {**PROD, "name": "usa"}, ASIA, hours=0)
    fleet.round()
    refused = call(*YES)
    assert refused.exit_code == 1
    assert "the rule groups et-… of us-prod are those of usa too" in refused.stderr
    assert fleet.attached(PROD) == NAMES


def test_newer_build_counts_before_an_older_note(fleet: FleetAccount) -> None:
    """A target that was removed, named again elsewhere, and taken out by hand."""
    assert call(*YES).exit_code == 0
    moved = {**PROD, "region": "eu-west-1"}
    fleet.clock.time += timedelta(hours=2)
    fleet.name_targets(PILOT, moved, ASIA, hours=0)
    fleet.round()
    fleet.round()
    assert fleet.attached(moved) == NAMES
    fleet.name_targets(PILOT, ASIA, hours=0)
    assert call(*YES).exit_code == 0
    assert fleet.groups(moved) == {}


def test_target_that_comes_again_bakes_anew(fleet: FleetAccount) -> None:
    """And has its rules in force again; the file is what counts, not the note."""
    assert call(*YES).exit_code == 0
    fleet.name_targets(PILOT, PROD, ASIA, hours=0)
    assert fleet.round()["us-prod"] == "applied"
    assert fleet.attached(PROD) == NAMES
    assert fleet.state("us-prod")["since"] == fleet.clock.time.isoformat()


def test_only_target_stays(fleet: FleetAccount) -> None:
    """A file without one is none; once people deleted it, another account's groups may go."""
    fleet.name_targets(PROD, hours=0)
    refused = call(*YES)
    assert (refused.exit_code, "us-prod is the only target" in refused.stderr) == (1, True)
    fleet.hub.s3.delete_object(Bucket=BUCKET, Key="config/targets.yaml")
    own = call("targets", "remove", "pilot", "--groups", "delete", "--yes")
    assert (own.exit_code, "the stack serves its own account itself" in own.stderr) == (1, True)
    assert fleet.attached(PILOT) == NAMES
    assert call(*YES).exit_code == 0
    assert fleet.groups(PROD) == {}


def test_unknown_target_is_told(fleet: FleetAccount) -> None:
    """With the nearest name."""
    del fleet
    refused = call("targets", "remove", "us-prd", "--groups", "keep", "--yes")
    assert (refused.exit_code, "did you mean us-prod" in refused.stderr) == (1, True)


def test_build_that_runs_is_waited_for(fleet: FleetAccount) -> None:
    """It would make again what goes; nothing was written."""
    soon = datetime.now(UTC) + timedelta(minutes=5)
    turn = json.dumps({"holder": "a build", "until": soon.isoformat()})
    fleet.hub.put("targets/us-prod/state/turn.json", turn)
    refused = call(*YES)
    assert (refused.exit_code, "a build of us-prod is running" in refused.stderr) == (1, True)
    assert named(fleet) == ["pilot", "us-prod", "asia"]
    assert fleet.attached(PROD) == NAMES
    assert fleet.hub.has("targets/us-prod/state/turn.json")


def test_colleague_who_was_faster_is_not_overwritten(fleet: FleetAccount) -> None:
    """The file is written only over what was shown."""

    def edit() -> None:
        fleet.name_targets(PILOT, PROD, {**ASIA, "ring": 2}, hours=0)

    fleet.hub.meanwhile["PutObject"] = edit
    late = call(*KEEP, "--yes")
    assert (late.exit_code, "somebody else has just written" in late.stderr) == (1, True)
    assert named(fleet) == ["pilot", "us-prod", "asia"]


def test_round_that_had_begun_goes_on_without_it(fleet: FleetAccount) -> None:
    """Its build of the target does nothing, is no failure, and leaves no trace."""
    begun = build_app.handler({"round_step": "begin", "cause": "x", "execution": "a"}, None)
    assert call(*YES).exit_code == 0
    [item] = [one for one in begun["targets"] if one["target"] == "us-prod"]
    answer = build_app.handler(item, None)
    assert answer["status"] == "removed"
    results = [answer, {"target": "us-prod", "status": "failed"}]
    end = {"round_step": "end", "round": begun["round"], "results": results}
    assert build_app.handler(end, None)["results"] == {"removed": 1, "failed": 1}
    assert not fleet.hub.has("targets/us-prod/state/standing.json")
    assert fleet.groups(PROD) == {}


def test_promotion_is_forgotten(fleet: FleetAccount) -> None:
    """Whoever has the name next waits for its ring."""
    fleet.hub.allow(max_shrink=1, categories={**DROPS, "emerging-info": "off"})
    fleet.name_targets(PILOT, PROD, ASIA, hours=24)
    fleet.round()
    assert call("promote", "--target", "us-prod", "--yes").exit_code == 0
    assert call("promote", "--target", "asia", "--yes").exit_code == 0
    assert call(*KEEP, "--yes").exit_code == 0
    assert json.loads(fleet.hub.read("state/promoted.json"))["targets"].keys() == {"asia"}


def test_options_belong_to_the_verb(fleet: FleetAccount) -> None:
    """Those before it would have no effect, in silence."""
    del fleet
    found = call("targets", "--json", *KEEP[1:], "--yes")
    assert (found.exit_code, "after `remove`" in found.stderr) == (2, True)


def test_target_never_built_has_the_prefix_of_its_allowlist(fleet: FleetAccount) -> None:
    """A build that was killed may have left rule groups, and no trace of itself."""
    fleet.hub.put("config/us.yaml", allowlist(max_shrink=1, firewall={"prefix": "us"}))
    new = {**PROD, "name": "new", "allowlist": "config/us.yaml", "policies": []}
    fleet.name_targets(PILOT, PROD, new, ASIA, hours=0)
    fleet.client(PROD).create_rule_group(
        RuleGroupName="us-emerging-malware",
        Type="STATEFUL",
        Capacity=10,
        RuleGroup=content(rule(1)),
        Tags=[
            {"Key": "rulesync:prefix", "Value": "us"},
            {"Key": "rulesync:slot", "Value": "emerging-malware:1"},
        ],
    )
    assert call("targets", "remove", "new", "--groups", "delete", "--yes").exit_code == 0
    assert set(fleet.groups(PROD)) == NAMES
    fleet.name_targets(PILOT, PROD, {**new, "allowlist": "config/none.yaml"}, ASIA, hours=0)
    lost = call("targets", "remove", "new", "--groups", "delete", "--yes")
    assert (lost.exit_code, "nobody knows the prefix" in lost.stderr) == (1, True)
    assert call("targets", "remove", "new", "--groups", "keep", "--yes").exit_code == 0


def test_groups_leave_a_next_generation_policy(
    fleet: FleetAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without leave to attach to that kind, which a removal does not do; its mode is told."""
    make_next(fleet.hub, "new")
    kind = {"prefix": "et-ips", "target": "next-generation"}
    fleet.hub.put("config/next.yaml", allowlist(max_shrink=1, categories=DROPS, firewall=kind))
    new = {**PILOT, "name": "new", "allowlist": "config/next.yaml", "policies": []}
    fleet.name_targets(PILOT, new, hours=0)
    document = json.loads(fleet.hub.read("config/targets.yaml"))
    document["targets"][1]["policies"] = ["new"]
    fleet.hub.put("config/targets.yaml", json.dumps(document))
    monkeypatch.setenv("RULESYNC_UNPROVEN", "true")
    assert fleet.round()["new"] == "applied"
    assert {*next_attached("new")} == {"et-ips-emerging-malware", "et-ips-emerging-info"}
    monkeypatch.delenv("RULESYNC_UNPROVEN")
    done = call("targets", "remove", "new", "--groups", "delete", "--yes")
    assert done.exit_code == 0, done.output
    assert "ENFORCE mode" in done.stdout
    assert (next_attached("new"), ips_texts()) == ([], {})
    assert fleet.attached(PILOT) == NAMES
