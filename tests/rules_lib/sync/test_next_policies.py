"""Next Generation policies on the embedded AWS: what is attached, what stays, what is refused."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from unittest import mock

import boto3
import pytest
from support.account import Account, account, call
from support.feeds import DNS, INFO, MALWARE, rule
from support.feeds import THREE as FEED
from support.localaws import policy
from support.next_generation import (
    NEXT,
    SECTION,
    inline,
    ips_texts,
    make_next,
    next_attached,
    next_policy,
)
from support.results import by_sid
from support.snapshot import backend, state

from localaws import Fault, Quotas
from rules_lib.aws.firewall import Firewall
from rules_lib.errors import SettingsError, SyncError
from rules_lib.facts.targets import Target

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def live(tmp_path: Path) -> Iterator[Account]:
    """An account that is to attach to the policy `live`, which nobody has made yet."""
    with account(tmp_path, RULESYNC_POLICIES="live", RULESYNC_UNPROVEN="true") as found:
        found.allow(firewall=NEXT)
        yield found


def refused(running: Account) -> str:
    """Why a sync is refused; nothing may have been written."""
    running.publish(**FEED)
    before, mark = state(), len(running.aws.calls)
    with pytest.raises(SyncError) as caught:
        running.build()
    assert state() == before
    written = {one.action for one in running.aws.calls[mark:] if not one.dry_run}
    assert all(one.startswith(("Describe", "List")) for one in written)
    return str(caught.value)


def test_missing_policy_is_made_in_monitor_mode_and_accepts(live: Account) -> None:
    """It blocks nothing until its owner sets the mode, and all groups are of type IPS."""
    summary = live.sync(**FEED)
    assert next_policy(live) == {
        "PolicyMode": "MONITOR",
        "FirewallDefaultAction": "ACCEPT",
        "IpsRuleGroupEntries": next_policy(live)["IpsRuleGroupEntries"],
    }
    assert next_attached() == [DNS, INFO, MALWARE]
    assert summary["calls"] == {"CreateFirewallPolicyV2": 1, "CreateRuleGroup": 3}
    assert summary["target"] == "next-generation"
    assert [one["priority"] for one in summary["rule_groups"]] == [None] * 3
    assert {one.kind for one in backend().rule_groups.values()} == {"IPS"}
    assert not backend().firewall_policies
    group = live.firewall.describe_rule_group(RuleGroupName=DNS, Type="IPS")
    assert group["IpsRuleGroup"].keys() == {"RulesSource"}


def test_every_other_member_of_a_policy_stays(live: Account) -> None:
    """Rules in line, the firewall section, the variables, the mode: the owner's, to the byte."""
    variables = {"RuleVariables": {"HOME_NET": {"Definition": ["10.0.0.0/8"]}}}
    entries = [inline(f"{rule(900)}\n"), inline(f"{rule(901)}\n")]
    make_next(
        live,
        IpsRuleGroupEntries=entries,
        FirewallRuleGroupEntries=SECTION,
        FirewallDefaultAction="DROP",
        PolicyVariables=variables,
        StatefulEngineOptions={"StreamExceptionPolicy": "REJECT"},
    )
    before = next_policy(live)
    live.sync(**FEED)
    live.allow(categories={"emerging-dns": "off"}, firewall=NEXT, max_shrink=1)
    live.build()
    after = next_policy(live)
    assert after["IpsRuleGroupEntries"][:2] == entries
    assert after | {"IpsRuleGroupEntries": entries} == before
    assert next_attached() == [INFO, MALWARE]
    assert ips_texts().keys() == {INFO, MALWARE}
    about = live.firewall.describe_firewall_policy_v2(FirewallPolicyV2Name="live")
    assert about["FirewallPolicyV2Response"]["Description"] == "the owner's words"


