"""A sync that would remove too much at once is refused, unless somebody means it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from support.account import Account, account
from support.feeds import rule
from support.groups import as_deployed, group
from support.groups import rule as plain
from support.inputs import inputs
from support.rules import rule as parsed
from support.snapshot import state

from rules_lib.allowlist import Allowlist
from rules_lib.deploy.guards import refuse_losses
from rules_lib.deploy.plan import unchecked_plan
from rules_lib.deploy.rulewise import NO_FEED_DEPARTED, rule_changes
from rules_lib.errors import ShrinkError, SyncError
from rules_lib.groups.rule_group import Deployed, DeployedGroup, Group, Slot
from rules_lib.outcome import Converted
from rules_lib.reading.ruleset import Ruleset

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

TEN = group("et-one", *range(1, 11))
FEED = {"malware": [rule(sid) for sid in range(1, 11)]}
TRUNCATED = {"malware": [rule(sid) for sid in range(1, 7)]}


def guarded(
    desired: list[Group],
    before: DeployedGroup | None = None,
    departed: Mapping[int, str] = NO_FEED_DEPARTED,
    **settings: float | dict[str, Any],
) -> None:
    """Ask the guards about these groups in place of a deployed one."""
    deployed = Deployed((before,) if before else ())
    allowed = Allowlist.model_validate({"version": 1, **settings})
    given = inputs(Ruleset(()), allowed, deployed, departed=departed)
    changes = rule_changes(unchecked_plan(desired, deployed), None, departed)
    refuse_losses(desired, given, changes)


def acting(action: str, sid: int, options: str = "") -> Converted:
    """A rule with this action."""
    made = plain(sid, options)
    text = made.text.replace("alert", action, 1)
    header = made.rule.header._replace(action=action)
    source = made.rule._replace(text=text, header=header)
    return made._replace(rule=source, text=text, action=action.lower())


BLOCKING = as_deployed(group("et-one", *(acting("drop", sid) for sid in range(1, 11))))


def now(**by_action: range) -> list[Group]:
    """One group of these rules."""
    rules = [acting(action, sid) for action, sids in by_action.items() for sid in sids]
    return [group("et-one", *rules)]


def test_a_feed_that_was_taken_out_of_the_list_is_the_cause_that_is_told() -> None:
    """The guard holds all the same, for rules that go and for those that no longer block."""
    departed = dict.fromkeys(range(1, 7), "ours")
    gone = "because feed ours is no longer in config/feeds.yaml"

    with pytest.raises(ShrinkError) as refused:
        guarded(now(drop=range(7, 11)), BLOCKING, departed)

    told = str(refused.value).splitlines()
    assert told[0] == (
        "max_shrink: this would remove 6 of 10 rules in force (60%; 30% is allowed): 6 of them "
        f"{gone}"
    )
    assert "6 gone (feed ours is no longer in config/feeds.yaml)" in told[1]


def test_rules_that_go_for_other_causes_are_not_laid_on_a_feed() -> None:
    """Only those that it had are counted for it."""
    with pytest.raises(ShrinkError, match=r"allowed\): 1 of them because feed ours"):
        guarded(now(drop=range(7, 11)), BLOCKING, {1: "ours", 9: "ours"})


def test_share_that_is_allowed_may_go() -> None:
    """Three of ten are 0.3, and that is not more."""
    guarded([group("et-one", *range(4, 11))], as_deployed(TEN), max_shrink=0.3)


def test_one_rule_more_is_refused_with_numbers_and_what_to_do() -> None:
    """So that the alarm says it all."""
    with pytest.raises(ShrinkError) as caught:
        guarded([group("et-one", *range(5, 11))], as_deployed(TEN), max_shrink=0.3)
    text = str(caught.value)
    assert "max_shrink: this would remove 4 of 10 rules in force (40%; 30% is allowed)" in text
    assert "nothing was changed" in text
    assert "--allow-shrink, or set max_shrink in the allowlist" in text


def test_rules_that_move_to_another_group_are_not_removed() -> None:
    """What counts is the firewall, not one group."""
    halves = [group("et-one", *range(1, 6)), group("et-two", *range(6, 11))]
    guarded(halves, as_deployed(TEN), max_shrink=0)
    moved = [replace(one, name="et-two", slot=Slot("two")) for one in now(drop=range(1, 11))]
    guarded(moved, BLOCKING, max_unblock=0)


def test_new_rules_do_not_make_up_for_lost_ones() -> None:
    """A feed of as many other rules is as suspicious."""
    with pytest.raises(ShrinkError, match="10 of 10"):
        guarded([group("et-one", *range(21, 31))], as_deployed(TEN), max_shrink=0.9)


def test_nothing_deployed_is_nothing_to_lose() -> None:
    """The first sync."""
    guarded([TEN], max_shrink=0, max_unblock=0)


def test_what_somebody_wrote_into_a_group_by_hand_may_go() -> None:
    """It never was of the feed, and putting it right must not be refused."""
    guarded([TEN], as_deployed(group("et-one", 99), edited=True), max_shrink=0)
    guarded([TEN], replace(BLOCKING, edited=True), max_unblock=0)


def test_share_that_is_allowed_may_cease_to_block() -> None:
    """Counted of the rules that block, whatever else is deployed."""
    guarded(now(alert=range(1, 4), drop=range(4, 11)), BLOCKING)
    with pytest.raises(ShrinkError, match="max_unblock: this would stop 4 of 10 blocking rules"):
        guarded(now(alert=range(1, 5), drop=range(5, 11)), BLOCKING)


@pytest.mark.parametrize("action", ["alert", "pass", "Alert"])
def test_whatever_a_rule_does_instead_of_blocking_counts(action: str) -> None:
    """And the refusal says what, which sids, and how to have it."""
    with pytest.raises(ShrinkError) as caught:
        guarded(now(**{action: range(1, 11)}), BLOCKING)
    text = str(caught.value)
    assert "this would stop 10 of 10 blocking rules (100%; 30% is allowed)" in text
    assert f"10 {action.lower()} now: " in text
    assert "sids 1, 2, 3, 4, 5 and 5 more; nothing was changed" in text
    assert "--allow-shrink, or set max_unblock in the allowlist" in text


@pytest.mark.parametrize("action", ["reject", "DROP", "Reject"])
def test_blocking_in_another_way_is_blocking(action: str) -> None:
    """The engine takes an action in any case."""
    guarded(now(**{action: range(1, 11)}), BLOCKING, max_unblock=0)


def test_deployed_action_counts_in_any_case() -> None:
    """A feed that shouts is protected as well."""
    loud = as_deployed(group("et-one", *(acting("DROP", sid) for sid in range(1, 11))))
    with pytest.raises(ShrinkError, match="10 alert now"):
        guarded(now(alert=range(1, 11)), loud)


def test_few_rules_that_block_do_not_drown_among_many() -> None:
    """All protection could go, and the rules removed be few."""
    many = as_deployed(group("et-one", *range(1, 91), *(acting("drop", s) for s in range(91, 101))))
    with pytest.raises(ShrinkError) as caught:
        guarded([group("et-one", *range(1, 91))], many)
    assert "max_unblock: this would stop 10 of 10" in str(caught.value)
    assert "10 gone (the feed no longer enables it)" in str(caught.value)
    assert "max_shrink" not in str(caught.value)


def test_leave_to_remove_rules_holds_for_those_that_block() -> None:
    """Where nothing is said of blocking: what may go may cease to block."""
    fewer = [group("et-one", acting("drop", 1))]
    guarded(fewer, BLOCKING, max_shrink=1)
    with pytest.raises(ShrinkError, match="max_unblock"):
        guarded(fewer, BLOCKING, max_shrink=1, max_unblock=0.3)
    with pytest.raises(ShrinkError, match=r"max_unblock: .*; 30% is allowed"):
        guarded(fewer, BLOCKING, max_shrink=0)


def test_both_losses_are_told_at_once() -> None:
    """Nobody wants to allow one, and then meet the other."""
    with pytest.raises(ShrinkError) as caught:
        guarded(now(alert=range(1, 5)), BLOCKING)
    text = str(caught.value)
    assert "max_shrink: this would remove 6 of 10" in text
    assert "max_unblock: this would stop 10 of 10" in text
    assert "or set max_shrink and max_unblock in the allowlist" in text


def test_sids_that_people_name_are_no_accident() -> None:
    """Whoever writes a sid under `rules: alert:` or `off:` means that very rule."""
    named: dict[str, Any] = {"alert": [1, 2, 3, 4], "off": [5]}
    guarded(now(alert=range(1, 5), drop=range(6, 11)), BLOCKING, rules=named)


@pytest.mark.parametrize(
    ("header", "options"),
    [
        ("pass ip any any -> any any", ""),
        ("PASS tcp $HOME_NET any -> any any", ""),
        ("pass ip [10.0.0.0/8,any] any <> !10.9.9.9 any", "metadata:a b; "),
        ("pass ip 0.0.0.0/0 any -> any any", "threshold:type limit, track by_src, count 1; "),
        ("pass tcp any any -> any any", "flow:established; "),
        ("alert ip any any -> any any", "bypass; "),
    ],
)
def test_new_rule_that_lets_everything_through_ends_all_blocking(header: str, options: str) -> None:
    """The rules that block are all there, and block nothing."""
    text = f'{header} (msg:"a"; {options}sid:99; rev:1;)'
    written = parsed(text)
    sweeping = plain(99)._replace(rule=written, text=text, action=written.header.action.lower())
    groups = [group("et-a", sweeping), *now(drop=range(1, 11))]
    with pytest.raises(ShrinkError, match="10 overruled by sid 99, which lets everything through"):
        guarded(groups, BLOCKING)
    there = as_deployed(group("et-one", *(acting("drop", sid) for sid in range(1, 11)), sweeping))
    guarded(groups, there)


@pytest.mark.parametrize(
    ("header", "options"),
    [
        ("pass tcp any any -> any any", "flow:not_established, to_server; "),
        ("pass tls any any -> any any", 'tls.sni; content:"ours.example"; '),
        ("pass ip 10.0.0.5 any -> any any", ""),
        ("pass tcp any any -> any 8443", ""),
        ("pass udp any any -> any any", ""),
        ("alert ip any any -> any any", ""),
    ],
)
def test_new_rule_that_lets_something_through_is_none_of_the_guards(
    header: str, options: str
) -> None:
    """That is what a pass is for."""
    text = f'{header} (msg:"a"; {options}sid:99; rev:1;)'
    narrow = plain(99)._replace(text=text, action=header.split(maxsplit=1)[0])
    guarded([group("et-a", narrow), *now(drop=range(1, 11))], BLOCKING)


@pytest.fixture
def live(tmp_path: Path) -> Iterator[Account]:
    """An account in which the whole feed is in force."""
    with account(tmp_path, RULESYNC_POLICIES="live") as found:
        found.allow()
        found.sync(**FEED)
        yield found


def test_truncated_feed_is_refused_and_changes_nothing(live: Account) -> None:
    """The build fails with the cause, which is what the alarm shows; the next good feed goes on."""
    before, latest = state(), live.latest()
    live.publish(**TRUNCATED)
    with pytest.raises(SyncError, match="max_shrink: this would remove 4 of 10"):
        live.build()
    assert state() == before
    assert live.latest() == latest
    assert "max_shrink" in live.summary()["refused"]
    assert live.sync(malware=[*FEED["malware"], rule(11)])["calls"] == {"UpdateRuleGroup": 1}


def test_leave_to_shrink_holds_for_one_build(live: Account) -> None:
    """The one that it was given to."""
    live.publish(**TRUNCATED)
    live.build(allow_shrink=True)
    assert live.sids() == set(range(1, 7))
    live.publish(malware=[rule(1)])
    with pytest.raises(SyncError, match="max_shrink"):
        live.build()


def test_category_that_is_turned_off_by_mistake_is_refused_too(live: Account) -> None:
    """An edit can lose as much as a feed."""
    live.allow(categories={"emerging-malware": "off"})
    with pytest.raises(SyncError, match=r"10 of 10 rules in force \(100%"):
        live.build()
    assert live.sids() == set(range(1, 11))


def with_metadata(sid: int, metadata: str, head: str = "alert") -> str:
    """A rule of the feed with these metadata."""
    return rule(sid, f"metadata:{metadata}; ", action=head)


RATED = "signature_severity Major, confidence High"
UNRATED = {"no severity": "confidence High", "no confidence": "signature_severity Major"}


@pytest.fixture
def blocking(tmp_path: Path) -> Iterator[Account]:
    """An account in which all rules drop, as their metadata say that they may."""
    asked = {"signature_severity": ["Major"], "confidence": ["High"]}
    with account(tmp_path, RULESYNC_POLICIES="live") as found:
        found.allow(categories={"emerging-malware": {"mode": "drop", "drop_when": asked}})
        found.sync(malware=[with_metadata(sid, RATED) for sid in range(1, 9)])
        assert found.summary()["actions"] == {"drop": 8}
        yield found


@pytest.mark.parametrize("metadata", UNRATED.values(), ids=UNRATED)
def test_feed_that_rates_its_rules_no_more_is_refused(blocking: Account, metadata: str) -> None:
    """Nothing is removed, and nothing would block: the cause is told, and nothing is written."""
    before, latest = state(), blocking.latest()
    blocking.publish(malware=[with_metadata(sid, metadata) for sid in range(1, 9)])
    key = "confidence" if "severity" in metadata else "signature_severity"
    cause = f"8 of 8 .* 8 alert now: the feed no longer gives {key}; sids 1, 2, 3, 4, 5 and 3 m"
    with pytest.raises(SyncError, match=cause):
        blocking.build()
    assert (state(), blocking.latest()) == (before, latest)
    assert "max_unblock" in blocking.summary()["refused"]
    blocking.build(allow_shrink=True)
    changes = blocking.summary()["changes"]
    assert (changes["unblocks"], len(changes["first_unblocks"])) == (8, 5)


def test_feed_whose_rules_only_mark_flows_any_more_is_refused(blocking: Account) -> None:
    """A noalert rule never drops."""
    rules = [with_metadata(sid, RATED).replace("; sid", "; noalert; sid") for sid in range(1, 9)]
    blocking.publish(malware=rules)
    with pytest.raises(SyncError, match="8 alert now: it only marks a flow"):
        blocking.build()


@pytest.mark.parametrize(
    ("default", "cause"), [("off", r"gone \(off\)"), ("alert", "alert now: alert mode does not")]
)
def test_category_that_the_feed_renames_is_refused(
    blocking: Account, default: str, cause: str
) -> None:
    """Its rules come under a name that nobody lists."""
    asked = {"signature_severity": ["Major"]}
    category = {"mode": "drop", "drop_when": asked}
    blocking.allow(default=default, categories={"emerging-malware": category})
    blocking.publish(trojan=[with_metadata(sid, RATED) for sid in range(1, 9)])
    with pytest.raises(SyncError, match=f"max_unblock: .* 8 of 8 .*: 8 {cause}"):
        blocking.build()


def test_category_that_is_turned_to_alert_by_mistake_is_refused(blocking: Account) -> None:
    """An edit can unblock as much as a feed; with leave it is done, and told."""
    blocking.allow(categories={"emerging-malware": "alert"})
    with pytest.raises(SyncError, match="8 alert now: alert mode does not change the action"):
        blocking.build()
    blocking.build(allow_shrink=True)
    assert blocking.summary()["changes"]["unblocks"] == 8


def test_share_in_the_allowlist_lets_rules_cease_to_block(blocking: Account) -> None:
    """For as long as it stands there."""
    blocking.allow(categories={"emerging-malware": "alert"}, max_unblock=1)
    blocking.build()
    assert blocking.summary()["actions"] == {"alert": 8}


def test_drops_in_capitals_that_become_alerts_are_refused(blocking: Account) -> None:
    """What the feed ships as DROP blocks, and is guarded."""
    blocking.allow(categories={"emerging-malware": "alert"}, max_unblock=1)
    blocking.sync(malware=[with_metadata(sid, RATED, "DROP") for sid in range(1, 9)])
    blocking.allow(categories={"emerging-malware": "alert"})
    blocking.publish(malware=[with_metadata(sid, RATED) for sid in range(1, 9)])
    with pytest.raises(SyncError, match="max_unblock"):
        blocking.build()
