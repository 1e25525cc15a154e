"""Two builds at once, and feeds that arrive out of order: the newest of all holds in the end.

The second build runs whole between any two calls of the first; then both run call by call, in turns
that are drawn by lot.
"""

from __future__ import annotations

import json
import random
import threading
from typing import TYPE_CHECKING, Any, Final

import boto3
import pytest
from support.account import BUCKET, Account, account, world
from support.feeds import rule
from support.patience import PATIENCE
from support.samples import one_in
from support.snapshot import Snapshot, references, texts

from rules_lib.aws.s3_store import S3Store
from rules_lib.errors import SyncError
from rules_lib.rollback.run import rollback
from rules_lib.state.hold import Hold
from rules_lib.sync.run import sync

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

OLD: Final = [rule(sid) for sid in range(1, 11)]
NEW: Final = [rule(sid, rev=2) for sid in range(3, 31)]
_READ: Final = 12
"""So many calls, and a build has read the feed and the allowlist."""

OTHERS: Final = {
    "info": [rule(sid) for sid in range(40, 45)],
    "dns": [rule(sid) for sid in range(50, 53)],
    "web": [rule(sid) for sid in range(60, 62)],
}


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Account]:
    """An account with a policy of ours, in which the first feed is in force."""
    with account(tmp_path, RULESYNC_POLICIES="live") as found:
        found.allow(max_shrink=1)
        found.sync(malware=OLD, **OTHERS)
        yield found


def in_force() -> list[str]:
    """The texts that the policy holds, by priority, whatever the groups are called."""
    held = texts()
    return [held[name] for name in references()["live"]]


def is_told_by_latest(running: Account) -> None:
    """Hold `latest.json` against the account: its build's groups, and no others, are in force."""
    folder = f"builds/{running.latest()['build']}"
    groups = json.loads(running.read(f"{folder}/groups.json"))["groups"]
    told = {
        one["name"]: running.read(f"{folder}/rule-groups/{one['name']}.rules").decode()
        for one in groups
    }
    assert told == texts()
    assert references()["live"] == {one["name"]: one["priority"] for one in groups}
    assert set(running.latest()["groups"]) == set(told)


def edit(running: Account) -> None:
    """Somebody edits the allowlist: a category goes, and two come to share."""
    running.allow(
        max_shrink=1,
        categories={"emerging-info": "off"},
        firewall={"rule_groups": 2},
    )


def release(running: Account) -> None:
    """The feed has a newer release: a group outgrows its capacity."""
    running.publish(malware=NEW, **OTHERS)


_NEVER: Final = 1_000_000
CHANGES: Final = {"edit": edit, "release": release}


def interrupted(running: Account, place: int, happens: Callable[[], object]) -> int:
    """Build, and have something happen before the call of this number; give how many there were."""
    calls = [0]

    def note(**_: object) -> None:
        calls[0] += 1
        if calls[0] == place + 1:
            happens()

    session = boto3._get_default_session().events  # noqa: SLF001 - clients copy its handlers
    session.register("provide-client-params.*.*", note)
    try:
        sync(world(running))
    finally:
        session.unregister("provide-client-params.*.*", note)
    return calls[0]


def places(running: Account, case: str) -> list[int]:
    """Calls of the next build before which something may happen; the account is as before."""
    start = Snapshot.take(running)
    calls = interrupted(running, _NEVER, lambda: None)
    assert calls > 25
    start.restore(running)
    return one_in(5, range(calls), case)


@pytest.mark.parametrize(("first", "second"), [("edit", "release"), ("release", "edit")])
def test_build_that_another_overtakes_anywhere_ends_as_the_newest_inputs_ask(
    running: Account, first: str, second: str
) -> None:
    """Whatever the first had read or written by then."""
    before = Snapshot.take(running)
    CHANGES[first](running)
    CHANGES[second](running)
    sync(world(running))
    end = in_force()
    before.restore(running)
    CHANGES[first](running)
    start = Snapshot.take(running)

    def other() -> None:
        CHANGES[second](running)
        sync(world(running))

    for place in places(running, first):
        assert interrupted(running, place, other) > place
        assert in_force() == end, place
        is_told_by_latest(running)
        start.restore(running)


