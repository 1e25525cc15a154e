"""Days of syncs with and without what was read before: all that they leave is the same."""

from __future__ import annotations

import random
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

import pytest
from support.account import BUCKET, Account, account, world
from support.feeds import rule

from rules_lib.aws.s3_store import S3Store
from rules_lib.bucket import BUILDS, DISCARDS, READ_RULES
from rules_lib.errors import StoreError
from rules_lib.reading import lines
from rules_lib.report.summary import Summary
from rules_lib.sync import read_before
from rules_lib.sync.run import sync
from rulesync_cli.ahead import look_ahead

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from rules_lib.aws.store import Stored

FIRST: Final = datetime(2100, 1, 1, 12, tzinfo=UTC)
DAYS: Final = 8
CLOCK: Final = re.compile(rb"20[2-9]\d-\d\d-\d\dT[0-9:.]+")
"""When a feed was fetched, which is another moment in each account."""


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Small feeds are worth it, and have many runs of lines."""
    monkeypatch.setattr(read_before, "_MANY", 0)
    monkeypatch.setattr(lines, "_RUN", 3)


def releases(seed: int) -> list[dict[str, list[str]]]:
    """A release a day: rules come, go, change, are disabled and set marks."""
    dice = random.Random(seed)  # noqa: S311 - no secret
    held = {sid: rule(sid, "flowbits:set,a; " if sid % 7 == 0 else "") for sid in range(1, 60)}
    found = list[dict[str, list[str]]]()
    for day in range(DAYS):
        for sid in dice.sample(sorted(held), 4):
            checks = dice.choice(["", "flowbits:isset,a; ", "dataset:set,x; ", "priority:1; "])
            held[sid] = rule(sid, checks, rev=day + 2)
        held.pop(dice.choice(sorted(held)))
        held[100 + day] = dice.choice(["nonsense", rule(100 + day, "classtype:x; ")])
        rules = [f"#{text}" if sid % 11 == day else text for sid, text in sorted(held.items())]
        found.append({"malware": rules[::2], "info": rules[1::2]})
    return found


def damage(running: Account, day: int) -> None:
    """Lose or spoil what was kept, on some days."""
    if day == 3:
        running.s3.delete_object(Bucket=world(running).store.bucket, Key=READ_RULES)
    if day == 5:
        kept = running.read(READ_RULES)
        world(running).store.put(READ_RULES, kept[: len(kept) // 2])


def left_by(folder: Path, days: list[dict[str, list[str]]], *, keeps: bool) -> dict[str, bytes]:
    """Every file of every build, and the rule groups in force."""
    with account(folder) as running, pytest.MonkeyPatch.context() as patched:
        if not keeps:
            patched.setattr(read_before, "_MANY", 10**9)
        running.allow(categories={"emerging-info": "off", "emerging-malware": "drop"})
        for day, files in enumerate(days):
            if keeps:
                damage(running, day)
            running.publish(**files)
            done = sync(replace(world(running), now=FIRST + timedelta(days=day)), allow_shrink=True)
            assert isinstance(done, Summary)
        assert running.has(READ_RULES) is keeps
        written = {key: running.read(key) for key in running.keys(BUILDS) + running.keys(DISCARDS)}
        told = {
            key: CLOCK.sub(b"", body.replace(str(folder).encode(), b""))
            for key, body in written.items()
        }
        return told | {name: text.encode() for name, text in running.deployed().items()}


@pytest.mark.parametrize("seed", range(3))
def test_days_leave_the_same_with_what_was_read_before(tmp_path: Path, seed: int) -> None:
    """Byte for byte, though it is lost on one day and damaged on another."""
    days = releases(seed)
    with_it, without = (
        left_by(tmp_path / str(keeps), days, keeps=keeps) for keeps in (True, False)
    )
    assert with_it == without
    assert len(with_it) > DAYS * 8


class Refusing(S3Store):
    """A bucket that gives and takes nothing of what was read before."""

    def find(self, key: str) -> Stored | None:
        """Refuse the one object."""
        self._refuse(key)
        return super().find(key)

    def put(self, key: str, data: bytes | Iterable[bytes], **how: Any) -> bool:
        """Likewise."""
        self._refuse(key)
        return super().put(key, data, **how)

    def _refuse(self, key: str) -> None:
        if key == READ_RULES:
            raise StoreError(f"{key}: AccessDenied")


def test_what_cannot_be_read_or_written_fails_no_build(tmp_path: Path) -> None:
    """It only saves work."""
    with account(tmp_path) as running:
        running.allow()
        running.publish(malware=[rule(1)])
        store = Refusing(running.s3, BUCKET)
        assert isinstance(sync(replace(world(running), store=store)), Summary)
        assert not running.has(READ_RULES)


def test_second_build_of_a_day_writes_it_only_where_much_is_new(tmp_path: Path) -> None:
    """What little is new is read again each time, until it is a tenth."""
    rules = [rule(sid) for sid in range(1, 200)]
    with account(tmp_path) as running:
        running.allow()
        for more, written in ((0, 1), (1, 1), (60, 2)):
            running.sync(malware=[*rules, *(rule(1_000 + sid) for sid in range(more))])
            assert running.journal.count(("PutObject", READ_RULES)) == written


def test_look_ahead_goes_by_what_was_read_and_writes_nothing(tmp_path: Path) -> None:
    """So a plan of a large feed waits for less."""
    with account(tmp_path) as running:
        running.allow()
        running.sync(malware=[rule(sid) for sid in range(1, 30)])
        mark = len(running.journal)
        foreseen = look_ahead(world(running)).foreseen
        assert ("GetObject", READ_RULES) in running.journal[mark:]
        assert not any(call.startswith("Put") for call, _ in running.journal[mark:])
        running.s3.delete_object(Bucket=BUCKET, Key=READ_RULES)
        assert look_ahead(world(running)).foreseen == foreseen
        assert foreseen.plan.is_empty


def test_small_feed_is_not_looked_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """That would take longer than to read it."""
    monkeypatch.setattr(read_before, "_MANY", 2)
    with account(tmp_path) as running:
        running.allow()
        running.sync(malware=[rule(1)])
        assert not any(key == READ_RULES for _, key in running.journal)
        running.sync(malware=[rule(1), rule(2)])
        assert running.has(READ_RULES)
