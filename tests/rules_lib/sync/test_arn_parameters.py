"""The ARN of each rule group in force, in an SSM parameter whose name stays."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from support.account import Account, account, call
from support.feeds import rule

from rules_lib.aws.arn_parameters import ArnParameters
from rules_lib.errors import FirewallError, SyncError
from rules_lib.groups.naming import lasting_names
from rules_lib.groups.rule_group import Slot

MALWARE = "/rulesync/et-emerging-malware/arn"
ASKED = {"RULESYNC_GROUP_PARAMETERS": "true"}


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Account]:
    """An account with two rule groups in force, whose stack writes parameters."""
    with account(tmp_path / "feed", **ASKED) as aws:
        aws.allow(max_shrink=1)
        aws.sync(malware=[rule(1)], info=[rule(50)])
        yield aws


def parameters() -> dict[str, str]:
    """Every parameter below ours, with the name of the rule group that its ARN has."""
    found = boto3.client("ssm").get_parameters_by_path(Path="/rulesync", Recursive=True)
    return {one["Name"]: one["Value"].rpartition("/")[2] for one in found["Parameters"]}


def test_parameters_point_at_what_is_in_force(running: Account) -> None:
    """One for each rule group, with its whole ARN."""
    assert parameters() == {
        MALWARE: "et-emerging-malware",
        "/rulesync/et-emerging-info/arn": "et-emerging-info",
    }
    value = boto3.client("ssm").get_parameter(Name=MALWARE)["Parameter"]["Value"]
    arn = running.describe("et-emerging-malware")["RuleGroupResponse"]["RuleGroupArn"]
    assert value == arn


def test_name_stays_when_a_group_is_replaced(running: Account) -> None:
    """The rule group itself has another one."""
    running.sync(malware=[rule(sid) for sid in range(1, 6)], info=[rule(50)])
    assert set(running.deployed()) == {"et-emerging-malware-b", "et-emerging-info"}
    assert parameters()[MALWARE] == "et-emerging-malware-b"


def test_parameter_of_a_group_that_is_gone_goes(running: Account) -> None:
    """Nothing is left that points nowhere."""
    running.sync(malware=[rule(1)])
    assert parameters() == {MALWARE: "et-emerging-malware"}


def test_rollback_points_back(running: Account) -> None:
    """From the command, whose environment says the same as the stack's."""
    first = running.builds[-1]
    running.sync(malware=[rule(sid) for sid in range(1, 6)], info=[rule(50)])
    assert call("rollback", first, "--yes").exit_code == 0
    assert set(parameters().values()) == set(running.deployed())
    assert running.text(parameters()[MALWARE]).count("sid:") == 1


def test_what_somebody_changed_is_corrected(running: Account) -> None:
    """Also where no rule group changes."""
    client = boto3.client("ssm")
    client.put_parameter(Name=MALWARE, Value="mine", Type="String", Overwrite=True)
    client.delete_parameter(Name="/rulesync/et-emerging-info/arn")
    running.build()
    assert set(parameters().values()) == set(running.deployed())


def test_nothing_is_written_unless_asked(tmp_path: Path) -> None:
    """No client is made, and no right is needed."""
    with account(tmp_path / "feed") as aws:
        aws.allow()
        aws.sync(malware=[rule(1)])
        assert parameters() == {}


class Refusing:
    """A client that may not write."""

    def get_parameters(self, **_: Any) -> Any:
        """Nothing is there."""
        return {"Parameters": []}

    def put_parameter(self, **_: Any) -> Any:
        """Refuse, as IAM does."""
        raise ClientError({"Error": {"Code": "AccessDeniedException", "Message": "no"}}, "x")

    delete_parameters = put_parameter


def test_parameter_that_cannot_be_written_fails_the_build(
    running: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is named, the rule groups are in force all the same, and the next sync tries again."""
    monkeypatch.setattr("rules_lib.aws.clients.parameters", Refusing)
    with pytest.raises(SyncError, match=r"PutParameter /rulesync/et-.*AccessDenied"):
        running.sync(malware=[rule(1, rev=2)], info=[rule(50)])
    assert "rev:2;" in running.text("et-emerging-malware")


class Keeping(Refusing):
    """A client with twelve parameters, which may be deleted."""

    def __init__(self) -> None:
        self.deleted: list[list[str]] = []

    def get_parameters(self, **given: Any) -> Any:
        """All have the same value."""
        assert len(given["Names"]) <= 10
        return {"Parameters": [{"Name": name, "Value": "old"} for name in given["Names"]]}

    def delete_parameters(self, **given: Any) -> Any:
        """Note it."""
        self.deleted.append(list(given["Names"]))


def test_only_what_points_at_the_group_is_removed() -> None:
    """Another group may have taken its name meanwhile; ten at once are what the service takes."""
    client = Keeping()
    ArnParameters(client).remove({f"/p/{n}": "old" if n else "new" for n in range(12)})
    assert [len(names) for names in client.deleted] == [10, 1]
    assert "/p/0" not in client.deleted[0]


def test_refused_deletion_is_told() -> None:
    """With the name of the first."""

    class Half(Refusing):
        get_parameters = Keeping.get_parameters

    with pytest.raises(FirewallError, match=r"DeleteParameters /p/1: AccessDenied"):
        ArnParameters(Half()).remove({"/p/1": "old"})


def test_lasting_names_are_one_for_each_slot() -> None:
    """Where two slots come to one name, the second has a letter, whatever their order is."""
    slots = [Slot("botcc.portgrouped"), Slot("botcc-portgrouped"), Slot("tor", 2)]
    names = lasting_names(slots, "et")
    assert names == lasting_names(slots[::-1], "et")
    assert set(names.values()) == {"et-botcc-portgrouped", "et-botcc-portgrouped-b", "et-tor-2"}