def test_a_grown_group_is_replaced_in_one_update(live: Account) -> None:
    """No moment without its rules; and one whose rules alone change is updated in place."""
    live.sync(**FEED)
    live.allow(firewall=NEXT, max_shrink=1)
    summary = live.sync(**{**FEED, "malware": [rule(sid) for sid in range(100, 130)]})
    assert summary["calls"] == {
        "CreateRuleGroup": 1,
        "UpdateFirewallPolicyV2": 1,
        "DeleteRuleGroup": 1,
    }
    assert next_attached() == [DNS, INFO, f"{MALWARE}-b"]
    summary = live.sync(**{**FEED, "malware": [rule(sid, rev=2) for sid in range(100, 130)]})
    assert summary["calls"] == {"UpdateRuleGroup": 1}
    assert (
        live.sync(**{**FEED, "malware": [rule(s, rev=2) for s in range(100, 130)]})["calls"] == {}
    )


def test_a_group_whose_drops_were_turned_to_alerts_stays_so_when_it_is_replaced(
    live: Account,
) -> None:
    """What people said of it in the policy goes over to the group that takes its place."""
    live.sync(**FEED)
    token = live.firewall.describe_firewall_policy_v2(FirewallPolicyV2Name="live")["UpdateToken"]
    content = next_policy(live)
    override = {"Action": "DROP_TO_ALERT"}
    for entry in content["IpsRuleGroupEntries"]:
        if entry["ResourceArn"].endswith(f"/{MALWARE}"):
            entry["Override"] = override
    live.firewall.update_firewall_policy_v2(
        FirewallPolicyV2Name="live", FirewallPolicyV2=content, UpdateToken=token
    )
    live.allow(firewall=NEXT, max_shrink=1)
    live.sync(**{**FEED, "malware": [rule(sid) for sid in range(100, 130)]})
    assert next_attached() == [DNS, INFO, f"{MALWARE}-b"]
    said = {
        entry["ResourceArn"].rpartition("/")[2]: entry.get("Override")
        for entry in next_policy(live)["IpsRuleGroupEntries"]
    }
    assert said == {DNS: None, INFO: None, f"{MALWARE}-b": override}


@pytest.mark.parametrize("action", ["DROP", "REJECT", None])
def test_policy_that_blocks_everything_before_the_rules_is_refused(
    live: Account, action: str | None
) -> None:
    """With nothing in its firewall section no packet comes as far as a rule."""
    arn = make_next(live)
    about = live.firewall.describe_firewall_policy_v2(FirewallPolicyV2Arn=arn)
    content = {"FirewallDefaultAction": action} if action else {}
    live.firewall.update_firewall_policy_v2(
        FirewallPolicyV2Arn=arn, UpdateToken=about["UpdateToken"], FirewallPolicyV2=content
    )
    said = refused(live)
    named = f"its default action is {action}" if action else "it names no default action"
    assert f"live: {named} and its firewall section has no rule group" in said
    assert "set its FirewallDefaultAction to ACCEPT" in said


def test_attached_policy_that_begins_to_block_everything_still_gets_new_rules(
    live: Account,
) -> None:
    """What its owner does later is told with each sync, and stops no update of a rule."""
    live.sync(**FEED)
    about = live.firewall.describe_firewall_policy_v2(FirewallPolicyV2Name="live")
    content = {**about["FirewallPolicyV2"], "FirewallDefaultAction": "DROP"}
    live.firewall.update_firewall_policy_v2(
        FirewallPolicyV2Name="live", UpdateToken=about["UpdateToken"], FirewallPolicyV2=content
    )
    summary = live.sync(**{**FEED, "dns": [rule(20, rev=2)]})
    assert summary["calls"] == {"UpdateRuleGroup": 1}
    assert any("blocks all traffic before a rule is looked at" in w for w in summary["warnings"])


def test_member_that_botocore_does_not_know_is_not_lost(live: Account) -> None:
    """The sync is refused, naming it, as for a classic policy."""
    make_next(live)
    live.aws.describe_more("live", FirewallPolicyV2={"MadeUp": {"On": True}})
    assert "an update would lose FirewallPolicyV2.MadeUp" in refused(live)


