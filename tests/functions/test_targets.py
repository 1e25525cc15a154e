"""Three targets in three accounts and regions, by the state machine as it is deployed."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import boto3
import pytest
from support.account import BUCKET, call
from support.feeds import allowlist, rule
from support.fleet import ASIA, BUILD, PILOT, PROD, FleetAccount, fleet_account
from support.template import machine_definition

from functions.build import app as build_app
from rules_lib.allowlist import Allowlist
from rules_lib.aws.clients import ClientsOfTarget
from rules_lib.aws.roles import TargetRole
from rules_lib.aws.s3_store import S3Store
from rules_lib.errors import SettingsError, TargetsError
from rules_lib.fleet.one import note_rollback
from rules_lib.fleet.place import world_of_target
from rules_lib.fleet.promote import promote_now, promotion
from rules_lib.fleet.targets_file import targets_in
from rules_lib.model import FeedFile
from rules_lib.notify import telemetry
from rules_lib.reading.last_ruleset import LastRuleset
from rules_lib.reading.ruleset import Ruleset
from rules_lib.rollback.run import resume, rollback
from rules_lib.stages.read_needed import read_needed
from rules_lib.sync import run

BOTH = {"us-prod": "applied", "asia": "applied"}


def prepared(fleet: FleetAccount) -> FleetAccount:
    """Name a pilot and two targets behind it, and publish a feed."""
    fleet.hub.publish(malware=[rule(1), rule(2)])
    fleet.name_targets(PILOT, PROD, ASIA)
    return fleet


@pytest.fixture
def fleet(tmp_path: Path) -> Iterator[FleetAccount]:
    """A pilot, and two targets behind it, whose rounds go by hand."""
    with fleet_account(tmp_path) as found:
        yield prepared(found)


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[FleetAccount]:
    """The same with the state machine as it is deployed, which tries again after a second."""
    with fleet_account(tmp_path, machine_definition(BUILD, pause=1)) as found:
        yield prepared(found)


def root() -> S3Store:
    """The whole bucket."""
    return S3Store(boto3.client("s3"), BUCKET)


@pytest.mark.sam
def test_pilot_first_then_the_rest_after_a_day(machine: FleetAccount) -> None:
    """Each in its own account and region, with its own state below its folder."""
    assert machine.executed() == {"pilot": "applied"}
    assert (machine.rules(PILOT), machine.groups(PROD), machine.groups(ASIA)) == (2, {}, {})
    machine.clock.time += timedelta(hours=20)
    assert machine.executed().keys() == {"pilot"}
    machine.clock.time += timedelta(hours=4)
    assert machine.executed() == {"pilot": "unchanged", **BOTH}
    for target in (PILOT, PROD, ASIA):
        assert machine.rules(target) == 2
        assert machine.attached(target) == {"et-emerging-malware"}
    assert not machine.hub.has("latest.json")
    assert not machine.hub.keys("builds/")
    assert (
        machine.state("asia", "latest.json")["build"] == machine.state("asia")["numbers"]["build"]
    )


def test_round_by_the_schedule_leaves_alone_what_has_not_changed(fleet: FleetAccount) -> None:
    """As a single stack does; so a round over all targets costs a few calls each."""
    fleet.round()
    assert fleet.later(1) == {"pilot": "applied"}  # nothing to do, which it notes
    calls = len(fleet.hub.aws.calls)
    assert fleet.later(1) == {"pilot": "unchanged"}
    assert len(fleet.hub.aws.calls) - calls <= 4


def test_release_waits_at_the_pilot_while_the_rest_takes_the_one_before(
    fleet: FleetAccount,
) -> None:
    """The feed that came meanwhile is in the bucket, and nobody behind the pilot sees it."""
    fleet.round()
    fleet.hub.publish(malware=[rule(1), rule(2), rule(3)])
    fleet.later(12)
    fleet.later(12)
    assert [fleet.rules(target) for target in (PILOT, PROD, ASIA)] == [3, 2, 2]
    fleet.later(25)
    assert [fleet.rules(target) for target in (PILOT, PROD, ASIA)] == [3, 3, 3]


def test_edit_goes_to_the_pilot_first(fleet: FleetAccount) -> None:
    """The others build from the allowlist as it was, though the file is another by now."""
    fleet.round()
    fleet.later(25)
    fleet.hub.allow(max_shrink=1, rules={"off": [2]})
    fleet.later(1)
    assert [fleet.rules(target) for target in (PILOT, PROD, ASIA)] == [1, 2, 2]
    fleet.later(23)
    assert fleet.rules(PROD) == 2
    fleet.later(2)
    assert [fleet.rules(target) for target in (PILOT, PROD, ASIA)] == [1, 1, 1]


def test_target_may_have_an_allowlist_of_its_own(fleet: FleetAccount) -> None:
    """It bakes with all else of its edition."""
    fleet.hub.put("config/us.yaml", allowlist(max_shrink=1, rules={"off": [1]}))
    fleet.name_targets(PILOT, {**PROD, "allowlist": "config/us.yaml"}, ASIA)
    fleet.round()
    fleet.hub.put("config/us.yaml", allowlist(max_shrink=1, rules={"off": [1, 2]}))
    fleet.later(1)
    fleet.later(25)
    assert [fleet.rules(target) for target in (PILOT, PROD, ASIA)] == [2, 0, 2]


@pytest.mark.sam
def test_failing_target_stops_no_other_and_is_retried_by_itself(machine: FleetAccount) -> None:
    """Three attempts in a round; what is amiss is told by its standing until it is mended."""
    machine.name_targets(PILOT, {**PROD, "allowlist": "config/us.yaml"}, ASIA)
    machine.hub.put("config/us.yaml", "version: 1\ndefault: sometimes\n")
    machine.round()
    machine.clock.time += timedelta(hours=25)
    assert machine.executed() | {"pilot": ""} == {
        "pilot": "",
        "us-prod": "failed",
        "asia": "applied",
    }
    assert len([event for event in machine.invoked if event.get("target") == "us-prod"]) == 3
    assert '"sometimes" is not one of' in machine.state("us-prod")["failing"]
    machine.hub.put("config/us.yaml", allowlist(max_shrink=1))
    machine.later(1)
    assert machine.later(25)["us-prod"] == "applied"
    assert machine.state("us-prod")["failing"] == ""


def test_failure_at_the_pilot_lets_nothing_past(fleet: FleetAccount) -> None:
    """An allowlist with an error is in force nowhere."""
    fleet.hub.allow("version: 1\ndefault: sometimes\n")
    assert fleet.round() == {"pilot": "failed"}
    fleet.later(48)
    assert fleet.groups(PROD) == {}
    assert "sometimes" in fleet.state("pilot")["failing"]
    fleet.hub.allow(max_shrink=1)
    fleet.later(1)
    fleet.later(23)
    assert fleet.groups(PROD) == {}
    fleet.later(2)
    assert fleet.rules(PROD) == 2


def test_rollback_of_one_holds_it_alone(fleet: FleetAccount) -> None:
    """The others go on; what is held takes nothing until somebody resumes."""
    fleet.round()
    first = fleet.state("pilot", "latest.json")["build"]
    fleet.hub.publish(malware=[rule(1), rule(2), rule(3)])
    fleet.later(25)
    fleet.later(25)
    pilot = targets_in(root()).targets[0]
    here = world_of_target(root(), pilot, fleet.clock.time)
    rollback(here, first)
    note_rollback(root(), "pilot", first, fleet.clock.time)
    assert (fleet.rules(PILOT), fleet.rules(PROD)) == (2, 3)
    fleet.hub.publish(malware=[rule(4)])
    assert fleet.later(1)["pilot"] == "held"
    assert fleet.later(48)["us-prod"] in {"applied", "unchanged"}
    assert (fleet.rules(PILOT), fleet.rules(PROD)) == (2, 3)
    resume(here.store)
    fleet.later(1)
    assert fleet.rules(PILOT) == 1
    fleet.later(23)
    assert fleet.rules(PROD) == 3
    fleet.later(2)
    assert fleet.rules(PROD) == 1


def test_promotion_lets_a_target_have_it_at_once(fleet: FleetAccount) -> None:
    """One alone, or all of a ring."""
    fleet.round()
    one = promotion(root(), ring=None, name="asia", edition="", now=fleet.clock.time)
    promote_now(root(), one)
    fleet.later(0)
    assert [fleet.rules(target) for target in (PILOT, PROD, ASIA)] == [2, 0, 2]
    promote_now(root(), promotion(root(), ring=1, name="", edition="", now=fleet.clock.time))
    fleet.later(0)
    assert fleet.rules(PROD) == 2


def test_feed_that_was_deleted_is_taken_by_nobody(fleet: FleetAccount) -> None:
    """Who has it keeps it; the pilot takes what is the newest then."""
    fleet.round()
    fleet.later(25)
    fleet.hub.publish(malware=[rule(1)])
    fleet.later(1)
    assert fleet.rules(PILOT) == 1
    newest = max(
        (entry for entry in root().entries("raw/") if entry.key.endswith("manifest.json")),
        key=lambda entry: entry.last_modified,
    )
    fleet.hub.s3.delete_object(Bucket=BUCKET, Key=newest.key)
    fleet.later(1)
    assert [fleet.rules(target) for target in (PILOT, PROD, ASIA)] == [2, 2, 2]


def test_ten_uploads_come_to_one_round_more(fleet: FleetAccount) -> None:
    """A round that begins while another runs leaves word; the other begins anew at its end."""
    begun = build_app.handler({"round_step": "begin", "cause": "x", "execution": "a"}, None)
    assert [item["target"] for item in begun["targets"]] == ["pilot"]
    event = {"round_step": "begin", "cause": "y", "execution": "b"}
    other = build_app.handler(event, None)
    assert (other["targets"], other["round"]) == ([], None)
    end = {"round_step": "end", "round": begun["round"], "results": []}
    assert build_app.handler(end, None)["again"] is True
    assert build_app.handler({**end, "round": other["round"]}, None)["again"] is False
    again = build_app.handler({"round_step": "begin", "cause": "x", "execution": "a"}, None)
    assert build_app.handler({**end, "round": again["round"]}, None)["again"] is False
    assert not fleet.hub.has("state/turn.json")


def test_bad_file_of_targets_is_told_and_builds_nothing(fleet: FleetAccount) -> None:
    """With every error; a target that nobody wrote would be one that nobody watches."""
    fleet.hub.put("config/targets.yaml", "version: 1\ntargets: [{name: a, region: eu-wset-1}]\n")
    with pytest.raises(TargetsError, match="nearest: eu-west-1"):
        fleet.hub.build("config/targets.yaml")
    assert fleet.groups(PILOT) == {}


def test_stack_without_a_state_machine_says_so(
    fleet: FleetAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The file would be without effect, in silence."""
    monkeypatch.delenv("RULESYNC_STATE_MACHINE")
    with pytest.raises(SettingsError, match="Targets=true"):
        fleet.hub.tick()


