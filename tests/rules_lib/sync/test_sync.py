"""Successive syncs of one account: what is written, what is left alone, and what is put right."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from support.account import Account, account
from support.feeds import rule
from support.results import by_sid

from localaws import Fault
from rules_lib.errors import SyncError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

MALWARE, INFO, EXPLOIT = "et-emerging-malware", "et-emerging-info", "et-emerging-exploit"
TEN = [rule(sid) for sid in range(1, 11)]


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Account]:
    """An account whose allowlist alerts on everything."""
    with account(tmp_path) as found:
        found.allow()
        yield found


def changes(summary: dict[str, list[dict[str, str]]]) -> dict[str, str]:
    """What became of each rule group."""
    return {group["name"]: group["change"] for group in summary["rule_groups"]}


# Nothing is written that need not be.


def test_second_build_asks_for_nothing(running: Account) -> None:
    """Planning after applying is empty: no write, no dry run."""
    running.sync(malware=TEN, info=[rule(20)])
    mark = len(running.aws.calls)
    running.build()
    assert not any(call.dry_run for call in running.aws.calls[mark:])
    assert set(running.since(mark)) <= {"ListRuleGroups", "DescribeRuleGroup"}
    assert running.summary()["calls"] == {}
    assert set(changes(running.summary()).values()) == {"keep"}


def test_changed_rule_updates_its_group_alone(running: Account) -> None:
    """Metadata often changes without a new rev: the text decides."""
    running.sync(malware=TEN, info=[rule(20)])
    newer = [TEN[0].replace("rule 1", "rule one"), *TEN[1:]]
    summary = running.sync(malware=newer, info=[rule(20)])
    assert summary["calls"] == {"UpdateRuleGroup": 1}
    assert changes(summary) == {MALWARE: "update", INFO: "keep"}
    assert "rule one" in running.text(MALWARE)


def test_rule_that_is_added_moves_no_other(running: Account) -> None:
    """One group is updated, and its other rules stand as before."""
    running.sync(malware=TEN, info=[rule(20)])
    before = running.text(MALWARE)
    summary = running.sync(malware=[*TEN, rule(11)], info=[rule(20)])
    assert changes(summary) == {MALWARE: "update", INFO: "keep"}
    assert running.text(MALWARE) == f"{before}{rule(11)}\n"


def test_category_that_goes_takes_its_group_along(running: Account) -> None:
    """What nothing fills any more is deleted."""
    running.sync(malware=TEN, info=[rule(20)])
    summary = running.sync(malware=TEN)
    assert changes(summary) == {MALWARE: "keep", INFO: "delete"}
    assert summary["calls"] == {"DeleteRuleGroup": 1}
    assert running.deployed().keys() == {MALWARE}


def test_group_that_outgrows_its_capacity_is_replaced(running: Account) -> None:
    """Capacity is fixed: a new group is there before the old one goes, and one entry says so."""
    running.sync(malware=TEN)
    more = [rule(sid) for sid in range(1, 31)]
    summary = running.sync(malware=more)
    [entry] = summary["rule_groups"]
    assert (entry["change"], entry["replaces"]) == ("replace", MALWARE)
    assert entry["name"] != MALWARE
    assert entry["capacity"] >= 30
    assert running.deployed().keys() == {entry["name"]}
    assert running.sids() == set(range(1, 31))
    calls = [action for action in running.since(0) if action.startswith(("Create", "Delete"))]
    assert calls == ["CreateRuleGroup", "CreateRuleGroup", "DeleteRuleGroup"]
    assert running.sync(malware=more)["calls"] == {}


# What the service refuses.


@pytest.mark.parametrize("named", [True, False])
def test_refused_rule_is_discarded_and_its_group_goes_on(running: Account, *, named: bool) -> None:
    """With the service's words, whether it names the rule or not."""
    running.aws.refuse("sid:7;", "rule contains conflicting alprotos set", named=named)
    summary = running.sync(malware=TEN)
    assert running.sids() == set(range(1, 11)) - {7}
    reason, detail = running.discarded()[7]
    assert reason == "rejected-by-service"
    assert "rule contains conflicting alprotos set" in detail
    assert summary["discarded"] == {"rejected-by-service": 1}
    assert summary["calls"] == {"CreateRuleGroup": 1}
    assert summary["dry_runs"] > 1


