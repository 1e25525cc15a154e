"""A ring waits for the hits of the ring before: what bursts there goes no further, and is told."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any, Final

import boto3
import pytest
from support.account import BUCKET, call
from support.feeds import rule
from support.fleet import ASIA, PILOT, PROD, FleetAccount, fleet_account
from support.fleet_snapshot import FleetSnapshot
from support.hits import day_hits, hits_of_day, talkers

from rules_lib.aws.s3_store import S3Store
from rules_lib.aws.target_store import TargetStore
from rules_lib.fleet.promote import promote_now, promotion
from rules_lib.fleet.rights import read_rights
from rules_lib.fleet.targets_file import targets_in
from rules_lib.hits.history import known_days, put_day
from rules_lib.hits.values import PacketAction
from rules_lib.notify import telemetry
from rules_lib.state.counted import Counted

LOGGED: Final = {**PILOT, "alert_logs": "/aws/network-firewall/alert"}
HOSTS: Final = tuple(f"10.0.0.{number}" for number in range(1, 13))


@pytest.fixture(scope="module")
def set_up(tmp_path_factory: pytest.TempPathFactory) -> FleetSnapshot:
    """A pilot whose hits are counted, and two targets behind it; all rules drop."""
    with fleet_account(tmp_path_factory.mktemp("feed")) as found:
        found.hub.allow(default="drop", max_shrink=1, max_unblock=1)
        found.hub.publish(malware=[rule(1), rule(2)])
        found.name_targets(LOGGED, PROD, ASIA)
        found.round()
        return FleetSnapshot.take(found)


@pytest.fixture
def fleet(set_up: FleetSnapshot) -> Iterator[FleetAccount]:
    """They, in an account of the test's own."""
    with set_up.restored() as found:
        yield found


def root() -> S3Store:
    """The whole bucket."""
    return S3Store(boto3.client("s3"), BUCKET)


def count(fleet: FleetAccount, **hosts_of: tuple[str, ...]) -> None:
    """Have all days up to now counted at the pilot; `sid1=…`: on which hosts rule 1 blocked."""
    store, now = TargetStore(root(), "pilot"), fleet.clock.time
    first = (now - timedelta(days=8)).date()
    days = [first + timedelta(days=number) for number in range(9)]
    note = Counted(logs="x", at=now.isoformat(), days=dict.fromkeys(days, now.isoformat()))
    note.put(store)
    there = known_days(store)
    for day in (one for one in days if one not in there or one == now.date()):
        known = hosts_of.items() if day == now.date() else ()
        hits = [
            day_hits(
                int(name.removeprefix("sid")),
                day,
                action=PacketAction.DROP,
                top_sources=talkers(*hosts),
                last=now,
            )
            for name, hosts in known
        ]
        put_day(store, hits_of_day(*hits, day=day))


def table(fleet: FleetAccount) -> dict[str, Any]:
    """All targets after the last round."""
    return dict(json.loads(fleet.hub.read("targets/summary.json")))


def why(fleet: FleetAccount, name: str) -> str:
    """The state of a target, and what it means."""
    [row] = [row for row in table(fleet)["targets"] if row["name"] == name]
    return f"{row['state']}: {row['why']}"


def test_counted_hits_without_a_burst_let_the_next_ring_have_it(fleet: FleetAccount) -> None:
    """Few hosts may well be attacked."""
    fleet.clock.time += timedelta(hours=26)
    count(fleet, sid1=HOSTS[:2])
    assert fleet.later(0).keys() == {"pilot", "us-prod", "asia"}
    assert "hits" not in str(table(fleet)["rings"])


def test_burst_at_the_pilot_goes_no_further_until_people_promote_it(fleet: FleetAccount) -> None:
    """It is told by target and ring, with the rule; once the others have it, it is told no more."""
    fleet.clock.time += timedelta(hours=26)
    count(fleet, sid1=HOSTS)
    assert fleet.later(0).keys() == {"pilot"}
    told = why(fleet, "pilot")
    assert told.startswith("bursting: sid 1 blocked on at least 12 own hosts: it may block")
    assert "`rulesync promote --ring 1`" in told
    assert "does not bake as things are: new drops burst at pilot" in why(fleet, "us-prod")
    assert table(fleet)["rings"][0]["hits"] == "new drops burst at pilot"
    page = fleet.hub.read("targets/report.html").decode()
    assert "New drops burst at 1 target" in page
    assert "Hits: new drops burst at pilot." in page
    promote_now(root(), promotion(root(), ring=1, name="", edition="", now=fleet.clock.time))
    assert fleet.later(0).keys() == {"pilot", "us-prod", "asia"}
    assert why(fleet, "pilot") == "in force: "
    assert "hits" not in str(table(fleet)["rings"])


