"""A saved plan is carried out on a later day only if that day changes nothing."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from unittest import mock

import pytest
from click.testing import Result
from support.account import Account, account, call
from support.clock import Clock
from support.feeds import rule

from rulesync_cli import account as here

FIRST = datetime(2100, 1, 1, 12, tzinfo=UTC)


def call_on(day: int, *words: object) -> Result:
    """Run a command, so many days after the first."""
    with mock.patch.object(here, "datetime", Clock(FIRST + timedelta(days=day))):
        return call(*words)


@pytest.fixture
def waiting(tmp_path: Path) -> Iterator[Account]:
    """Give an account with a staged rule, and one with an exception, each for a week.

    A new feed has come too, so that there is something to plan.
    """
    with account(tmp_path / "feed") as aws:
        aws.allow(
            staging={"days": 7},
            categories={"emerging-malware": "drop"},
            exceptions=[{"sid": 3, "not_from": "10.0.0.5", "until": "2100-01-07", "why": "backup"}],
            variables={"HOME_NET": ["10.0.0.0/8"]},
        )
        excepted = rule(3, addresses="$HOME_NET any -> any any")
        aws.publish(malware=[rule(2)], info=[excepted])
        assert call_on(0, "apply", "--yes").exit_code == 0
        aws.publish(malware=[rule(2)], info=[excepted, rule(9)])
        yield aws


def test_saved_plan_holds_while_a_staged_rule_waits(waiting: Account, tmp_path: Path) -> None:
    """A day that changes nothing makes no other plan."""
    file = tmp_path / "plan.json"
    call_on(1, "plan", "--out", file)
    answer = call_on(6, "apply", "--plan", file)
    assert answer.exit_code == 0, answer.stderr
    assert 9 in waiting.sids()


def test_saved_plan_is_stale_once_the_day_of_a_rule_has_come(
    waiting: Account, tmp_path: Path
) -> None:
    """A staged rule would drop now, and an exception has ended: nobody has agreed to either."""
    file, before = tmp_path / "plan.json", waiting.deployed()
    call_on(6, "plan", "--out", file)
    builds = waiting.keys("builds/")
    answer = call_on(7, "apply", "--plan", file)
    assert answer.exit_code == 1
    assert "made at 2100-01-07T12:00:00+00:00" in answer.stderr
    assert "would differ in et-emerging-info, et-emerging-malware;" in answer.stderr
    assert "1 rule is no longer staged: 2; " in answer.stderr
    assert "1 rule is no longer under an exception: 3. Plan again" in answer.stderr
    assert (waiting.deployed(), waiting.keys("builds/")) == (before, builds)
    call_on(7, "plan", "--out", file)
    assert call_on(7, "apply", "--plan", file).exit_code == 0
    assert waiting.text("et-emerging-malware").startswith("drop")