@pytest.mark.parametrize("named", [True, False])
def test_several_refused_rules_are_all_found(running: Account, *, named: bool) -> None:
    """In several groups, and first, last and side by side in one."""
    running.aws.refuse("sid:(1|4|5|10|20);", "no", named=named)
    running.sync(malware=TEN, info=[rule(20), rule(21)])
    assert running.sids() == {2, 3, 6, 7, 8, 9, 21}
    assert set(running.discarded()) == {1, 4, 5, 10, 20}


@pytest.mark.parametrize("named", [True, False])
def test_refusal_is_remembered(running: Account, *, named: bool) -> None:
    """The next sync does not ask again, nor after the service has changed its mind."""
    running.aws.refuse("sid:7;", "no", named=named)
    running.sync(malware=TEN)
    running.aws.accept_all()
    summary = running.sync(malware=TEN)
    assert (summary["calls"], summary["dry_runs"]) == ({}, 0)
    assert running.discarded()[7][0] == "rejected-by-service"


def test_refused_rule_with_another_text_is_asked_for_again(running: Account) -> None:
    """ET has mended it."""
    running.aws.refuse("sid:7; rev:1;", "no")
    running.sync(malware=TEN)
    mended = [*TEN[:6], rule(7, rev=2), *TEN[7:]]
    summary = running.sync(malware=mended)
    assert running.sids() == set(range(1, 11))
    assert summary["calls"] == {"UpdateRuleGroup": 1}
    assert running.discarded() == {}


def test_checker_of_a_refused_setter_is_discarded(running: Account) -> None:
    """It could never fire, and it says so."""
    running.aws.refuse("sid:1;", "no")
    rules = [rule(1, "flowbits:set,a; "), rule(2, "flowbits:isset,a; "), rule(3)]
    running.sync(malware=rules)
    assert running.sids() == {3}
    reasons = {sid: reason for sid, (reason, _) in running.discarded().items()}
    assert reasons == {1: "rejected-by-service", 2: "flowbit-never-set"}


def test_rules_are_accounted_for_where_some_are_refused(running: Account) -> None:
    """`enabled == kept + discarded + off`, as always."""
    running.allow(categories={"emerging-info": "off"})
    running.aws.refuse("sid:(3|4);", "no", named=False)
    rules = running.sync(malware=TEN, info=[rule(20)])["rules"]
    assert rules == {"enabled": 11, "kept": 8, "discarded": 2, "off": 1, "setters_added": 0}


# What fails.


def test_failing_group_stops_no_other(running: Account) -> None:
    """The run ends failed and names it; what is in force is told, and the next sync repairs it."""
    running.sync(malware=TEN)
    latest = running.latest()
    running.aws.inject(
        Fault("CreateRuleGroup", "AccessDeniedException", resource=INFO, dry_run=False)
    )
    running.publish(malware=TEN, info=[rule(20)], exploit=[rule(30)])
    with pytest.raises(SyncError, match=f"{INFO}.*AccessDeniedException"):
        running.build()
    assert running.deployed().keys() == {MALWARE, EXPLOIT}
    assert INFO in running.summary()["failed"]
    assert running.latest() == latest
    running.build()
    assert running.sids() == {*range(1, 11), 20, 30}
    assert running.summary()["calls"] == {"CreateRuleGroup": 1}
    assert running.latest()["build"] == running.builds[-1]


def test_failed_build_keeps_only_what_is_in_force(running: Account) -> None:
    """`rule-groups/` is exactly what was deployed."""
    running.aws.inject(Fault("CreateRuleGroup", "AccessDeniedException", resource=INFO))
    running.publish(malware=TEN, info=[rule(20)])
    with pytest.raises(SyncError):
        running.build()
    names = [key.rpartition("/")[2] for key in running.keys("builds/") if "rule-groups/" in key]
    assert names == [f"{MALWARE}.rules"]
    assert not running.has("latest.json")


