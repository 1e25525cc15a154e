"""Firewall policies that the groups are attached to, and builds that meet each other."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from support.account import Account, account
from support.feeds import rule

from rules_lib.errors import SyncError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

POLICY = "inspection"
MALWARE, INFO, OURS = "et-emerging-malware", "et-emerging-info", "house-rules"
TEN, THIRTY = ([rule(sid) for sid in range(1, last)] for last in (11, 31))
BOTH = {MALWARE: 1000, INFO: 1001, OURS: 5}


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Account]:
    """An account with a policy that has a rule group of its own, given to the build."""
    with account(tmp_path, RULESYNC_POLICIES=POLICY) as found:
        found.allow(categories={"emerging-malware": "alert", "emerging-info": "alert"})
        found.create_by_hand(OURS, rule(99))
        found.create_policy(POLICY, {OURS: 5})
        yield found


def test_groups_are_attached_with_their_priorities(running: Account) -> None:
    """In one update; what else the policy says and refers to stays."""
    before = running.policy(POLICY)
    summary = running.sync(malware=TEN, info=[rule(40)])
    assert running.references(POLICY) == BOTH
    assert summary["calls"] == {"CreateRuleGroup": 2, "UpdateFirewallPolicy": 1}
    after = running.policy(POLICY)
    del before["StatefulRuleGroupReferences"], after["StatefulRuleGroupReferences"]
    assert after == before


def test_attached_groups_are_attached_once(running: Account) -> None:
    """The next sync leaves the policy alone, also where a group's text changes."""
    running.sync(malware=TEN, info=[rule(40)])
    assert running.sync(malware=TEN, info=[rule(40)])["calls"] == {}
    changed = running.sync(malware=TEN, info=[rule(40, rev=2)])
    assert changed["calls"] == {"UpdateRuleGroup": 1}


def test_policy_is_switched_to_a_replacement_in_one_update(running: Account) -> None:
    """The new group is there before, the old one goes after: there is no moment without it."""
    running.sync(malware=TEN, info=[rule(40)])
    running.forget()
    summary = running.sync(malware=THIRTY, info=[rule(40)])
    new = next(one["name"] for one in summary["rule_groups"] if one["change"] == "replace")
    assert running.references(POLICY) == {new: 1000, INFO: 1001, OURS: 5}
    calls = [(call, name) for call, name in running.writes() if "Object" not in call]
    assert [call for call, _ in calls] == [
        "CreateRuleGroup",
        "UpdateFirewallPolicy",
        "DeleteRuleGroup",
    ]
    assert running.deployed().keys() == {new, INFO, OURS}


def test_own_rules_leave_a_shared_group_in_the_policy_s_one_update(running: Account) -> None:
    """An earlier version put them there: they are first at once, and in force all the time."""
    own = rule(900, action="pass")
    running.allow(default="drop", firewall={"rule_groups": 2})
    fed = {"malware": TEN, "info": [rule(40)], "dns": [rule(50)]}
    running.sync(**fed)
    running.edit_by_hand("et-shared-drop", f"{running.text('et-shared-drop')}{own}\n")
    running.put("local/ours.rules", own)
    running.forget()
    running.build()
    calls = [call for call, name in running.writes() if "Object" not in call]
    switch = calls.index("UpdateFirewallPolicy")
    assert calls.count("UpdateFirewallPolicy") == 1
    assert set(calls[:switch]) == {"CreateRuleGroup"}
    assert set(calls[switch + 1 :]) == {"DeleteRuleGroup"}
    first, *_ = sorted(running.references(POLICY).items(), key=lambda one: one[1] != 1000)
    assert first == ("et-local-ours", 1000)
    assert running.text("et-local-ours").strip() == own
    assert running.sids() == {*range(1, 11), 40, 50, 99, 900}


def test_category_that_goes_leaves_the_policy_first(running: Account) -> None:
    """A group in use cannot be deleted."""
    running.sync(malware=TEN, info=[rule(40)])
    summary = running.sync(malware=TEN)
    assert summary["calls"] == {"UpdateFirewallPolicy": 1, "DeleteRuleGroup": 1}
    assert running.references(POLICY) == {MALWARE: 1000, OURS: 5}


def test_reference_that_was_taken_out_by_hand_comes_back(running: Account) -> None:
    """Nothing else is written."""
    running.sync(malware=TEN, info=[rule(40)])
    answer = running.firewall.describe_firewall_policy(FirewallPolicyName=POLICY)
    content = answer["FirewallPolicy"]
    references = content["StatefulRuleGroupReferences"]
    content["StatefulRuleGroupReferences"] = [
        one for one in references if not one["ResourceArn"].endswith(INFO)
    ]
    running.firewall.update_firewall_policy(
        FirewallPolicyName=POLICY, UpdateToken=answer["UpdateToken"], FirewallPolicy=content
    )
    assert running.sync(malware=TEN, info=[rule(40)])["calls"] == {"UpdateFirewallPolicy": 1}
    assert running.references(POLICY) == BOTH


def test_full_group_of_a_policy_that_was_not_given_is_filled_and_told(tmp_path: Path) -> None:
    """It cannot be replaced there: what finds no room is discarded, with a warning."""
    with account(tmp_path) as running:
        running.allow(categories={"emerging-malware": "alert"})
        running.sync(malware=TEN)
        running.create_policy(POLICY, {MALWARE: 1})
        summary = running.sync(malware=THIRTY)
        assert running.references(POLICY) == {MALWARE: 1}
        assert running.sids() == set(range(1, 12))
        assert summary["discarded"] == {"over-budget": 19}
        assert any("RULESYNC_POLICIES" in warning for warning in summary["warnings"])


def test_build_that_was_overtaken_builds_from_the_newest_feed(running: Account) -> None:
    """A slow build must not put an older feed over a newer one."""
    running.sync(malware=TEN, info=[rule(40)])
    running.publish(malware=[*TEN, rule(11)], info=[rule(40)])

    def overtake() -> None:
        running.publish(malware=[*TEN, rule(11), rule(12)], info=[rule(40)])
        running.build()

    running.meanwhile["UpdateRuleGroup"] = overtake
    running.build()
    assert running.sids() == {*range(1, 11), 11, 12, 40, 99}
    newest = running.summary()["feed"]["sha256"]
    assert running.latest()["sha256"] == newest
    assert running.latest()["build"] in running.builds[1:]


def test_two_first_builds_at_once_do_not_mix(running: Account) -> None:
    """Both find nothing; whoever comes second takes what is there as it should be."""
    running.publish(malware=TEN, info=[rule(40)])
    running.meanwhile["CreateRuleGroup"] = running.build
    running.build()
    assert running.deployed().keys() == {MALWARE, INFO, OURS}
    assert running.sids() == {*range(1, 11), 40, 99}
    assert running.references(POLICY) == BOTH


def test_shrink_guard_spares_groups_and_policy(running: Account) -> None:
    """Refused before anything is written; an event sent by hand allows it once."""
    running.sync(malware=TEN, info=[rule(40)])
    before, latest = running.deployed(), running.latest()
    running.publish(malware=TEN[:2], info=[rule(40)])
    with pytest.raises(SyncError, match="max_shrink: this would remove 8 of 11"):
        running.build()
    assert (running.deployed(), running.latest()) == (before, latest)
    assert running.summary()["calls"] == {}
    running.build(allow_shrink=True)
    assert running.sids() == {1, 2, 40, 99}
