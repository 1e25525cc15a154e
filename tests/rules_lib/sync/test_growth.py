"""Growth, moves and deletes on live policies: no rule missing, none twice, whenever it breaks off.

A kill after a read is one after the write before it, so a sync is killed after each of its writes
in turn: all of them once, and else those to Network Firewall, as what a build writes into its own
folder is read by nobody before it ends.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from support.account import Account, account
from support.feeds import rule
from support.results import by_sid
from support.samples import one_in
from support.snapshot import (
    Killed,
    Snapshot,
    Watch,
    after_each_write,
    attached,
    references,
    sids_of,
    state,
    texts,
)

from localaws import Fault
from rules_lib.errors import SyncError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

MALWARE, INFO = "et-emerging-malware", "et-emerging-info"


def rules(first: int, last: int, options: str = "", *, rev: int = 1) -> list[str]:
    """Rules with the sids from first to last."""
    return [rule(sid, options, rev=rev) for sid in range(first, last + 1)]


@dataclass(frozen=True, slots=True)
class Stage:
    """What a sync works from: a feed and an allowlist."""

    feed: Mapping[str, list[str]]
    settings: Mapping[str, Any]

    def upload(self, running: Account) -> None:
        """Put both where the next build finds them."""
        running.allow(**{"max_shrink": 1, **self.settings})
        running.publish(**self.feed)


FEED = {
    "malware": rules(1, 10),
    "info": rules(20, 24),
    "dns": rules(30, 32),
    "web": rules(40, 41),
}
TIED = FEED | {
    "info": [*rules(20, 23), rule(24, "flowbits:set,a; ", rev=2)],
    "dns": [*rules(30, 31), rule(32, "flowbits:isset,a; ", rev=2)],
}


def firewall(rule_groups: int, **more: object) -> dict[str, Any]:
    """An allowlist with so many groups."""
    return {"firewall": {"rule_groups": rule_groups, **more}}


OFF = {"categories": {"emerging-dns": "off"}}
ORDERED = {"categories": {"emerging-web": "drop", "emerging-info": "drop"}}

STEPS = {
    "growth": (Stage(FEED, {}), Stage(FEED | {"malware": rules(1, 30)}, {})),
    "two-grow": (
        Stage(FEED, {}),
        Stage(FEED | {"malware": rules(1, 15), "web": rules(40, 49)}, {}),
    ),
    "joining": (Stage(FEED, firewall(4)), Stage(FEED, firewall(3))),
    "one-more-joins": (Stage(FEED, firewall(3)), Stage(FEED, firewall(2))),
    "leaving": (Stage(FEED, firewall(2)), Stage(FEED, firewall(3))),
    "all-leave": (Stage(FEED, firewall(3)), Stage(FEED, firewall(4))),
    "delete": (Stage(FEED, {}), Stage(FEED, OFF)),
    "delete-from-shared": (Stage(FEED, firewall(3)), Stage(FEED, {**firewall(3), **OFF})),
    "tied-by-flowbits": (Stage(FEED, {}), Stage(TIED, {})),
    "untied-again": (Stage(TIED, {}), Stage(FEED, {})),
    "other-modes": (Stage(FEED, firewall(2)), Stage(FEED, {**firewall(2), **ORDERED})),
    "smaller-budget": (
        Stage(FEED, firewall(4, headroom=1)),
        Stage(FEED | {"malware": rules(1, 11)}, firewall(4, headroom=0, capacity=24)),
    ),
    "all-at-once": (
        Stage(FEED, firewall(3)),
        Stage(
            TIED | {"malware": rules(3, 30), "web": rules(41, 44), "ftp": rules(50, 51)},
            {**firewall(2), **ORDERED},
        ),
    ),
}
"""What a sync has to do: from what was asked for before, to what is asked for now."""


ALSO = ("growth", "leaving", "delete", "tied-by-flowbits", "smaller-budget", "all-at-once")
"""The steps that are tried without a policy, and with two, as well."""

KILLED = [("live", name) for name in STEPS]
KILLED += [(policies, name) for policies in ("", "live,second") for name in ALSO]


@pytest.fixture
def live(tmp_path: Path) -> Iterator[Account]:
    """An account with one policy that was given to us."""
    with account(tmp_path, RULESYNC_POLICIES="live") as found:
        yield found


def watched(running: Account, watch: Watch) -> None:
    """Build, and look after every write; again it is the same request, as Lambda repeats it."""
    with after_each_write(running, watch):
        running.build(context=SimpleNamespace(aws_request_id="the-same"))


@pytest.mark.parametrize(("given", "name"), KILLED)
def test_sync_killed_after_any_call_is_finished_by_the_next(
    tmp_path: Path, given: str, name: str
) -> None:
    """The end is that of a sync that nobody killed, and no policy lacks a rule or has it twice."""
    with account(tmp_path, RULESYNC_POLICIES=given) as running:
        is_finished(running, name)


def is_finished(running: Account, name: str) -> None:
    """Kill the sync of a step in every way, and hold what comes of it against the whole one."""
    before, after = STEPS[name]
    before.upload(running)
    running.build()
    policies = tuple(attached())
    held = set().union(*(by_sid(text) for text in texts().values()))
    after.upload(running)
    start = Snapshot.take(running)
    whole = Watch(policies, frozenset())
    watched(running, whole)
    end = state()
    wanted = frozenset(held.intersection(*(by_sid(text) for text in ["".join(texts().values())])))
    kills = whole.writes(everything=name == "growth")
    for call in one_in(5, kills, f"{policies} {name}"):
        start.restore(running)
        with pytest.raises(Killed):
            watched(running, Watch(policies, wanted, kill=call))
        watched(running, Watch(policies, wanted))
        assert state() == end, f"killed after call {call}, {whole.seen[call - 1]}"
        assert running.latest()["build"] == running.builds[-1]


def test_growth_is_a_create_a_switch_and_a_delete(live: Account) -> None:
    """In this order, and the policy refers to exactly one of the two groups at every step."""
    live.allow()
    live.sync(malware=rules(1, 10), info=rules(20, 24))
    live.publish(malware=rules(1, 30), info=rules(20, 24))
    watch = Watch(["live"], frozenset(range(1, 11)))
    watched(live, watch)
    steps = [
        (call, groups["live"])
        for call, groups in zip(watch.seen, watch.held, strict=True)
        if not call.endswith("Object")
    ]
    new = f"{MALWARE}-b"
    assert steps == [
        ("CreateRuleGroup", [INFO, MALWARE]),
        ("UpdateFirewallPolicy", [INFO, new]),
        ("DeleteRuleGroup", [INFO, new]),
    ]
    assert all(len({MALWARE, new}.intersection(groups["live"])) == 1 for groups in watch.held)
    [entry] = [one for one in live.summary()["rule_groups"] if one["change"] == "replace"]
    assert (entry["name"], entry["replaces"]) == (new, MALWARE)
    assert texts().keys() == {INFO, new}


def test_group_that_grew_twice_has_its_first_name_again(live: Account) -> None:
    """So names do not grow with it."""
    live.allow()
    for last in (10, 30, 90):
        live.sync(malware=rules(1, last))
    assert attached() == {"live": [MALWARE]}


def test_growth_within_the_capacity_is_one_update(live: Account) -> None:
    """The headroom is there for this: the text gets one line more, and the policy is not asked."""
    live.allow()
    live.sync(malware=rules(1, 10), info=rules(20, 24))
    before, policy = live.text(MALWARE), live.policy("live")
    summary = live.sync(malware=rules(1, 11), info=rules(20, 24))
    assert summary["calls"] == {"UpdateRuleGroup": 1}
    assert live.text(MALWARE) == f"{before}{rule(11)}\n"
    assert live.policy("live") == policy


def test_joining_and_leaving_a_shared_group_moves_nothing_else(live: Account) -> None:
    """Groups of categories that are not concerned are not written."""
    feed = FEED | {"ftp": rules(50, 60)}
    Stage(feed, firewall(5)).upload(live)
    live.build()
    Stage(feed, firewall(4)).upload(live)
    live.build()
    changes = {one["name"]: one["change"] for one in live.summary()["rule_groups"]}
    assert changes == {
        MALWARE: "keep",
        INFO: "keep",
        "et-emerging-ftp": "keep",
        "et-shared-alert": "create",
        "et-emerging-dns": "delete",
        "et-emerging-web": "delete",
    }
    Stage(feed, firewall(5)).upload(live)
    live.build()
    changes = {one["name"]: one["change"] for one in live.summary()["rule_groups"]}
    assert {name for name, change in changes.items() if change == "keep"} == {
        MALWARE,
        INFO,
        "et-emerging-ftp",
    }
    assert live.summary()["calls"] == {
        "CreateRuleGroup": 2,
        "UpdateFirewallPolicy": 1,
        "DeleteRuleGroup": 1,
    }


def test_shared_groups_stay_as_they_are_while_the_number_is_the_same(live: Account) -> None:
    """Although a category outside has become smaller than those inside."""
    Stage(FEED, firewall(3)).upload(live)
    live.build()
    Stage(FEED | {"info": rules(20, 20)}, firewall(3)).upload(live)
    live.build()
    assert live.summary()["calls"] == {"UpdateRuleGroup": 1}


@pytest.mark.parametrize("name", ["joining", "leaving", "tied-by-flowbits", "all-at-once"])
def test_failed_group_leaves_no_rule_missing_or_twice(live: Account, name: str) -> None:
    """Each create in turn is refused for good: the groups that exchange rules with it wait."""
    before, after = STEPS[name]
    before.upload(live)
    live.build()
    after.upload(live)
    start = Snapshot.take(live)
    held = frozenset(sids_of("live"))
    live.build()
    end, wanted = state(), held & sids_of("live").keys()
    creates = live.summary()["calls"]["CreateRuleGroup"]
    for skipped in range(creates):
        start.restore(live)
        live.aws.inject(
            Fault("CreateRuleGroup", "AccessDeniedException", skip=skipped, dry_run=False)
        )
        with (
            after_each_write(live, Watch(["live"], wanted)),
            pytest.raises(SyncError, match="AccessDeniedException"),
        ):
            live.build()
        watched(live, Watch(["live"], wanted))
        assert state() == end, skipped


# A policy that was not given to us.


@pytest.fixture
def alone(tmp_path: Path) -> Iterator[Account]:
    """An account whose policies were not given to us."""
    with account(tmp_path) as found:
        found.allow()
        yield found


def severe(sid: int, severity: str) -> str:
    """A rule of some value."""
    return rule(sid, f"metadata:signature_severity {severity}; ")


def test_group_in_use_by_an_unknown_policy_is_filled_by_value(alone: Account) -> None:
    """It stays, at its capacity; what is worth least is left out, and the run says what to do."""
    alone.sync(malware=rules(1, 10), info=rules(20, 24))
    alone.create_policy("theirs", {MALWARE: 10})
    before = references()
    worth = [severe(sid, "Informational") for sid in range(1, 11)]
    worth += [severe(sid, "Critical") for sid in range(11, 16)]
    summary = alone.sync(malware=worth, info=rules(20, 30))
    assert references() == before
    assert summary["discarded"] == {"over-budget": 4}
    assert len(by_sid(alone.text(MALWARE))) == 11
    assert set(range(11, 16)) <= by_sid(alone.text(MALWARE)).keys()
    reason, detail = alone.discarded()[10]
    assert reason == "over-budget"
    assert "a firewall policy that rulesync was not given uses it" in detail
    assert "give that policy, or detach the rule group" in detail
    [warning] = [one for one in summary["warnings"] if "emerging-malware:" in one]
    assert "4 rules left out" in warning
    assert "RULESYNC_POLICIES" in warning
    assert set(range(20, 31)) <= alone.sids()
    assert alone.sync(malware=worth, info=rules(20, 30))["calls"] == {}


def test_group_that_is_detached_grows_at_the_next_sync(alone: Account) -> None:
    """What the words say is what helps."""
    alone.sync(malware=rules(1, 10))
    alone.create_policy("theirs", {MALWARE: 10})
    alone.sync(malware=rules(1, 30))
    alone.firewall.delete_firewall_policy(FirewallPolicyName="theirs")
    assert alone.sync(malware=rules(1, 30))["discarded"] == {}
    assert alone.sids() == set(range(1, 31))


def test_category_in_use_by_an_unknown_policy_never_comes_to_share(alone: Account) -> None:
    """Its group would be left behind in that policy, and go stale."""
    Stage(FEED, firewall(4)).upload(alone)
    alone.build()
    alone.create_policy("theirs", {"et-emerging-web": 10})
    Stage(FEED | {"web": rules(41, 42)}, firewall(3)).upload(alone)
    alone.build()
    changes = {one["name"]: one["change"] for one in alone.summary()["rule_groups"]}
    assert changes["et-emerging-web"] == "update"
    assert by_sid(alone.text("et-emerging-web")).keys() == {41, 42}


def test_shared_group_in_use_by_an_unknown_policy_keeps_its_categories(alone: Account) -> None:
    """Nobody would attach the groups of their own."""
    Stage(FEED, firewall(3)).upload(alone)
    alone.build()
    alone.create_policy("theirs", {"et-shared-alert": 10})
    Stage(FEED, firewall(4)).upload(alone)
    alone.build()
    assert alone.summary()["calls"] == {}


# Drift.


def test_group_deleted_by_hand_is_made_and_attached_again(live: Account) -> None:
    """The warning names it."""
    live.allow()
    live.sync(malware=rules(1, 10), info=rules(20, 24))
    there = references()
    arn = live.describe(INFO)["RuleGroupResponse"]["RuleGroupArn"]
    _detach(live, arn)
    live.firewall.delete_rule_group(RuleGroupArn=arn)
    live.build()
    assert references() == there
    assert (
        f"rule group {INFO} was deleted by somebody else; {INFO} is created again"
        in (live.summary()["warnings"])
    )


def test_group_edited_by_hand_is_put_right_and_named(live: Account) -> None:
    """All of its rules may be gone: that is no shrinking feed."""
    live.allow()
    live.sync(malware=rules(1, 10), info=rules(20, 24))
    before = texts()
    live.edit_by_hand(INFO, f"{rule(99)}\n")
    live.build()
    assert texts() == before
    warnings = live.summary()["warnings"]
    assert f"rule group {INFO} was edited by somebody else; the edit is reverted" in warnings
    assert not any(MALWARE in warning for warning in warnings)
    live.build()
    assert not any("somebody else" in warning for warning in live.summary()["warnings"])


def test_group_that_a_killed_sync_wrote_was_edited_by_nobody(live: Account) -> None:
    """The next sync blames no one."""
    live.allow()
    live.sync(malware=rules(1, 10), info=rules(20, 24))
    live.publish(malware=rules(1, 9), info=rules(20, 25))
    start = Watch([], frozenset())
    start.kill = 7  # behind the first update
    with pytest.raises(Killed):
        watched(live, start)
    assert "UpdateRuleGroup" in start.seen
    live.publish(malware=rules(1, 8), info=rules(20, 25))
    live.build()
    assert not any("somebody else" in warning for warning in live.summary()["warnings"])


def test_group_in_another_order_is_replaced(alone: Account) -> None:
    """The order of a group never changes; somebody made it by hand, with our tags."""
    alone.sync(malware=rules(1, 10))
    tags = alone.describe(MALWARE)["RuleGroupResponse"]["Tags"]
    alone.firewall.delete_rule_group(RuleGroupName=MALWARE, Type="STATEFUL")
    alone.firewall.create_rule_group(
        RuleGroupName=MALWARE,
        Type="STATEFUL",
        Capacity=50,
        Rules=f"{rule(1)}\n",
        Tags=tags,
    )
    alone.build()
    summary = alone.summary()
    assert any(f"{MALWARE} is not in strict order" in one for one in summary["warnings"])
    [name] = texts()
    order = alone.describe(name)["RuleGroup"]["StatefulRuleOptions"]["RuleOrder"]
    assert (order, alone.sids()) == ("STRICT_ORDER", set(range(1, 11)))


def _detach(running: Account, arn: str) -> None:
    """Take a group out of the policy, as somebody in the console would."""
    found = running.firewall.describe_firewall_policy(FirewallPolicyName="live")
    content = found["FirewallPolicy"]
    left = [one for one in content["StatefulRuleGroupReferences"] if one["ResourceArn"] != arn]
    running.firewall.update_firewall_policy(
        FirewallPolicyName="live",
        UpdateToken=found["UpdateToken"],
        FirewallPolicy=content | {"StatefulRuleGroupReferences": left},
    )
