"""An earlier build is put back, byte for byte, and held until somebody resumes."""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING, Any, TypeAlias

import pytest
from support.account import BUCKET, Account, account, world
from support.account_snapshot import AccountSnapshot
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
    state,
    texts,
)

from localaws import Fault
from rules_lib.aws.s3_store import S3Store
from rules_lib.errors import RefusedError, StoreError, SyncError, Trouble, UnfinishedError
from rules_lib.rollback.run import reapply_held_build, resume, rollback
from rules_lib.state.applied import applied_builds
from rules_lib.state.hold import Hold
from rules_lib.sync.run import sync

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

MALWARE, INFO = "et-emerging-malware", "et-emerging-info"
SERVERS: dict[str, Any] = {"variables": {"DNS_SERVERS": ["10.0.0.2"]}}
USING = 'alert udp any any -> $DNS_SERVERS 53 (msg:"rule 125"; content:"x"; sid:125; rev:1;)'
FIRST = {
    "malware": [rule(sid) for sid in range(1, 11)],
    "info": [*(rule(sid) for sid in range(120, 125)), USING],
    "dns": [rule(140), rule(141)],
    "web": [rule(150)],
}
SECOND = FIRST | {"malware": [rule(sid, rev=2) for sid in range(3, 31)], "info": [rule(120)]}
THIRD = {
    "malware": [rule(sid, rev=3) for sid in range(5, 61)],
    "info": [rule(120, "flowbits:set,a; ", rev=2)],
    "dns": [rule(140), rule(141, "flowbits:isset,a; ", rev=2)],
    "ftp": [rule(160)],
}


@pytest.fixture
def live(tmp_path: Path) -> Iterator[Account]:
    """An account with a policy of ours."""
    with account(tmp_path, RULESYNC_POLICIES="live") as found:
        yield found


States: TypeAlias = dict[str, dict[str, Any]]
"""Build -> what the account came to."""


@pytest.fixture(scope="module")
def three(tmp_path_factory: pytest.TempPathFactory) -> tuple[AccountSnapshot, States]:
    """Three builds: growth, other modes and variables, categories that come and go."""
    given, states = {"RULESYNC_POLICIES": "live"}, dict[str, dict[str, Any]]()
    with account(tmp_path_factory.mktemp("feed"), **given) as running:
        for feed, settings in (
            (FIRST, SERVERS),
            (SECOND, {**SERVERS, "categories": {"emerging-dns": "drop"}}),
            (THIRD, {"firewall": {"rule_groups": 3}}),
        ):
            running.allow(max_shrink=1, **settings)
            running.sync(**feed)
            states[running.latest()["build"]] = state()
        return AccountSnapshot.take(running, **given), states


@pytest.fixture
def built(three: tuple[AccountSnapshot, States]) -> Iterator[Account]:
    """An account that they were made in."""
    with three[0].restored() as found:
        yield found


@pytest.fixture
def states(three: tuple[AccountSnapshot, States]) -> States:
    """What each of them came to."""
    return three[1]


def test_each_build_is_put_back_byte_for_byte(built: Account, states: States) -> None:
    """Names, texts, variables and references, in any order, without the feed."""
    builds = list(states)
    for key in built.keys("raw/"):
        built.s3.delete_object(Bucket="rulesync-test", Key=key)
    for build in (builds[0], builds[1], builds[2], builds[0], builds[2], builds[1]):
        rollback(world(built), build)
        found, wanted = state(), states[build]
        assert list(found["references"]["live"].values()) == list(
            wanted["references"]["live"].values()
        )
        assert _contents(found) == _contents(wanted)
        assert built.latest()["build"] == build


def test_first_rollback_restores_names_and_capacities_too(built: Account, states: States) -> None:
    """Where the old name is free again; a capacity is kept where a larger group has the name."""
    first = next(iter(states))
    rollback(world(built), first)
    assert references() == states[first]["references"]
    assert texts() == {
        name: content["RulesSource"]["RulesString"]
        for name, (_, content, _) in states[first]["groups"].items()
    }
    for name, (capacity, _, tags) in state()["groups"].items():
        assert capacity >= states[first]["groups"][name][0]
        assert tags == states[first]["groups"][name][2]


def _contents(found: dict[str, Any]) -> list[object]:
    """What the policy holds, group by group."""
    return [found["groups"][name][1] for name in found["references"]["live"]]


def test_latest_tells_the_build_and_its_feed(live: Account) -> None:
    """As it was when that build was applied."""
    live.allow(max_shrink=1)
    live.sync(**FIRST)
    before = live.latest()
    live.sync(**SECOND)
    rollback(world(live), before["build"])
    after = live.latest()
    assert {key: after[key] for key in ("build", "version", "sha256", "groups")} == {
        key: before[key] for key in ("build", "version", "sha256", "groups")
    }