def test_newer_release_does_not_hide_a_burst(fleet: FleetAccount) -> None:
    """The rule is not new any more at the pilot, but it still would be to the others."""
    fleet.clock.time += timedelta(hours=26)
    count(fleet, sid1=HOSTS)
    fleet.later(0)
    fleet.hub.publish(malware=[rule(1), rule(2), rule(3)])
    fleet.later(1)
    assert fleet.rules(PILOT) == 3
    fleet.clock.time += timedelta(hours=26)
    count(fleet)
    fleet.later(0)
    assert why(fleet, "pilot").startswith("bursting: sid 1 ")
    assert fleet.groups(PROD) == {}


def test_edit_that_makes_the_rule_an_alert_ends_the_burst(fleet: FleetAccount) -> None:
    """The others take the edit with it, so nothing of theirs is blocked."""
    fleet.clock.time += timedelta(hours=26)
    count(fleet, sid1=HOSTS)
    fleet.later(0)
    fleet.hub.allow(default="drop", rules={"alert": [1]}, max_shrink=1, max_unblock=1)
    fleet.later(0)
    assert why(fleet, "pilot").startswith("baking: ")
    fleet.clock.time += timedelta(hours=26)
    count(fleet)
    assert fleet.later(0).keys() == {"pilot", "us-prod", "asia"}


def test_rule_that_the_others_have_is_none_of_a_later_edition(fleet: FleetAccount) -> None:
    """Only what came since then is looked at."""
    fleet.clock.time += timedelta(hours=26)
    count(fleet)
    fleet.later(0)
    fleet.hub.publish(malware=[rule(1), rule(2), rule(3)])
    fleet.later(1)
    fleet.clock.time += timedelta(hours=26)
    count(fleet, sid1=HOSTS)
    fleet.later(0)
    assert fleet.rules(PROD) == 3
    fleet.hub.publish(malware=[rule(1), rule(2), rule(3), rule(4)])
    fleet.later(1)
    fleet.clock.time += timedelta(hours=26)
    count(fleet, sid1=HOSTS, sid4=HOSTS)
    fleet.later(0)
    assert why(fleet, "pilot").startswith("bursting: sid 4 ")


def test_hits_that_nobody_counts_hold_a_ring_for_a_day_and_are_told(fleet: FleetAccount) -> None:
    """While it waits, and once the others have it all the same."""
    assert fleet.later(25).keys() == {"pilot"}
    until = "it waits for them until 2030-01-03 00:01 UTC at most"
    assert f"the hits at pilot are not counted yet: {until}" in why(fleet, "us-prod")
    assert why(fleet, "pilot").startswith("baking: edition 000001-")
    assert fleet.later(20).keys() == {"pilot"}
    assert fleet.later(5).keys() == {"pilot", "us-prod", "asia"}
    told = table(fleet)["rings"][1]["hits"]
    assert told == "taken although the hits at pilot were not counted"


def test_hits_that_come_late_let_it_go_on_at_once(fleet: FleetAccount) -> None:
    """Counted up to an hour after the bake time, as lines may be under way."""
    fleet.clock.time += timedelta(hours=24, minutes=30)
    count(fleet)
    assert fleet.later(0).keys() == {"pilot"}
    fleet.clock.time += timedelta(hours=1)
    count(fleet)
    assert fleet.later(0).keys() == {"pilot", "us-prod", "asia"}


def test_day_that_was_counted_and_is_gone_is_not_taken_for_quiet(fleet: FleetAccount) -> None:
    """Somebody deleted it, or it is damaged: nothing is known of it."""
    fleet.clock.time += timedelta(hours=26)
    count(fleet)
    day = f"{fleet.clock.time:%Y-%m-%d}"
    fleet.hub.s3.delete_object(Bucket=BUCKET, Key=f"targets/pilot/hits/{day}.jsonl.gz")
    assert fleet.later(0).keys() == {"pilot"}
    assert "the hits at pilot are not counted yet" in why(fleet, "us-prod")


