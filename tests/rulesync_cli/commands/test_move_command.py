"""`rulesync move`: beside, compared, attached; the old ones go only when asked for, and back."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from support.account import Account, account, call
from support.begun import begun
from support.feeds import INFO, MALWARE, rule
from support.feeds import TWO as FEED
from support.localaws import policy
from support.next_generation import ips_texts, make_next, next_attached, next_policy
from support.results import by_sid
from support.snapshot import attached, backend, state

from localaws import Fault

if TYPE_CHECKING:
    from pathlib import Path

NEW_MALWARE, NEW_INFO = "et-ips-emerging-malware", "et-ips-emerging-info"
MODES = {"emerging-malware": "drop", "emerging-info": "alert"}
SETTINGS: dict[str, Any] = {"categories": MODES, "firewall": {"capacity": 30_000, "prefix": "et"}}
MAKE = ("move", "--to", "next-generation", "--policy", "new", "--unproven", "--yes")
REMOVE = (*MAKE, "--from-policy", "old", "--remove-old")
BACK = ("move", "--to", "classic", "--policy", "old", "--yes")


@begun(RULESYNC_POLICIES="old")
def live(found: Account) -> None:
    """An account whose policy `old` has classic rule groups in force."""
    found.firewall.create_firewall_policy(FirewallPolicyName="old", FirewallPolicy=policy())
    found.allow(**SETTINGS)
    found.sync(**FEED)
    make_next(found, "new")


def done(*words: str) -> dict[str, Any]:
    """What a move that succeeds says of itself."""
    result = call(*words, "--json")
    assert result.exit_code == 0, result.output
    return dict(json.loads(result.stdout))


def refused(*words: str) -> str:
    """Why a move is refused; nothing is written."""
    before = state()
    result = call(*words)
    assert result.exit_code == 1, result.output
    assert state() == before
    return result.stderr


def firewall_keys(running: Account) -> str:
    """The line of the bucket's allowlist about the firewall."""
    text = running.read("config/categories.yaml").decode()
    return text[text.index("firewall:") :]


def test_first_step_makes_the_new_groups_and_touches_nothing_else(live: Account) -> None:
    """The old ones stay attached, the allowlist stays, and both hold the same rules."""
    before, text = state(), live.read("config/categories.yaml")
    found = done(*MAKE)
    assert next_attached("new") == [NEW_INFO, NEW_MALWARE]
    assert next_policy(live, "new")["PolicyMode"] == "ENFORCE"
    assert attached()["old"] == [MALWARE, INFO]
    assert {name: one for name, one in state()["groups"].items() if name in {MALWARE, INFO}} == (
        before["groups"]
    )
    assert live.read("config/categories.yaml") == text
    assert (found["prefix"], found["from_prefix"]) == ("et-ips", "et")
    assert found["comparison"] == {"same": 8, "differing": []}
    assert {tuple(by_sid(one)) for one in ips_texts().values()} == {(1, 2, 3, 4, 5), (10, 11, 12)}
    assert all("drop" in line for line in ips_texts()[NEW_MALWARE].splitlines())


def test_scheduled_builds_go_on_with_the_old_groups_meanwhile(live: Account) -> None:
    """And another run of the first step brings the new ones up to date."""
    done(*MAKE)
    live.sync(**{**FEED, "info": [rule(sid, rev=2) for sid in range(10, 13)]})
    assert "rev:2" in live.text(INFO)
    assert "rev:2" not in ips_texts()[NEW_INFO]
    found = done(*MAKE)
    assert {step["name"]: step["change"] for step in found["steps"]} == {
        NEW_INFO: "update",
        NEW_MALWARE: "keep",
    }
    assert "rev:2" in ips_texts()[NEW_INFO]
    assert found["comparison"]["same"] == 8


def test_rules_that_differ_are_named_with_the_cause(live: Account) -> None:
    """One that the service takes in one kind alone, one whose text is newer."""
    live.aws.refuse("sid:3;", "rule is not supported")
    live.publish(
        **{**FEED, "malware": [rule(sid, rev=2 if sid == 4 else 1) for sid in range(1, 6)]}
    )
    found = done(*MAKE)["comparison"]
    told = {one["sid"]: (one["kind"], one["why"]) for one in found["differing"]}
    assert found["same"] == 6
    assert told.keys() == {3, 4}
    assert told[3][0] == "only-old"
    assert told[3][1].startswith("it is discarded (rejected-by-service)")
    assert told[4][0] == "text"
    human = call(*MAKE)
    assert "only in the old rule groups: 1 rule" in human.stdout
    assert "sid 3" in human.stdout