def test_no_rule_is_missing_or_twice_meanwhile_and_a_kill_is_finished(
    built: Account, states: States
) -> None:
    """A rollback is a switch as any other; a second one ends what the first began."""
    builds = list(states)
    start = Snapshot.take(built)
    held = by_sid("".join(texts().values()))
    whole = Watch([], frozenset())
    with after_each_write(built, whole):
        rollback(world(built), builds[0])
    end, after = state(), by_sid("".join(texts().values()))
    wanted = frozenset(held.keys() & after.keys())
    for call in one_in(5, range(1, len(whole.seen) + 1), "rollback"):
        start.restore(built)
        with after_each_write(built, Watch(["live"], wanted, kill=call)), pytest.raises(Killed):
            rollback(world(built), builds[0])
        assert isinstance(sync(world(built)), Hold)
        with after_each_write(built, Watch(["live"], wanted)):
            rollback(world(built), builds[0])
        assert state() == end, whole.seen[call - 1]


def test_scheduled_sync_holds_until_somebody_resumes(built: Account, states: States) -> None:
    """It makes no call at all; then the newest feed is in force again."""
    builds = list(states)
    rollback(world(built), builds[0])
    there, mark = state(), len(built.aws.calls)
    result = built.build()
    assert (result["status"], result["build"]) == ("held", builds[0])
    assert len(built.aws.calls) == mark
    assert state() == there
    store = S3Store(built.s3, "rulesync-test")
    lifted = resume(store)
    assert lifted is not None
    assert lifted.build == builds[0]
    assert resume(store) is None
    built.build()
    assert _contents(state()) == _contents(states[builds[2]])
    assert not any("somebody else" in one for one in built.summary()["warnings"])


def test_unknown_build_is_an_error_that_names_the_newest(built: Account, states: States) -> None:
    """And nothing is held."""
    builds = ", ".join(sorted(states, reverse=True))
    for name in ("nonsense", "", "a/b"):
        with pytest.raises(StoreError, match=f"newest applied builds are {builds}$"):
            rollback(world(built), name)
    assert not built.has("state/hold.json")


def test_build_that_was_not_applied_is_not_named(live: Account) -> None:
    """Neither one that was refused, nor one whose summary nobody can read."""
    live.allow()
    live.sync(malware=[rule(sid) for sid in range(1, 11)])
    applied = live.builds[-1]
    live.publish(malware=[rule(1)])
    with pytest.raises(SyncError, match="max_shrink"):
        live.build()
    live.put("builds/20991231T235959Z-00000000/summary.json", "{}")
    with pytest.raises(StoreError, match=f"newest applied builds are {applied}$"):
        rollback(world(live), "nonsense")


def test_mistyped_build_among_hundreds_that_failed_costs_few_reads(live: Account) -> None:
    """The one in force is named all the same; no summary is read for the hundredth time."""
    live.allow()
    live.sync(malware=[rule(1)])
    applied = live.builds[-1]
    failed = json.dumps(live.summary() | {"failed": "no"})
    for number in range(300):
        live.put(f"builds/2099{number:04}T000000Z-00000000/summary.json", failed)
    there = world(live)
    live.journal.clear()
    with pytest.raises(StoreError, match=f"newest applied builds are {applied}$"):
        rollback(there, "nonsense")
    calls = Counter(call for call, _ in live.journal)
    assert calls["ListObjectsV2"] == 1
    assert calls["GetObject"] <= 12
    assert next(applied_builds(S3Store(live.s3, BUCKET))) == applied


def test_account_without_a_build_says_so(live: Account) -> None:
    """The first day."""
    live.allow()
    with pytest.raises(StoreError, match="no build was applied yet"):
        rollback(world(live), "nonsense")


def test_build_that_the_service_would_refuse_now_changes_nothing(
    built: Account, states: States
) -> None:
    """Its engine has learnt; the words name the rule, and nothing is held."""
    built.aws.refuse("sid:7; rev:1;", "no longer")
    before = state()
    with pytest.raises(RefusedError, match=r"cannot be restored: sid 7: .*no longer"):
        rollback(world(built), next(iter(states)))
    assert state() == before
    assert not built.has("state/hold.json")


def test_group_in_use_by_an_unknown_policy_is_put_back_in_place(tmp_path: Path) -> None:
    """It cannot be replaced, and that policy is to be put back too."""
    with account(tmp_path) as running:
        running.allow(max_shrink=1)
        running.sync(**FIRST)
        build = running.latest()["build"]
        text = running.text(MALWARE)
        running.sync(**SECOND)
        running.create_policy("theirs", {f"{MALWARE}-b": 10})
        rollback(world(running), build)
        assert attached() == {"theirs": [f"{MALWARE}-b"]}
        assert running.text(f"{MALWARE}-b") == text


def test_rollback_that_fails_for_a_group_still_holds(built: Account, states: States) -> None:
    """`latest.json` does not move; the next rollback finishes."""
    first, *_, last = states
    built.aws.inject(Fault("CreateRuleGroup", "AccessDeniedException", "not you", dry_run=False))
    _, applied = rollback(world(built), first)
    assert any("not you" in failure.cause for failure in applied.failures)
    assert built.latest()["build"] == last
    assert isinstance(sync(world(built)), Hold)
    rollback(world(built), first)
    assert _contents(state()) == _contents(states[first])
    assert built.latest()["build"] == first


