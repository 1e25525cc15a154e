"""The targets that tests begin with: each test has all of them, and nothing of another test."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from support.account import BUCKET
from support.feeds import rule
from support.fleet import ASIA, PILOT, POLICY, PROD, FleetAccount, fleet_account
from support.fleet_snapshot import FleetSnapshot


def objects(fleet: FleetAccount) -> dict[str, list[Any]]:
    """Key -> what S3 knows of it."""
    s3, found = fleet.hub.s3, {}
    for key in fleet.hub.keys(""):
        answer = s3.get_object(Bucket=BUCKET, Key=key)
        tags = s3.get_object_tagging(Bucket=BUCKET, Key=key)["TagSet"]
        said = [answer.get(name) for name in ("Metadata", "LastModified", "ETag", "ContentType")]
        found[key] = [answer["Body"].read(), tags, *said]
    return found


def firewalls(fleet: FleetAccount, target: Mapping[str, object]) -> list[Any]:
    """A target's rule groups and its policy with their update tokens, tags and times."""
    client = fleet.client(target)
    names = [one["Name"] for one in client.list_rule_groups()["RuleGroups"]]
    answers = [client.describe_rule_group(RuleGroupName=one, Type="STATEFUL") for one in names]
    answers.append(client.describe_firewall_policy(FirewallPolicyName=POLICY))
    return [{**answer, "ResponseMetadata": None} for answer in answers]


def everything(fleet: FleetAccount) -> list[Any]:
    """What the hub and the targets have, and what was asked of them until then."""
    asked = [fleet.clock.time, fleet.hub.aws.calls, [*fleet.hub.journal], fleet.hub.builds]
    feed = {file.name: file.read_bytes() for file in fleet.hub.folder.iterdir()}
    return [asked, feed, objects(fleet), [firewalls(fleet, one) for one in (PILOT, PROD, ASIA)]]


def test_each_account_begins_with_all_that_was_kept(tmp_path: Path) -> None:
    """Also after one in which all of it was changed; the next round goes on from there."""
    with fleet_account(tmp_path) as fleet:
        fleet.hub.publish(malware=[rule(1), rule(2)])
        fleet.name_targets(PILOT, PROD, ASIA, hours=0)
        for _ in range(3):
            fleet.round()
        kept, before = FleetSnapshot.take(fleet), everything(fleet)
    assert any(tags for _, tags, *_ in before[2].values())
    for _ in range(2):
        with kept.restored() as fleet:
            assert everything(fleet) == before
            assert {*fleet.later(1).values()} == {"unchanged"}
            fleet.hub.publish(malware=[rule(3)])
            assert fleet.later(1)["pilot"] == "applied"
            for key in fleet.hub.keys(""):
                fleet.hub.s3.delete_object(Bucket=BUCKET, Key=key)
            (tmp_path / "more.rules").write_text(rule(4))