def test_drop_that_would_be_judged_too_early_is_named_as_the_alert_that_it_becomes(
    live: Account,
) -> None:
    """The one difference that the other order of judging makes by itself."""
    checks, sets = rule(1, "flowbits:isset,x; "), rule(10, "flowbits:set,x; ")
    live.allow(**SETTINGS, max_shrink=1)
    live.sync(malware=[checks, rule(2)], info=[sets])
    [one] = done(*MAKE)["comparison"]["differing"]
    assert (one["sid"], one["kind"]) == (1, "text")
    assert one["why"].startswith("drop becomes alert: it alerts, as sid 10 may set x")


def test_second_step_removes_the_old_groups_and_the_next_build_goes_on(live: Account) -> None:
    """The allowlist names the new kind, with that kind's capacity; nothing is staged anew."""
    done(*MAKE)
    before = ips_texts()
    found = done(*REMOVE)
    assert sorted(found["removed"]) == [INFO, MALWARE]
    assert attached()["old"] == []
    assert {one.name for one in backend().rule_groups.values()} == {NEW_INFO, NEW_MALWARE}
    keys = firewall_keys(live)
    assert "target: next-generation" in keys
    assert "prefix: et-ips" in keys
    assert "capacity: 50000" in keys
    applied = call("apply", "--yes", "--policy", "new", "--unproven", "--json")
    assert applied.exit_code == 0, applied.output
    summary = json.loads(applied.stdout)
    assert summary["calls"] == {}
    assert not any("deleted by somebody else" in one for one in summary["warnings"])
    assert ips_texts() == before
    assert live.latest()["target"] == "next-generation"


def test_the_way_back_is_the_same(live: Account) -> None:
    """Classic groups beside the others, under the plain prefix, then these go."""
    texts = {name: live.text(name) for name in (MALWARE, INFO)}
    done(*MAKE)
    done(*REMOVE)
    found = done(*BACK)
    assert (found["prefix"], found["from_prefix"]) == ("et", "et-ips")
    assert found["comparison"] == {"same": 8, "differing": []}
    assert attached()["old"] == [MALWARE, INFO]
    assert next_attached("new") == [NEW_INFO, NEW_MALWARE]
    assert {name: live.text(name) for name in (MALWARE, INFO)} == texts
    done(*BACK, "--from-policy", "new", "--remove-old")
    assert next_attached("new") == []
    assert not ips_texts()
    keys = firewall_keys(live)
    assert "target: classic" in keys
    assert "prefix: et\n" in keys
    assert "capacity: 30000" in keys
    live.build()
    assert live.summary()["calls"] == {}


def test_old_groups_of_a_policy_that_protects_a_firewall_stay(live: Account) -> None:
    """Until the firewall has the new policy."""
    about = live.firewall.describe_firewall_policy(FirewallPolicyName="old")
    arn = about["FirewallPolicyResponse"]["FirewallPolicyArn"]
    live.firewall.create_firewall(FirewallName="f", FirewallPolicyArn=arn, VpcId="vpc-1")
    done(*MAKE)
    assert "old has 1 firewall: associate a policy of the new kind" in refused(*REMOVE)
    new = live.firewall.describe_firewall_policy_v2(FirewallPolicyV2Name="new")
    live.firewall.associate_firewall_policy(
        FirewallName="f", FirewallPolicyArn=new["FirewallPolicyV2Response"]["FirewallPolicyV2Arn"]
    )
    done(*REMOVE)


def test_old_groups_of_a_policy_that_was_not_given_stay(live: Account) -> None:
    """Nobody said that they may be taken out of it."""
    done(*MAKE)
    said = refused(*MAKE, "--remove-old")
    assert live.text(MALWARE)
    assert f"{MALWARE} is used by a firewall policy that was not given" in said
    assert "--from-policy" in said


