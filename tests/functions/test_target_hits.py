"""What fired at targets in three accounts: counted by each one's own engine, and used for it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import boto3
import pytest
from moto.sts.models import sts_backends
from support.account import BUCKET, call
from support.alert_logs import alert_record
from support.feeds import allowlist, rule
from support.fleet import AP, PILOT, PROD, US, FleetAccount, fleet_account, role_of
from support.target_logs import (
    FOLDER,
    LOGGED_ASIA,
    LOGGED_PILOT,
    LOGGED_PROD,
    LOGS,
    TargetAlerts,
    tag_of,
    target_alerts,
)

from rules_lib.aws.s3_store import S3Store
from rules_lib.aws.target_store import TargetStore
from rules_lib.errors import TargetHitsError
from rules_lib.hits.history import read_hits
from rules_lib.state.counted import Counted

pytestmark = pytest.mark.sam

START: Final = datetime.now(UTC).replace(hour=12, minute=0) - timedelta(days=3)
"""CloudWatch Logs takes no events of times to come."""

ALL: Final = (LOGGED_PILOT, LOGGED_PROD, LOGGED_ASIA)


@pytest.fixture
def fleet(tmp_path: Path) -> Iterator[FleetAccount]:
    """A pilot and two targets behind it, none built yet."""
    with fleet_account(tmp_path, start=START) as found:
        found.hub.publish(malware=[rule(1), rule(2)])
        yield found


@pytest.fixture
def alerts(fleet: FleetAccount) -> Iterator[TargetAlerts]:
    """Their alert logs, each in its own account."""
    with target_alerts(fleet) as found:
        yield found


def store_of(name: str) -> TargetStore:
    """A target's part of the bucket."""
    return TargetStore(S3Store(boto3.client("s3"), BUCKET), name)


def fired(fleet: FleetAccount, name: str) -> dict[int, int]:
    """Sid -> lines of today at a target."""
    today = fleet.clock.time.date()
    (day,) = read_hits(store_of(name), today, today).days
    return {one.sid: one.count for one in day.hits}


def log_one_each(fleet: FleetAccount, alerts: TargetAlerts) -> None:
    """Rule 1 fires once at the pilot, twice at us-prod and three times at asia."""
    for number, target in enumerate(ALL, 1):
        records = [alert_record(1, at=fleet.clock.time, flow=flow) for flow in range(number)]
        alerts.log(target, *records, arrives=fleet.clock.time)


def test_hits_of_each_target_lie_below_its_folder(
    fleet: FleetAccount, alerts: TargetAlerts
) -> None:
    """Counted in its own account and region; nothing lies where a single stack has them."""
    log_one_each(fleet, alerts)
    told = alerts.count(fleet.clock.time)
    assert {name: one["hits"] for name, one in told["targets"].items()} == {
        "pilot": 1,
        "us-prod": 2,
        "asia": 3,
    }
    assert [fired(fleet, str(target["name"])) for target in ALL] == [{1: 1}, {1: 2}, {1: 3}]
    assert not fleet.hub.keys("hits/")
    assert not fleet.hub.has("state/fired.json")
    day = f"{fleet.clock.time:%Y-%m-%d}"
    assert tag_of(f"targets/asia/hits/{day}.jsonl.gz") == {"rulesync-expires": "hits"}
    assert not fleet.hub.keys("hit-queries/")


def test_count_never_takes_on_the_role_that_writes_rule_groups(
    fleet: FleetAccount, alerts: TargetAlerts
) -> None:
    """It reads what attackers write; so it has a role of its own in each account."""
    log_one_each(fleet, alerts)
    there = [sts_backends[account]["aws"].assumed_roles for account in (US, AP)]
    before = [len(roles) for roles in there]
    assert all(before)
    alerts.count(fleet.clock.time)
    taken = {
        one.role_arn for roles, known in zip(there, before, strict=True) for one in roles[known:]
    }
    assert taken == {f"{role_of(US)}-hits", f"{role_of(AP)}-hits"}


def test_target_that_cannot_be_counted_stops_no_other(
    fleet: FleetAccount, alerts: TargetAlerts
) -> None:
    """The error names it with its cause, and its own builds say so; the others have their hits."""
    log_one_each(fleet, alerts)
    other = FOLDER.replace(LOGS, "somebody-elses")
    fleet.name_targets(LOGGED_PILOT, {**LOGGED_PROD, "alert_logs": other, "ring": 0}, LOGGED_ASIA)
    with pytest.raises(TargetHitsError, match="1 of 3 targets was not counted: us-prod") as raised:
        alerts.count(fleet.clock.time)
    assert f"is over {FOLDER}, and not over {other}" in str(raised.value)
    assert (fired(fleet, "pilot"), fired(fleet, "asia")) == ({1: 1}, {1: 3})
    note = Counted.find(store_of("us-prod"))
    assert note is not None
    assert "correct alert_logs in config/targets.yaml" in note.failure
    fleet.round()
    warnings = " ".join(summary(fleet, "us-prod")["warnings"])
    assert "it is unknown which rules fired lately: the alert logs were never counted" in warnings
    assert "delete targets/us-prod/state/hits.json" in warnings
    assert "unknown which rules fired" not in " ".join(summary(fleet, "pilot")["warnings"])


def summary(fleet: FleetAccount, name: str) -> dict[str, Any]:
    """Of a target's newest build."""
    build = fleet.state(name, "latest.json")["build"]
    return fleet.state(name, f"builds/{build}/summary.json")