def test_throttling_is_waited_out(running: Account) -> None:
    """It is no reason to give up, nor a sign that a group is not there."""
    running.aws.inject(Fault("CreateRuleGroup", "ThrottlingException", dry_run=False))
    running.aws.inject(Fault("DescribeRuleGroup", "ThrottlingException"))
    assert running.sync(malware=TEN)["calls"] == {"CreateRuleGroup": 1}
    assert running.sids() == set(range(1, 11))


def test_group_that_may_not_be_read_is_not_taken_for_missing(running: Account) -> None:
    """Access denied is not "does not exist": nothing is created over it."""
    running.sync(malware=TEN)
    running.aws.inject(Fault("DescribeRuleGroup", "AccessDeniedException", "not allowed"))
    mark = len(running.aws.calls)
    with pytest.raises(SyncError, match="AccessDeniedException"):
        running.build()
    assert set(running.since(mark)) <= {"ListRuleGroups", "DescribeRuleGroup"}
    assert "AccessDeniedException" in running.summary()["failed"]


# What other people do.


def test_foreign_group_of_the_same_name_is_refused_and_untouched(running: Account) -> None:
    """It has no tags of ours: nothing at all is written, and the error says what to do."""
    running.create_by_hand(MALWARE, rule(99))
    token = running.describe(MALWARE)["UpdateToken"]
    running.publish(malware=TEN, info=[rule(20)])
    with pytest.raises(SyncError, match=f"{MALWARE} exists and is not ours.*prefix"):
        running.build()
    assert running.describe(MALWARE)["UpdateToken"] == token
    assert running.deployed().keys() == {MALWARE}
    assert MALWARE in running.summary()["refused"]
    assert not running.has("latest.json")


def test_foreign_group_of_another_name_is_left_alone(running: Account) -> None:
    """Although it begins with our prefix."""
    running.create_by_hand("et-ours-by-hand", rule(99))
    running.sync(malware=TEN)
    assert running.sync(malware=TEN)["calls"] == {}
    assert running.text("et-ours-by-hand") == rule(99)


def test_group_that_was_deleted_by_hand_comes_back(running: Account) -> None:
    """With the next sync, though the feed is the same."""
    running.sync(malware=TEN, info=[rule(20)])
    running.firewall.delete_rule_group(RuleGroupName=INFO, Type="STATEFUL")
    summary = running.sync(malware=TEN, info=[rule(20)])
    assert changes(summary) == {MALWARE: "keep", INFO: "create"}
    assert by_sid(running.text(INFO)).keys() == {20}


def test_group_that_was_edited_by_hand_is_put_right(running: Account) -> None:
    """The allowlist decides what is deployed, not the console."""
    running.sync(malware=TEN, info=[rule(20)])
    before = running.deployed()
    running.edit_by_hand(MALWARE, rule(1))
    summary = running.sync(malware=TEN, info=[rule(20)])
    assert changes(summary) == {MALWARE: "update", INFO: "keep"}
    assert running.deployed() == before


def test_allowlist_edit_takes_effect_without_a_new_feed(running: Account) -> None:
    """The event is the edited file's."""
    running.sync(malware=TEN, info=[rule(20)])
    running.allow(categories={"emerging-malware": "drop", "emerging-info": "off"})
    running.build()
    assert running.deployed().keys() == {MALWARE}
    assert all(line.startswith("drop ") for line in running.text(MALWARE).splitlines())


def test_two_builds_have_folders_of_their_own(running: Account) -> None:
    """So two at once never mix, and `latest.json` names the newest."""
    running.sync(malware=TEN)
    running.build()
    assert len(running.builds) == 2
    assert running.latest()["build"] == running.builds[1]
    for build in running.builds:
        assert running.has(f"builds/{build}/rule-groups/{MALWARE}.rules")