def test_policy_whose_update_lost_its_answer_is_no_failure(live: Account) -> None:
    """The service did what was asked; a stale token is asked for anew."""
    make_next(live)
    live.aws.inject(Fault("UpdateFirewallPolicyV2", "InternalServerError", carried_out=True))
    live.sync(**FEED)
    assert next_attached() == [DNS, INFO, MALWARE]
    live.aws.inject(Fault("UpdateFirewallPolicyV2", "InvalidTokenException"))
    live.allow(categories={"emerging-dns": "off"}, firewall=NEXT, max_shrink=1)
    live.build()
    assert next_attached() == [INFO, MALWARE]


def test_classic_policy_is_not_taken_for_one_that_is_missing(live: Account) -> None:
    """By its name it would be made a second time, and its own groups would stay out of it."""
    live.firewall.create_firewall_policy(FirewallPolicyName="live", FirewallPolicy=policy())
    said = refused(live)
    assert "live is a classic policy, and the allowlist has firewall.target: next-gen" in said


def test_next_generation_policy_is_not_taken_for_one_that_is_missing(live: Account) -> None:
    """The other way, by name: a classic one of that name would protect nobody."""
    make_next(live)
    live.allow()
    said = refused(live)
    assert "live is a Next Generation policy, and the allowlist has firewall.target: cla" in said
    assert "rulesync move --to next-generation" in said


@pytest.mark.parametrize("target", list(Target))
def test_policy_of_the_other_kind_by_its_arn_is_told_as_such(
    tmp_path: Path, target: Target
) -> None:
    """Whatever the ARN looks like, the service is asked which kind it is."""
    place = "arn:aws:network-firewall:us-east-1:123456789012"
    kind = "firewall-policy" if target.in_action_order else "firewall-policy-v2"
    with account(tmp_path, RULESYNC_POLICIES=f"{place}:{kind}/live") as running:
        running.firewall.create_firewall_policy(FirewallPolicyName="live", FirewallPolicy=policy())
        make_next(running)
        running.allow(firewall={"target": str(target)})
        assert f"the allowlist has firewall.target: {target}" in refused(running)


@pytest.mark.parametrize("code", ["AccessDeniedException", "UnknownOperationException"])
def test_account_that_knows_nothing_of_the_other_kind_is_served_as_before(
    live: Account, code: str
) -> None:
    """Older permissions, or a region without it: a classic policy by a free name is made."""
    live.allow()
    live.aws.inject(Fault("DescribeFirewallPolicyV2", code))
    live.aws.inject(Fault("DescribeFirewallPolicyV2", code))
    live.sync(**FEED)
    assert [one.name for one in backend().firewall_policies.values()] == ["live"]


def test_throttled_question_about_the_other_kind_makes_no_policy(live: Account) -> None:
    """Nobody knows then whether there is one of the name."""
    live.allow()
    for _ in range(100):
        live.aws.inject(Fault("DescribeFirewallPolicyV2", "InternalServerError"))
    assert "InternalServerError" in refused(live)


def test_names_of_classic_groups_are_not_taken(live: Account) -> None:
    """Whether groups of two types may have one name is not known, so none of ours has."""
    live.create_by_hand(MALWARE, rule(1))
    said = refused(live)
    assert f"{MALWARE}: rule groups of classic policies have these names" in said
    assert "set another firewall.prefix" in said


def test_classic_groups_of_other_names_are_left_alone(live: Account) -> None:
    """And a group of type IPS without our tags is somebody else's, as in Classic."""
    live.create_by_hand("et-other", rule(1))
    live.firewall.create_rule_group(
        RuleGroupName="et-theirs",
        Type="IPS",
        Capacity=1,
        IpsRuleGroup={"RulesSource": {"RulesString": rule(1)}},
    )
    live.sync(**FEED)
    assert {"et-other", "et-theirs"} <= {one.name for one in backend().rule_groups.values()}
    assert next_attached() == [DNS, INFO, MALWARE]