def test_log_group_that_is_missing_is_told_for_its_target_alone(
    fleet: FleetAccount, alerts: TargetAlerts
) -> None:
    """Its name may be mistyped; the words are those of the service."""
    log_one_each(fleet, alerts)
    fleet.name_targets(LOGGED_PILOT, {**LOGGED_PROD, "alert_logs": "/no/such/group"})
    with pytest.raises(TargetHitsError, match="us-prod: CloudWatch Logs: StartQuery: Resource"):
        alerts.count(fleet.clock.time)
    assert fired(fleet, "pilot") == {1: 1}


class Ending:
    """A context of Lambda whose time runs out after some looks at it."""

    def __init__(self, looks: int) -> None:
        self._looks = looks

    def get_remaining_time_in_millis(self) -> int:
        """Milliseconds."""
        self._looks -= 1
        return 900_000 if self._looks >= 0 else 100_000


def test_who_got_no_time_comes_first_the_next_time(
    fleet: FleetAccount, alerts: TargetAlerts
) -> None:
    """However little time each run has, all have their turn."""
    log_one_each(fleet, alerts)
    done: list[str] = []
    for hour in range(3):
        told = alerts.count(fleet.clock.time + timedelta(hours=hour), Ending(0))
        done += told["targets"]
    assert sorted(done) == ["asia", "pilot", "us-prod"]


def test_without_the_key_nothing_is_counted(fleet: FleetAccount, alerts: TargetAlerts) -> None:
    """Nor is anything written; a stack without targets counts its own logs, as ever."""
    log_one_each(fleet, alerts)
    fleet.name_targets(PILOT, PROD)
    before = fleet.hub.keys()
    assert alerts.count(fleet.clock.time) == {"targets": {}}
    assert fleet.hub.keys() == before
    fleet.hub.s3.delete_object(Bucket=BUCKET, Key="config/targets.yaml")
    assert alerts.count(fleet.clock.time)["hits"] == 1
    assert fleet.hub.keys("hits/")


def test_command_shows_what_fired_at_a_target(fleet: FleetAccount, alerts: TargetAlerts) -> None:
    """And only there."""
    fleet.round()
    log_one_each(fleet, alerts)
    alerts.count(fleet.clock.time)
    found = json.loads(call("hits", "--target", "pilot", "--json").stdout)
    assert found["source"] == f"s3://{BUCKET}/targets/pilot"
    assert [(one["sid"], one["hits"]) for one in found["hits"]] == [(1, 1)]


def acts(fleet: FleetAccount, target: Mapping[str, Any], sid: int) -> str:
    """What a rule does at a target."""
    [found] = [
        line
        for text in fleet.groups(target).values()
        for line in text.splitlines()
        if f"sid:{sid};" in line
    ]
    return found.split()[0]


def test_staged_rule_that_fired_at_one_target_stays_an_alert_there_alone(
    fleet: FleetAccount, alerts: TargetAlerts
) -> None:
    """Each target goes by what fired on its own hosts."""
    prod = {**LOGGED_PROD, "ring": 0}
    fleet.name_targets(LOGGED_PILOT, prod)
    fleet.hub.allow(default="drop", staging={"days": 2, "on_hit": "stay"}, max_shrink=1)
    fleet.hub.publish(malware=[rule(2)])
    fleet.round()
    fleet.hub.publish(malware=[rule(1), rule(2)])
    fleet.round()
    assert [acts(fleet, target, 1) for target in (LOGGED_PILOT, prod)] == ["alert", "alert"]
    for sid, target in ((1, LOGGED_PILOT), (2, prod)):
        record = alert_record(sid, at=fleet.clock.time, verdict={"action": "alert"})
        alerts.log(target, record, arrives=fleet.clock.time)
    alerts.count(fleet.clock.time)
    fleet.clock.time += timedelta(days=3)
    alerts.count(fleet.clock.time)
    fleet.round()
    assert [acts(fleet, target, 1) for target in (LOGGED_PILOT, prod)] == ["alert", "drop"]


def test_plan_tells_what_an_edit_would_have_blocked_at_a_target(
    fleet: FleetAccount, alerts: TargetAlerts, tmp_path: Path
) -> None:
    """By its own hits; the page of its builds has them too."""
    fleet.round()
    yesterday = datetime.now(UTC).replace(hour=12, minute=0) - timedelta(days=1)
    records = [alert_record(1, at=yesterday, flow=flow) for flow in range(3)]
    alerts.log(LOGGED_PILOT, *records, arrives=yesterday)
    fleet.name_targets(LOGGED_PILOT)
    alerts.count(datetime.now(UTC))
    edited = tmp_path / "edited.yaml"
    edited.write_text(allowlist(max_shrink=1, rules={"drop": [1]}), encoding="utf-8")
    told = call("plan", "--target", "pilot", "--config", edited, "--json")
    [category] = json.loads(told.stdout)["impact"]["categories"]
    assert (category["hits"], category["flows_at_most"]) == (3, 3)
    fleet.clock.time = datetime.now(UTC)
    fleet.hub.publish(malware=[rule(1), rule(2), rule(3)])
    fleet.round()
    build = fleet.state("pilot", "latest.json")["build"]
    page = fleet.hub.read(f"targets/pilot/builds/{build}/report.html").decode()
    assert "What fired" in page