@pytest.mark.parametrize("change", ["never made", "feed", "detached"])
def test_nothing_is_removed_before_the_new_groups_are_as_they_should_be(
    live: Account, change: str
) -> None:
    """The first step comes first, and once more where something has changed since."""
    if change != "never made":
        done(*MAKE)
    if change == "feed":
        live.publish(**{**FEED, "info": [rule(10, rev=9)]})
    if change == "detached":
        about = live.firewall.describe_firewall_policy_v2(FirewallPolicyV2Name="new")
        live.firewall.update_firewall_policy_v2(
            FirewallPolicyV2Name="new",
            UpdateToken=about["UpdateToken"],
            FirewallPolicyV2={"FirewallDefaultAction": "ACCEPT"},
        )
    said = refused(*REMOVE)
    assert "are not up to date" in said
    assert "Run `rulesync move --to next-generation` first" in said


def test_nothing_is_attached_without_leave(live: Account) -> None:
    """The groups are made, the policy is not touched, and the exit code says so."""
    result = call("move", "--to", "next-generation", "--policy", "new", "--yes")
    assert result.exit_code == 1
    assert "not attached" in result.stderr
    assert ips_texts().keys() == {NEW_INFO, NEW_MALWARE}
    assert next_attached("new") == []
    assert live.text(MALWARE)


def test_policy_of_the_old_kind_is_no_place_for_the_new_groups(live: Account) -> None:
    """It is told as what it is."""
    said = refused("move", "--to", "next-generation", "--policy", "old", "--unproven", "--yes")
    assert "old is a classic policy" in said
    assert live.policy("old")


def test_prefix_is_chosen_and_never_the_same(live: Account) -> None:
    """Both prefixes apart."""
    assert "would have the prefix et" in refused(*MAKE, "--prefix", "et")
    done(*MAKE, "--prefix", "v2")
    assert next_attached("new") == ["v2-emerging-info", "v2-emerging-malware"]
    done(*REMOVE, "--prefix", "v2")
    assert {one.name for one in backend().rule_groups.values()} == set(next_attached("new"))
    assert "prefix: v2" in firewall_keys(live)


def test_hold_stops_a_move(live: Account) -> None:
    """What is held is to stay."""
    [build] = live.builds
    assert call("rollback", build, "--yes", "--policy", "old").exit_code == 0
    assert "is held since" in refused(*MAKE)


def test_nobody_is_asked_without_a_terminal(live: Account) -> None:
    """And nothing is written."""
    words = tuple(word for word in MAKE if word != "--yes")
    assert "give --yes" in refused(*words)
    assert live.read("config/categories.yaml")


def test_allowlist_that_somebody_edits_meanwhile_is_not_lost(live: Account) -> None:
    """The second step stops before it removes anything."""
    done(*MAKE)
    live.meanwhile["PutObject"] = lambda: live.put("config/categories.yaml", "version: 1\n")
    result = call(*REMOVE)
    assert result.exit_code == 1
    assert live.read("config/categories.yaml") == b"version: 1\n"
    assert attached()["old"] == [MALWARE, INFO]


def test_move_that_broke_off_goes_on_where_it_is_run_again(live: Account) -> None:
    """Between the upload and the removal too, when the allowlist is the new one already."""
    done(*MAKE)
    live.aws.inject(Fault("DeleteRuleGroup", "AccessDeniedException", resource=INFO))
    result = call(*REMOVE)
    assert result.exit_code == 1
    assert "not all of the old rule groups are removed" in result.stderr
    assert "target: next-generation" in firewall_keys(live)
    found = done(*REMOVE)
    assert found["removed"] == [INFO]
    assert {one.name for one in backend().rule_groups.values()} == {NEW_INFO, NEW_MALWARE}


def test_move_of_an_account_without_old_groups_makes_the_new_ones(tmp_path: Path) -> None:
    """There is nothing to compare with, and it says so."""
    with account(tmp_path) as found:
        found.allow(**SETTINGS)
        found.publish(**FEED)
        result = call("move", "--to", "next-generation", "--yes")
        assert result.exit_code == 0, result.output
        assert "there are no old rule groups with the prefix et" in result.stdout
        assert "no policy was named: attach them by hand" in result.stderr
        assert ips_texts().keys() == {NEW_MALWARE, NEW_INFO}


def test_move_needs_an_allowlist(tmp_path: Path) -> None:
    """It edits the bucket's."""
    with account(tmp_path):
        result = call("move", "--to", "next-generation", "--yes")
        assert result.exit_code == 1
        assert "upload an allowlist first" in result.stderr
