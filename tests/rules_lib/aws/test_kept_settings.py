"""What people set of our rule groups and is not ours to say outlives updates and replacements."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import boto3
import pytest
from support.account import Account, account
from support.feeds import rule

from rules_lib.aws.shapes import kept

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

MALWARE = "et-emerging-malware"
KEY = {"Type": "CUSTOMER_KMS", "KeyId": "arn:aws:kms:us-east-1:123456789012:key/1"}
SUMMARY = {"RuleOptions": ["SID", "MSG"]}
OURS = {"RuleGroupArn", "RuleGroupName", "Type", "Description"}


@pytest.fixture
def live(tmp_path: Path) -> Iterator[Account]:
    """An account with a group of ours that somebody encrypted with a key of theirs, and tagged."""
    with account(tmp_path, RULESYNC_POLICIES="live") as found:
        found.allow(max_shrink=1)
        found.sync(malware=[rule(1), rule(2)])
        held = found.describe(MALWARE)
        found.firewall.update_rule_group(
            RuleGroupName=MALWARE,
            Type="STATEFUL",
            UpdateToken=held["UpdateToken"],
            RuleGroup=held["RuleGroup"],
            Description=held["RuleGroupResponse"]["Description"],
            EncryptionConfiguration=KEY,
        )
        arn = held["RuleGroupResponse"]["RuleGroupArn"]
        found.firewall.tag_resource(ResourceArn=arn, Tags=[{"Key": "cost-center", "Value": "4711"}])
        yield found


def sent(running: Account, call: str) -> list[dict[str, Any]]:
    """What is sent from now on with each call of a name."""
    seen = list[dict[str, Any]]()
    events = boto3.DEFAULT_SESSION.events  # type: ignore[union-attr]
    events.register(
        f"provide-client-params.network-firewall.{call}",
        lambda params, **_: seen.append(dict(params)),
    )
    assert running.has("latest.json")
    return seen


def test_update_keeps_the_key(live: Account) -> None:
    """Of the dry run too, which needs the same rights."""
    updates = sent(live, "UpdateRuleGroup")
    assert live.sync(malware=[rule(1), rule(2, rev=2)])["calls"] == {"UpdateRuleGroup": 1}
    assert live.describe(MALWARE)["RuleGroupResponse"]["EncryptionConfiguration"] == KEY
    assert [one["EncryptionConfiguration"] for one in updates] == [KEY, KEY]


def test_replacement_takes_over_the_key_and_the_tags(live: Account) -> None:
    """It is the same group to people, under another name."""
    live.sync(malware=[rule(sid) for sid in range(1, 40)])
    about = live.describe(f"{MALWARE}-b")["RuleGroupResponse"]
    assert about["EncryptionConfiguration"] == KEY
    tags = {tag["Key"]: tag["Value"] for tag in about["Tags"]}
    assert tags == {
        "rulesync:prefix": "et",
        "rulesync:slot": "emerging-malware:1",
        "cost-center": "4711",
    }


def test_update_sends_back_what_a_summary_shows(live: Account) -> None:
    """And where a group was copied from."""
    source = {"SourceArn": "arn:aws:x", "SourceUpdateToken": "12345678-1234-1234-1234-123456789012"}
    live.aws.describe_more(
        MALWARE,
        RuleGroupResponse={"SummaryConfiguration": SUMMARY, "SourceMetadata": source},
    )
    updates = sent(live, "UpdateRuleGroup")
    live.sync(malware=[rule(1), rule(2, rev=2)])
    for update in updates:
        assert update["SummaryConfiguration"] == SUMMARY
        assert update["SourceMetadata"] == source


def test_key_of_aws_is_no_setting() -> None:
    """It is what a group has anyway, with a key id that is none."""
    default = {"Type": "AWS_OWNED_KMS_KEY", "KeyId": "AWS_OWNED_KMS_KEY"}
    about: Any = {"EncryptionConfiguration": default, "SummaryConfiguration": {}}
    assert kept(about) == {}


def test_nothing_else_of_a_description_is_taken_by_an_update() -> None:
    """A newer model may have more: it would be cleared unseen."""
    model = boto3.client("network-firewall", region_name="us-east-1").meta.service_model
    update = model.operation_model("UpdateRuleGroup").input_shape
    describe = model.operation_model("DescribeRuleGroup").output_shape
    assert update
    assert describe
    about = describe.members["RuleGroupResponse"].members  # type: ignore[attr-defined]
    taken = {name: {"Type": "CUSTOMER_KMS"} for name in about.keys() & update.members.keys() - OURS}
    found: Any = taken
    assert kept(found).keys() == taken.keys()