def test_without_the_file_the_stack_serves_itself(fleet: FleetAccount) -> None:
    """At the top of the bucket, as ever; a round that had begun has nothing to do."""
    begun = build_app.handler({"round_step": "begin", "cause": "x", "execution": "a"}, None)
    fleet.hub.s3.delete_object(Bucket=BUCKET, Key="config/targets.yaml")
    end = {"round_step": "end", "round": begun["round"], "results": []}
    assert build_app.handler(end, None)["again"] is False
    assert fleet.hub.build()["status"] == "applied"
    assert fleet.hub.has("latest.json")
    assert build_app.handler({**end, "round_step": "begin"}, None)["targets"] == []


def test_one_target_is_built_by_hand(fleet: FleetAccount) -> None:
    """With the edition that it may take; one that may take none waits."""
    assert build_app.handler({"target": "pilot"}, None)["status"] == "applied"
    assert fleet.rules(PILOT) == 2
    assert build_app.handler({"target": "asia"}, None)["status"] == "waiting"
    with pytest.raises(SettingsError, match="did you mean us-prod"):
        build_app.handler({"target": "us-prd"}, None)


def test_build_that_was_killed_is_noted_by_its_round(fleet: FleetAccount) -> None:
    """Lambda ends a function without a word of ours."""
    begun = build_app.handler({"round_step": "begin", "cause": "x", "execution": "a"}, None)
    results = [{"target": "pilot", "status": "failed"}]
    end = {"round_step": "end", "round": begun["round"], "results": results}
    assert build_app.handler(end, None)["results"] == {"failed": 1}
    assert "was ended" in fleet.state("pilot")["failing"]
    table = json.loads(fleet.hub.read("targets/summary.json"))
    assert [row["state"] for row in table["targets"]] == ["failing", "waiting", "waiting"]