def test_rollback_that_comes_in_anywhere_holds(running: Account) -> None:
    """A build that had begun before neither undoes it nor leaves something of its own."""
    there, build = in_force(), running.latest()["build"]
    release(running)
    edit(running)
    start = Snapshot.take(running)
    for place in places(running, "rollback"):
        assert interrupted(running, place, lambda: rollback(world(running), build)) > place
        assert running.latest()["build"] == build
        assert in_force() == there, place
        start.restore(running)


class Turns:
    """Lets two threads make their calls in an order drawn by lot."""

    def __init__(self, seed: int) -> None:
        self._lot = random.Random(seed)  # noqa: S311 - no secret
        self._turn = self._lot.randrange(2)
        self._over = [False, False]
        self._change = threading.Condition()

    def wait(self, who: int) -> None:
        """Wait for one's turn, and draw the next."""
        with self._change:
            self._change.wait_for(
                lambda: self._turn == who or self._over[1 - who], timeout=PATIENCE
            )
            self._turn = self._lot.randrange(2)
            self._change.notify_all()

    def end(self, who: int) -> None:
        """Let the other one go on alone."""
        with self._change:
            self._over[who] = True
            self._change.notify_all()


def together(running: Account, seed: int, between: Callable[[], None]) -> list[object]:
    """Run two builds at once; the inputs change after the first has begun."""
    turns, outcomes = Turns(seed), list[object]([None, None])
    worlds = [world(running), world(running)]
    begun = threading.Event()

    def build(who: int) -> None:
        found = worlds[who]
        count = [0]

        def note(**_: object) -> None:
            count[0] += 1
            if who == 0 and count[0] == _READ:
                between()
                begun.set()
            if begun.is_set():
                turns.wait(who)

        assert isinstance(found.store, S3Store)
        for client in (found.store.client, found.client):
            client.meta.events.register("provide-client-params.*.*", note)
        if who == 1:
            begun.wait(timeout=PATIENCE)
        try:
            outcomes[who] = sync(found)
        except SyncError as error:
            outcomes[who] = error
        finally:
            begun.set()
            turns.end(who)

    threads = [threading.Thread(target=build, args=(who,)) for who in (0, 1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=PATIENCE)
    return outcomes


def test_two_builds_call_by_call_never_mix(running: Account) -> None:
    """Both end well, and what is in force is what the newest feed and allowlist ask for."""
    before = Snapshot.take(running)
    edit(running)
    release(running)
    sync(world(running))
    end = in_force()
    before.restore(running)
    release(running)
    start = Snapshot.take(running)
    for seed in one_in(3, range(12), "seeds"):
        outcomes = together(running, seed, lambda: edit(running))
        assert not [one for one in outcomes if isinstance(one, SyncError)], (seed, outcomes)
        assert in_force() == end, seed
        is_told_by_latest(running)
        start.restore(running)


def test_older_feed_never_overwrites_a_newer_one(running: Account) -> None:
    """Its manifest arrives late, from a fetch that took long: the build takes the newer feed."""
    release(running)
    keys = [key for key in running.keys("raw/") if key.endswith("manifest.json")]
    manifests = {key: json.loads(running.read(key)) for key in keys}
    oldest = min(keys, key=lambda key: manifests[key]["fetched_at"])
    body = running.read(oldest)
    running.s3.delete_object(Bucket=BUCKET, Key=oldest)
    running.s3.put_object(Bucket=BUCKET, Key=oldest, Body=body)
    running.build(oldest)
    newest = max(keys, key=lambda key: manifests[key]["fetched_at"])
    assert running.latest()["version"] == manifests[newest]["version"]
    assert {3, 30} <= running.sids()
    assert 1 not in running.sids()


def test_build_waits_for_no_one_where_a_hold_is_there(running: Account) -> None:
    """Not one call to Network Firewall."""
    rollback(world(running), running.latest()["build"])
    release(running)
    mark = len(running.aws.calls)
    held: Any = sync(world(running))
    assert isinstance(held, Hold)
    assert len(running.aws.calls) == mark