def _emptied(live: Account, build: str) -> None:
    live.put(f"builds/{build}/rule-groups/{MALWARE}.rules", "")


def _cut_short(live: Account, build: str) -> None:
    key = f"builds/{build}/rule-groups/{MALWARE}.rules"
    live.put(key, live.read(key).decode()[:-40])


def _no_text(live: Account, build: str) -> None:
    live.s3.put_object(
        Bucket="rulesync-test",
        Key=f"builds/{build}/rule-groups/{MALWARE}.rules",
        Body=b"\xff\xfe\x00",
    )


def _without_groups(live: Account, build: str) -> None:
    live.put(f"builds/{build}/groups.json", '{"prefix": "et", "groups": []}')


def _without_summary(live: Account, build: str) -> None:
    live.s3.delete_object(Bucket="rulesync-test", Key=f"builds/{build}/summary.json")


def _no_summary(live: Account, build: str) -> None:
    live.put(f"builds/{build}/summary.json", "{}")


def _no_latest(live: Account, _: str) -> None:
    live.put("latest.json", "{}")


@pytest.mark.parametrize(
    "damage",
    [
        _emptied,
        _cut_short,
        _no_text,
        _without_groups,
        _without_summary,
        _no_summary,
    ],
)
def test_damaged_build_is_refused_before_anything_is_written(
    built: Account, states: States, damage: Callable[[Account, str], None]
) -> None:
    """Whichever of its files it is: no group and no policy changes, and nothing is held."""
    first = next(iter(states))
    damage(built, first)
    before = state()
    with pytest.raises(StoreError, match=f"builds/{first}/"):
        rollback(world(built), first)
    assert state() == before
    assert not built.has("state/hold.json")


def test_latest_that_cannot_be_read_is_known_before_a_group_is_written(
    built: Account, states: States
) -> None:
    """It is moved last, but read first."""
    first = next(iter(states))
    _no_latest(built, first)
    before = state()
    with pytest.raises(StoreError, match=r"latest\.json"):
        rollback(world(built), first)
    assert state() == before


def test_failed_build_is_no_build_to_go_back_to(built: Account) -> None:
    """Its summary says so, though its files are there."""
    built.aws.inject(Fault("CreateRuleGroup", "AccessDeniedException", "not you", dry_run=False))
    built.allow(max_shrink=1, default="alert")
    with pytest.raises(SyncError):
        built.sync(**THIRD, sql=[rule(170)])
    failed = built.builds[-1]
    with pytest.raises(StoreError, match=f"build {failed} failed, .*newest applied builds are"):
        rollback(world(built), failed)


def test_what_is_refused_after_something_was_written_never_says_that_nothing_was(
    built: Account,
    states: States,
) -> None:
    """Somebody is at work in between, so it starts over, and then the service refuses a rule."""
    first = next(iter(states))

    def meanwhile() -> None:
        edit_policy(built)
        built.firewall.delete_rule_group(RuleGroupName="et-emerging-web", Type="STATEFUL")
        built.aws.refuse("sid:150;", "no longer")

    built.meanwhile["UpdateFirewallPolicy"] = meanwhile
    with pytest.raises(
        UnfinishedError, match=r"sid 150: .*part of it was already written"
    ) as caught:
        rollback(world(built), first)
    assert "nothing was changed" not in str(caught.value)


def test_sync_that_is_refused_after_something_was_written_never_says_that_nothing_was(
    built: Account,
) -> None:
    """It starts over with an allowlist that somebody uploads just then, and that is refused."""

    def meanwhile() -> None:
        edit_policy(built)
        built.allow(max_shrink=0, default="off")

    built.meanwhile["UpdateFirewallPolicy"] = meanwhile
    built.allow(max_shrink=1, firewall={"rule_groups": 3})
    built.publish(**FIRST)
    with pytest.raises(SyncError, match=r"max_shrink: .*part of it was already written") as caught:
        built.build()
    assert "nothing was changed" not in str(caught.value)
    assert built.summary()["failed"] == str(caught.value)


def test_broken_off_put_back_of_a_held_build_is_told_as_unfinished(
    built: Account, states: States
) -> None:
    """A sync that a rollback overtook puts the held build back, and cannot in part."""
    first = next(iter(states))
    built.aws.inject(Fault("CreateRuleGroup", "AccessDeniedException", "not you", dry_run=False))
    with pytest.raises(UnfinishedError, match="is held, and not all of it is in force") as caught:
        reapply_held_build(world(built), Hold(build=first, since="2026-11-24T08:12:40+00:00"))
    assert caught.value.troubles == {Trouble.DENIED}


def edit_policy(live: Account) -> None:
    """As somebody would in the console."""
    found = live.firewall.describe_firewall_policy(FirewallPolicyName="live")
    live.firewall.update_firewall_policy(
        FirewallPolicyName="live",
        FirewallPolicy=found["FirewallPolicy"],
        Description="edited",
        UpdateToken=found["UpdateToken"],
    )
