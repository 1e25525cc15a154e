"""A feed's `pass` through the whole pipeline: left out, or told and guarded."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from support.account import Account, account
from support.feeds import rule
from support.snapshot import state

from rules_lib.errors import SyncError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

DROPS = [rule(sid) for sid in range(1, 9)]
ALL = 'pass ip any any -> any any (msg:"all is well"; sid:99; rev:1;)'
ONE = rule(98, action="pass")
CATEGORIES = {"emerging-info": "drop", "emerging-malware": "drop"}
TRUSTED = {"feed_pass": "keep"}


@pytest.fixture
def live(tmp_path: Path) -> Iterator[Account]:
    """An account in which eight rules drop."""
    with account(tmp_path, RULESYNC_POLICIES="live") as found:
        found.allow(categories=CATEGORIES)
        found.sync(malware=DROPS, info=[rule(20)])
        yield found


@pytest.mark.parametrize("passing", [ALL, ALL.replace("pass", "PASS"), ONE])
def test_pass_of_a_feed_is_left_out_and_nothing_else_changes(live: Account, passing: str) -> None:
    """No rule group is written for it."""
    before = state()
    live.sync(malware=DROPS, info=[rule(20), passing])
    assert state() == before
    [(reason, detail)] = live.discarded().values()
    assert (reason, detail) == (
        "pass-from-feed",
        "with pass, a feed would end the inspection of what it matches",
    )


def test_pass_that_the_feed_disables_is_left_out_where_it_is_woken(live: Account) -> None:
    """`rules: on:` says that a rule is wanted, and not that it may pass."""
    live.allow(categories=CATEGORIES, rules={"on": [99]})
    live.sync(malware=DROPS, info=[rule(20), f"# {ALL}"])
    assert live.discarded()[99][0] == "pass-from-feed"


def test_pass_of_a_trusted_feed_is_told(live: Account) -> None:
    """By name in the summary's changes, and in every build among the warnings."""
    live.allow(categories=CATEGORIES, **TRUSTED)
    live.sync(malware=DROPS, info=[rule(20), ONE])
    assert live.summary()["actions"] == {"drop": 9, "pass": 1}
    assert live.summary()["changes"]["passes"] == 1
    assert live.summary()["changes"]["first_passes"] == {"98": "rule 98"}
    live.build()
    told = "feed_pass: keep: the feed passes traffic uninspected with sid 98 of emerging-info"
    assert told in live.summary()["warnings"]


def test_pass_of_a_trusted_feed_is_refused_where_it_ends_all_blocking(live: Account) -> None:
    """Every rule stays, and none would block: nothing is written; with leave, it is told."""
    before = state()
    live.allow(categories=CATEGORIES, **TRUSTED)
    live.publish(malware=DROPS, info=[rule(20), ALL])
    with pytest.raises(SyncError, match=r"9 of 9 .*: 9 overruled by sid 99, which lets everything"):
        live.build()
    assert state() == before
    live.build(allow_shrink=True)
    told = (
        "sid 99 of emerging-info lets everything through that its header matches (pass ip any any"
    )
    [warning] = [one for one in live.summary()["warnings"] if one.startswith(told)]
    assert "9 blocking rules act only in part or not at all" in warning


def test_pass_of_ones_own_is_told_and_guarded_as_well(live: Account) -> None:
    """It is no reason to discard it: people may pass what they like, once they say that they do."""
    live.put("local/ours.rules", ONE)
    live.build()
    assert live.summary()["changes"]["first_passes"] == {"98": "rule 98"}
    live.put("local/ours.rules", ALL)
    with pytest.raises(SyncError, match="overruled by sid 99"):
        live.build()
