"""The copy of the discards by day: when one is written, and what its rows say."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from support.account import Account, account, world
from support.feeds import rule

from rules_lib.bucket import DISCARDS
from rules_lib.rollback.run import resume, rollback
from rules_lib.sync.run import sync

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

LUA = "lua:x.lua; "


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Account]:
    """An account with a build that discards one rule."""
    with account(tmp_path) as found:
        found.allow(max_shrink=1)
        found.sync(malware=[rule(1), rule(2, LUA)])
        yield found


def copies(running: Account) -> list[str]:
    """The builds that have a copy."""
    return [key.rpartition("/")[2].removesuffix(".jsonl") for key in running.keys(DISCARDS)]


def test_build_that_discards_the_same_writes_no_copy(running: Account) -> None:
    """Also where it changes rule groups by an edit."""
    running.build()
    running.allow(categories={"emerging-malware": "drop"})
    running.build()
    assert copies(running) == running.builds[:1]


def test_build_with_other_discards_writes_a_copy_though_no_group_changes(running: Account) -> None:
    """What is left out changed; what is published did not."""
    mark = len(running.aws.calls)
    running.publish(malware=[rule(1), rule(2, LUA), rule(3, LUA)])
    assert running.build()["calls"] == {}
    assert not [call for call in running.since(mark) if call.startswith(("Create", "Update"))]
    assert copies(running) == sorted(running.builds)


def test_discards_that_come_back_are_copied_again(running: Account) -> None:
    """The newest copy of a day is always what its last build left out."""
    running.sync(malware=[rule(1), rule(2, LUA), rule(3, LUA)])
    running.sync(malware=[rule(1), rule(2, LUA)])
    assert copies(running) == sorted(running.builds)
    assert len(running.builds) == 3


def test_next_day_has_its_copy(running: Account) -> None:
    """So that a series has no gaps."""
    today = world(running)
    sync(replace(today, now=today.now + timedelta(days=1)))
    days = [key.split("/")[1] for key in running.keys(DISCARDS)]
    assert days == [f"day={today.now + timedelta(days=ago):%Y-%m-%d}" for ago in (0, 1)]


def test_refused_build_writes_no_copy(running: Account) -> None:
    """What it would have left out never came to be."""
    running.allow("version: 2\n")
    with pytest.raises(Exception, match="version"):
        running.build()
    assert len(copies(running)) == 1


def test_rollback_writes_no_copy_and_disturbs_none(running: Account) -> None:
    """The build after it has the discards of the newest copy, or another."""
    running.sync(malware=[rule(1), rule(2, LUA), rule(3, LUA)])
    before = copies(running)
    rollback(world(running), running.builds[0])
    assert running.latest()["discarded"] == {"unsupported-keyword": 1}
    resume(world(running).store)
    running.build()
    assert copies(running) == before
    assert running.summary()["changes"]["discarded"] == {"unsupported-keyword": 1}


def test_row_names_the_variables_that_bring_it_back(running: Account) -> None:
    """Only where that is why it was left out; severity is the metadata's."""
    metadata = "metadata:signature_severity Major; "
    running.sync(
        malware=[
            rule(4, metadata, addresses="$B any -> $A $C"),
            rule(5, LUA, addresses="$B any -> any any"),
        ]
    )
    key = next(key for key in running.keys(DISCARDS) if running.builds[-1] in key)
    rows = {row["sid"]: row for row in map(json.loads, running.read(key).splitlines())}
    assert (rows[4]["variables"], rows[4]["severity"]) == (["A", "B", "C"], "Major")
    assert (rows[5]["variables"], rows[5]["severity"]) == ([], None)
