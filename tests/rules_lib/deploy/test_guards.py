"""A sync that would remove too much at once is refused, unless somebody means it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from account_support import Account, account
from firewall_support import as_deployed, group
from growth_support import state
from pipeline_support import rule

from rules_lib.deploy.guards import refuse_shrink
from rules_lib.errors import RefusedError, SyncError
from rules_lib.groups import Deployed

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

TEN = group("et-one", *range(1, 11))
FEED = {"malware": [rule(sid) for sid in range(1, 11)]}
TRUNCATED = {"malware": [rule(sid) for sid in range(1, 7)]}


def test_share_that_is_allowed_may_go() -> None:
    """Three of ten are 0.3, and that is not more."""
    refuse_shrink([group("et-one", *range(4, 11))], Deployed((as_deployed(TEN),)), 0.3)


def test_one_rule_more_is_refused_with_numbers_and_what_to_do() -> None:
    """So that the alarm says it all."""
    with pytest.raises(RefusedError) as caught:
        refuse_shrink([group("et-one", *range(5, 11))], Deployed((as_deployed(TEN),)), 0.3)
    text = str(caught.value)
    assert "max_shrink: this would remove 4 of 10 deployed rules (40%, and 30% are allowed)" in text
    assert "nothing was changed" in text
    assert "--allow-shrink" in text


def test_rules_that_move_to_another_group_are_not_removed() -> None:
    """What counts is the firewall, not one group."""
    halves = [group("et-one", *range(1, 6)), group("et-two", *range(6, 11))]
    refuse_shrink(halves, Deployed((as_deployed(TEN),)), 0)


def test_new_rules_do_not_make_up_for_lost_ones() -> None:
    """A feed of as many other rules is as suspicious."""
    with pytest.raises(RefusedError, match="10 of 10"):
        refuse_shrink([group("et-one", *range(21, 31))], Deployed((as_deployed(TEN),)), 0.9)


def test_nothing_deployed_is_nothing_to_lose() -> None:
    """The first sync."""
    refuse_shrink([TEN], Deployed(), 0)


def test_what_somebody_wrote_into_a_group_by_hand_may_go() -> None:
    """It never was of the feed, and putting it right must not be refused."""
    refuse_shrink([TEN], Deployed((as_deployed(group("et-one", 99), edited=True),)), 0)


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
    with pytest.raises(SyncError, match=r"10 of 10 deployed rules \(100%"):
        live.build()
    assert live.sids() == set(range(1, 11))