@pytest.mark.parametrize("damage", [b"version: 1\ndefault: sometimes\n", None])
def test_without_the_allowlist_in_force_private_addresses_are_own(
    fleet: FleetAccount, damage: bytes | None
) -> None:
    """Rather a burst too many."""
    fleet.clock.time += timedelta(hours=26)
    count(fleet, sid1=HOSTS)
    [key] = [key for key in fleet.hub.keys("editions/") if key.endswith("categories.yaml")]
    if damage:
        fleet.hub.s3.put_object(Bucket=BUCKET, Key=key, Body=damage)
    else:
        fleet.hub.s3.delete_object(Bucket=BUCKET, Key=key)
    targets = targets_in(root())
    [watched] = read_rights(root(), targets, fleet.clock.time).watched.values()
    assert [burst.sid for burst in watched.bursts] == [1]


def test_home_net_of_the_edition_says_which_hosts_are_own(fleet: FleetAccount) -> None:
    """Outside of it, whoever is blocked is somebody else's."""
    fleet.hub.allow(
        default="drop", variables={"HOME_NET": ["192.168.0.0/16"]}, max_shrink=1, max_unblock=1
    )
    fleet.later(1)
    fleet.clock.time += timedelta(hours=26)
    count(fleet, sid1=HOSTS)
    assert fleet.later(0).keys() == {"pilot", "us-prod", "asia"}


def test_people_are_told_of_a_burst_once(
    fleet: FleetAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Though no build failed, and nothing was changed."""
    topic = boto3.client("sns").create_topic(Name="people")["TopicArn"]
    told: list[tuple[str, str]] = []
    monkeypatch.setattr(
        telemetry, "publish", lambda _, __, subject, text: told.append((subject, text))
    )
    monkeypatch.setenv("RULESYNC_TOPIC", topic)
    fleet.clock.time += timedelta(hours=26)
    count(fleet, sid1=HOSTS)
    fleet.later(0)
    fleet.later(1)
    [(subject, text)] = told
    assert subject == "rulesync: new drops burst at 1 target"
    assert "pilot: sid 1 blocked on at least 12 own hosts" in text
    assert "is in force at 1 of 1 target; new drops burst at pilot" in text


def test_command_tells_of_a_burst(tmp_path: Path) -> None:
    """`targets` and `status`, in the table, in a line of its own, and for programs."""
    start = datetime.now(UTC) - timedelta(hours=30)
    with fleet_account(tmp_path, start=start) as fleet:
        fleet.hub.allow(default="drop", max_shrink=1)
        fleet.hub.publish(malware=[rule(1), rule(2)])
        fleet.name_targets(LOGGED, PROD, ASIA)
        fleet.round()
        fleet.clock.time = datetime.now(UTC)
        count(fleet, sid1=HOSTS)
        for word in ("targets", "status"):
            shown = call(word, "--wide").stdout if word == "targets" else call(word).stdout
            assert "pilot: bursting: sid 1 blocked on at least 12 own hosts" in shown
            assert "it does not bake as things are; new drops burst at pilot" in shown
        assert call("status").exit_code == 2
        document = json.loads(call("targets", "--json").stdout)
        assert document["targets"][0]["state"] == "bursting"


def test_without_alert_logs_nothing_of_it_is_written(fleet: FleetAccount) -> None:
    """Neither with a target nor with a ring."""
    fleet.name_targets(PILOT, PROD, ASIA)
    fleet.hub.publish(malware=[rule(1)])
    fleet.later(1)
    fleet.later(26)
    assert "taken" not in fleet.state("us-prod")
    assert "uncounted" not in fleet.hub.read("state/rings.json").decode()
    assert all("hits" not in ring for ring in table(fleet)["rings"])


def test_counted_up_to_where_a_day_is_missing() -> None:
    """A day that was counted before its end says nothing about its rest."""
    first, noon = date(2026, 11, 28), time(12, tzinfo=UTC)
    begin = datetime.combine(first, time(tzinfo=UTC))

    def through(*counted: timedelta | None) -> datetime:
        days = {
            first + timedelta(days=number): (begin + at).isoformat()
            for number, at in enumerate(counted)
            if at is not None
        }
        return Counted(logs="x", days=days).through(datetime.combine(first, noon))

    assert through() == begin
    assert through(timedelta(hours=9)) == begin + timedelta(hours=9)
    assert through(timedelta(hours=30)) == begin + timedelta(days=1)
    assert through(timedelta(hours=30), timedelta(hours=30)) == begin + timedelta(hours=30)
    assert through(timedelta(hours=9), timedelta(hours=30)) == begin + timedelta(hours=9)
    assert through(None, timedelta(hours=30)) == begin
