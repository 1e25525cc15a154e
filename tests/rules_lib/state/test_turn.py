"""One build at a time, and nothing that was asked for is forgotten."""

from __future__ import annotations

import json
import threading
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Never

import pytest
from support.account import BUCKET, Account, account
from support.feeds import rule
from support.patience import PATIENCE

from functions.build import app as build_app
from localaws import Fault
from rules_lib.aws.s3_store import S3Store
from rules_lib.aws.store import Store
from rules_lib.bucket import ASKED, TURN
from rules_lib.errors import RefusedError, SyncError
from rules_lib.state.turn import GaveWay, Turn, in_turn

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)
LATER = NOW + timedelta(minutes=15)


def turn(store: Store, holder: str, now: datetime = NOW) -> Turn:
    """What a request has that begins now."""
    return Turn(store, holder, now, now + timedelta(minutes=15))


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Account]:
    """An account with an allowlist and a feed, and a build in force."""
    with account(tmp_path, RULESYNC_TOPIC="") as found:
        found.allow(max_shrink=1, default="alert")
        found.sync(malware=[rule(sid) for sid in range(1, 6)])
        yield found


def never(mine: Turn) -> Never:
    """The build of a run that is to give way."""
    pytest.fail(f"{mine.holder} builds")


def test_who_comes_meanwhile_gives_way_and_is_built_for(store: Store) -> None:
    """The word that is left has the holder build once more."""
    answers: list[object] = []

    def build(mine: Turn) -> int:
        mine.listen()
        if not answers:
            answers.append(in_turn(turn(store, "second"), never))
        answers.append("built")
        return len(answers)

    assert in_turn(turn(store, "first"), build) == 3
    assert answers == [GaveWay("second"), "built", "built"]
    assert store.find(TURN) is None


def test_who_leaves_word_before_the_bucket_is_read_is_built_for_at_once(store: Store) -> None:
    """No second build: what is asked for before is read with all else."""
    built = []

    def build(mine: Turn) -> None:
        assert isinstance(in_turn(turn(store, "second"), never), GaveWay)
        mine.listen()
        built.append(mine.holder)

    in_turn(turn(store, "first"), build)
    assert built == ["first"]


def test_who_finds_the_turn_free_after_leaving_word_takes_it(store: Store) -> None:
    """The holder may have let go in that very moment, and looked before."""
    other = turn(store, "other")
    assert other.try_take()

    class Slow(Turn):
        """Is overtaken just after it has left word."""

        def ask(self) -> None:
            super().ask()
            other.release()

    mine = Slow(store, "mine", NOW, LATER)
    assert in_turn(mine, lambda held: held.holder) == "mine"


def test_turn_of_a_build_that_died_is_over(store: Store) -> None:
    """Its function was ended; nobody waits for it any longer."""
    assert turn(store, "dead").try_take()
    assert not turn(store, "early", NOW + timedelta(minutes=14)).try_take()
    assert turn(store, "late", LATER).try_take()


def test_turn_that_somebody_else_has_by_now_is_not_let_go(store: Store) -> None:
    """A build that outlived its own turn."""
    slow = turn(store, "slow")
    assert slow.try_take()
    assert turn(store, "next", LATER).try_take()
    slow.release()
    assert not turn(store, "third", LATER).try_take()


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{}",
        b"\xff",
        b'{"holder": "x", "until": "never"}',
        b'{"holder": "x", "until": "2100-01-01T00:00:00"}',
    ],
)
def test_turn_that_cannot_be_read_is_free(store: Store, body: bytes) -> None:
    """It only saves work, so it never stops a build."""
    store.put(TURN, body)
    assert turn(store, "mine").try_take()


def test_request_that_was_killed_has_its_turn_when_it_is_repeated(store: Store) -> None:
    """Lambda repeats it under the same name; nobody else waits less for that."""
    assert turn(store, "killed").try_take()
    assert not turn(store, "other").try_take()
    assert turn(store, "killed").try_take()


def test_turn_by_a_clock_far_ahead_is_free(store: Store) -> None:
    """Else no build would have a turn until then."""
    assert turn(store, "ahead", NOW + timedelta(days=400)).try_take()
    assert turn(store, "mine").try_take()


def test_failed_build_lets_the_turn_go(store: Store) -> None:
    """The next one, or the same event again, goes on."""

    def build(_: Turn) -> None:
        raise RefusedError("no")

    with pytest.raises(RefusedError):
        in_turn(turn(store, "first"), build)
    assert store.find(TURN) is None


def test_build_starts_over_for_others_three_times_and_not_without_end(store: Store) -> None:
    """Somebody who uploads without pause does not keep it from writing."""
    mine = turn(store, "mine")
    over = []
    for number in range(5):
        mine.listen()
        turn(store, f"other {number}").ask()
        over.append(mine.may_start_over())
        mine.start_over()
    assert over == [True, True, True, False, False]
    assert mine.asked_again()


def test_ten_uploads_at_once_fail_nothing_and_are_all_in_force(running: Account) -> None:
    """One of the ten builds does it all; the others say that they are gathered."""
    categories = {f"local-{number}": "alert" for number in range(10)}
    running.allow(max_shrink=1, default="alert", categories=categories)
    before = running.keys("builds/")
    running.forget()
    start = threading.Barrier(10)
    answers: list[dict[str, object]] = []

    def upload(number: int) -> None:
        running.put(f"local/{number}.rules", f"{rule(100 + number)}\n")
        start.wait(timeout=PATIENCE)
        answers.append(running.build(f"local/{number}.rules"))

    threads = [threading.Thread(target=upload, args=(number,)) for number in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=PATIENCE)
    assert len(answers) == 10
    assert {one["status"] for one in answers} <= {"applied", "gathered"}
    assert running.sids() >= {*range(1, 6), *range(100, 110)}
    created = [name for call, name in running.writes() if call == "CreateRuleGroup"]
    counted = Counter[str]()
    for key in running.keys("builds/"):
        if key.endswith("/summary.json") and key not in before:
            counted.update(json.loads(running.read(key))["calls"])
    assert counted["CreateRuleGroup"] == len(created)
    assert len(created) == len(set(created))
    assert not running.has(TURN)


def test_held_build_that_others_ask_for_ends(running: Account) -> None:
    """It reads nothing, so there is nothing to read again."""
    turn(S3Store(running.s3, BUCKET), "other").ask()
    running.put("state/hold.json", '{"build": "b", "since": "2026-11-24T08:12:40+00:00"}')
    assert running.build()["status"] == "held"


def test_event_that_was_gathered_costs_no_call_to_the_firewall(running: Account) -> None:
    """And it is no failure: no alarm, no second notice."""
    store = S3Store(running.s3, BUCKET)
    assert turn(store, "other", datetime.now(UTC)).try_take()
    mark = len(running.aws.calls)
    assert running.build() == {"status": "gathered"}
    assert len(running.aws.calls) == mark
    assert store.find(ASKED) is not None


def test_retry_of_a_build_that_failed_has_the_turn_again(running: Account) -> None:
    """Lambda calls an asynchronous function again after an error."""
    running.aws.inject(Fault("ListRuleGroups", "AccessDeniedException", "not you"))
    with pytest.raises(SyncError):
        build_app.handler({"detail": {}}, None)
    assert running.build()["status"] == "applied"