def test_rules_are_read_once_for_targets_that_share_what_they_are_read_from(
    fleet: FleetAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In a warm function; one with an allowlist of its own reads for itself, and gets its own."""
    read: list[int] = []

    def watched(files: Iterable[FeedFile], asked: Allowlist, **how: Any) -> Ruleset:
        read.append(1)
        return read_needed(files, asked, **how)

    monkeypatch.setattr(run, "read_needed", watched)
    monkeypatch.setattr(build_app, "_READ_LAST", LastRuleset())
    fleet.hub.put("config/us.yaml", allowlist(max_shrink=1, rules={"off": [1]}))
    others = [{**PILOT, "name": f"p{number}", "region": "eu-west-1"} for number in range(2)]
    others[1]["region"] = "eu-central-1"
    fleet.name_targets(PILOT, *others, {**PROD, "ring": 0, "allowlist": "config/us.yaml"})
    fleet.round()
    assert len(read) == 2
    assert [fleet.rules(target) for target in (PILOT, *others, PROD)] == [2, 2, 2, 1]
    texts = [fleet.groups(target) for target in (PILOT, *others)]
    assert texts[0] == texts[1] == texts[2]


def test_one_notice_tells_of_a_whole_round(
    fleet: FleetAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was updated and what failed; the same failure again only if something else changed."""
    sns = boto3.client("sns")
    topic = sns.create_topic(Name="people")["TopicArn"]
    told: list[tuple[str, str]] = []
    monkeypatch.setattr(
        telemetry, "publish", lambda _, __, subject, text: told.append((subject, text))
    )
    monkeypatch.setenv("RULESYNC_TOPIC", topic)
    fleet.hub.put("config/us.yaml", "version: 1\ndefault: sometimes\n")
    fleet.name_targets(PILOT, {**PROD, "ring": 0, "allowlist": "config/us.yaml"})
    fleet.round()
    [(subject, text)] = told
    assert subject == "rulesync: 1 of 2 targets failed; 1 target updated"
    assert "us-prod: s3://" in text
    assert '"sometimes" is not one of' in text
    assert "pilot: release sha256-" in text
    assert "targets/report.html" in text
    fleet.later(1)
    assert len(told) == 1
    fleet.name_targets(
        PILOT, *({**one, "ring": 0, "allowlist": "config/us.yaml"} for one in (PROD, ASIA))
    )
    fleet.later(1)
    assert told[1][0] == "rulesync: 2 of 3 targets failed"
    assert b"2 targets need attention" in fleet.hub.read("targets/report.html")


def arns(target: Mapping[str, object]) -> dict[str, str]:
    """Name -> value of the parameters in a target's account and region."""
    arn = str(target.get("role", ""))
    role = TargetRole(arn, BUCKET, "test") if arn else None
    ssm = ClientsOfTarget.begin(str(target["region"]), role).parameters()
    found = ssm.get_parameters_by_path(Path="/rulesync", Recursive=True)["Parameters"]
    return {one["Name"]: one["Value"] for one in found}


def test_arns_are_written_where_the_target_is(
    fleet: FleetAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each in its own account and region, where templates of others may refer to it."""
    monkeypatch.setenv("RULESYNC_GROUP_PARAMETERS", "true")
    fleet.round()
    name = "/rulesync/et-emerging-malware/arn"
    assert arns(PROD) == {}
    fleet.later(25)
    for target, place in ((PILOT, "us-east-1:123456789012"), (PROD, "us-west-2:444455556666")):
        group = f"arn:aws:network-firewall:{place}:stateful-rulegroup/et-emerging-malware"
        assert arns(target) == {name: group}
    fleet.hub.publish(malware=[rule(sid) for sid in range(1, 9)])
    fleet.later(1)
    assert arns(PILOT)[name].endswith("/et-emerging-malware-b")
    assert arns(PROD)[name].endswith("/et-emerging-malware")


def test_arns_are_written_by_the_command_too(
    fleet: FleetAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A build by hand, and a removal with all rule groups."""
    monkeypatch.setenv("RULESYNC_GROUP_PARAMETERS", "true")
    monkeypatch.setenv("RULESYNC_BUCKET", BUCKET)
    done = call("apply", "--target", "pilot", "--yes")
    assert done.exit_code == 0, done.stderr
    assert len(arns(PILOT)) == 1
    gone = call("targets", "remove", "pilot", "--groups", "delete", "--yes")
    assert gone.exit_code == 0, gone.stderr
    assert (arns(PILOT), fleet.groups(PILOT)) == ({}, {})


def test_target_of_a_round_whose_file_is_gone_builds_nothing(fleet: FleetAccount) -> None:
    """Not even the stack itself, which serves its own account from then on."""
    fleet.round()
    edition = root().folders("editions/")[-1]
    fleet.hub.s3.delete_object(Bucket=BUCKET, Key="config/targets.yaml")
    event = {"target": "pilot", "edition": edition}
    assert build_app.handler(event, None)["status"] == "removed"
    assert not fleet.hub.has("latest.json")
    with pytest.raises(SettingsError, match=r"targets\.yaml does not exist"):
        build_app.handler({"target": "pilot"}, None)
    assert not fleet.hub.has("latest.json")