def test_edit_by_hand_is_reverted_and_a_deleted_group_made_again(live: Account) -> None:
    """Drift is told and put right, as in Classic."""
    live.sync(**FEED)
    token = live.firewall.describe_rule_group(RuleGroupName=DNS, Type="IPS")["UpdateToken"]
    live.firewall.update_rule_group(
        RuleGroupName=DNS,
        Type="IPS",
        UpdateToken=token,
        IpsRuleGroup={"RulesSource": {"RulesString": rule(77)}},
    )
    live.build()
    warnings = live.summary()["warnings"]
    assert f"rule group {DNS} was edited by somebody else; the edit is reverted" in warnings
    assert by_sid(ips_texts()[DNS]).keys() == {20}


def test_rule_that_the_service_refuses_is_found(live: Account) -> None:
    """Each group is validated before anything is written; the others of it are kept."""
    live.aws.refuse("sid:3;", "rule contains conflicting alprotos set", named=False)
    live.sync(**FEED)
    assert live.discarded()[3][0] == "rejected-by-service"
    assert by_sid(ips_texts()[MALWARE]).keys() == {1, 2, 4, 5}


def test_scheduled_build_with_nothing_new_reads_no_rule(live: Account) -> None:
    """The note of what was read holds for groups of this type too."""
    live.sync(**FEED)
    for group in list(backend().rule_groups):  # as if they had been made a while ago
        found = backend().rule_groups[group]
        object.__setattr__(found, "modified", found.modified.replace(year=2020))
    live.build()
    live.tick()
    mark = len(live.aws.calls)
    assert live.tick()["status"] == "unchanged"
    assert "DescribeRuleGroup" not in live.since(mark)
    assert "DescribeFirewallPolicyV2" in live.since(mark)


def test_rollback_restores_the_groups_of_an_earlier_build(live: Account) -> None:
    """Byte for byte, and held, as in Classic."""
    live.sync(**FEED)
    before, [build] = ips_texts(), live.builds
    live.allow(firewall=NEXT, max_shrink=1)
    live.sync(**{**FEED, "malware": [rule(sid, rev=3) for sid in range(1, 6)]})
    assert ips_texts() != before
    done = call("rollback", build, "--yes", "--unproven", "--policy", "live")
    assert done.exit_code == 0, done.output
    assert ips_texts() == before
    assert live.build()["status"] == "held"


def test_rollback_to_a_build_for_the_other_kind_is_refused(tmp_path: Path) -> None:
    """A policy takes groups of its own kind alone."""
    with account(tmp_path) as running:
        running.allow()
        running.sync(**FEED)
        [build] = running.builds
        running.allow(firewall={**NEXT, "prefix": "et-ips"})
        running.build()
        before = state()
        done = call("rollback", build, "--yes")
        assert done.exit_code == 1
        assert (
            "has rule groups for classic policies, and those in force are for Next" in done.stderr
        )
        assert state() == before


def test_nothing_is_attached_before_an_account_has_confirmed_it(tmp_path: Path) -> None:
    """Groups are made; the policy is not touched, and the build says why and what to do."""
    with account(tmp_path, RULESYNC_POLICIES="live") as running:
        make_next(running)
        running.allow(firewall=NEXT)
        running.publish(**FEED)
        with pytest.raises(SyncError, match="live: UpdateFirewallPolicyV2 live: NotSent") as caught:
            running.build()
        assert "was never run in a real account" in str(caught.value)
        assert "--unproven" in str(caught.value)
        assert ips_texts().keys() == {DNS, INFO, MALWARE}
        assert next_attached() == []
        assert any("was never run in a real account" in w for w in running.summary()["warnings"])
        done = call("apply", "--yes", "--unproven", "--policy", "live")
        assert done.exit_code == 0, done.output
        assert next_attached() == [DNS, INFO, MALWARE]


def test_older_boto3_is_named_with_the_version_that_is_needed() -> None:
    """Before anything is asked."""
    client: Any = boto3.client("network-firewall", region_name="us-east-1")
    model = client.meta.service_model
    older = [name for name in model.operation_names if not name.endswith("V2")]
    with (
        mock.patch.dict(model.__dict__, operation_names=older),
        pytest.raises(SettingsError, match="does not know Next Generation policies") as caught,
    ):
        Firewall(client, "et", target=Target.NEXT_GENERATION)
    assert "install boto3 1.44.0 or newer" in str(caught.value)
    assert boto3.__version__ in str(caught.value)


def test_mode_is_shown_and_never_changed(live: Account) -> None:
    """By plan before the policy is made and after, and by status; as words for people."""
    live.publish(**FEED)
    words = ("--policy", "live")
    new = call("plan", *words)
    assert "policy live when it is made: MONITOR mode: what a rule would drop is" in new.stdout
    live.build()
    assert "policy live: MONITOR mode" in call("plan", *words).stdout
    about = live.firewall.describe_firewall_policy_v2(FirewallPolicyV2Name="live")
    content = {**about["FirewallPolicyV2"], "PolicyMode": "ENFORCE"}
    for entry in content["IpsRuleGroupEntries"]:
        entry["Override"] = {"Action": "DROP_TO_ALERT"}
    live.firewall.update_firewall_policy_v2(
        FirewallPolicyV2Name="live", UpdateToken=about["UpdateToken"], FirewallPolicyV2=content
    )
    live.sync(**{**FEED, "dns": [rule(20, rev=2)]})
    assert next_policy(live)["PolicyMode"] == "ENFORCE"
    shown = call("status", *words)
    assert "policy live: ENFORCE mode: what a rule drops is blocked" in shown.stdout
    assert json.loads(call("status", *words, "--json").stdout)["modes"] == {"live": "ENFORCE"}
    plan = call("plan", *words)
    assert "policy live: the drops of 3 rule groups only alert there" in plan.stdout
    document = json.loads(call("plan", *words, "--json").stdout)
    [policy] = document["policies"]
    assert (policy["target"], policy["mode"]) == ("next-generation", "ENFORCE")
    assert [one["priority"] for one in policy["rule_groups"]] == [None] * 3


def test_status_of_a_policy_that_cannot_be_read_is_told_once(live: Account) -> None:
    """As a finding; no mode is made up."""
    live.sync(**FEED)
    live.aws.inject(Fault("DescribeFirewallPolicyV2", "AccessDeniedException", times=9))
    shown = call("status", "--policy", "live", "--json")
    document = json.loads(shown.stdout)
    assert "modes" not in document
    assert [one["code"] for one in document["findings"]] == ["unknown"]


def test_quota_that_is_used_up_is_named_by_its_kind(live: Account) -> None:
    """Nobody has told us its value, so none is told."""
    live.aws.grant(Quotas(rule_groups=2))
    live.publish(**FEED)
    with pytest.raises(SyncError, match="quota of rule groups of type IPS in this region is used"):
        live.build()
    assert "AWS does not document its value" in live.summary()["failed"]


def test_what_a_policy_has_left_counts_rules_in_line_and_advises_no_raise(live: Account) -> None:
    """An entry in line is one of the 20, and its rules are of the 50,000."""
    make_next(live, IpsRuleGroupEntries=[inline(f"{rule(900)}\n")])
    live.allow(firewall={**NEXT, "rule_groups": 20, "capacity": 3})
    live.sync(**{**FEED, "malware": [rule(1)], "info": [], "dns": []})
    left = json.loads(call("plan", "--policy", "live", "--json").stdout)["left"]
    assert left[0]["rule_groups"] == 19
    assert left[0]["takes"] == {"rule_groups": 20, "capacity": 50_000}
    assert left[0]["capacity"] == 49_999
