"""The account that tests begin with: each has what was set up, and nothing of another test."""

from __future__ import annotations

import pytest
from support.account import Account
from support.begun import begun
from support.feeds import rule


@begun(RULESYNC_POLICIES="prod")
def running(aws: Account) -> None:
    """An account with a policy and a build in force."""
    aws.create_policy("prod", {})
    aws.allow(max_shrink=1, max_unblock=1)
    aws.sync(malware=[rule(1), rule(2)])


@pytest.mark.parametrize("time", ["first", "second"])
def test_each_account_begins_with_what_was_set_up(running: Account, time: str) -> None:
    """Also after a test in which all of it was changed; the next build goes on from there."""
    assert time
    assert running.sids() == {1, 2}
    assert running.references("prod") == {"et-emerging-malware": 1_000}
    assert [path.name for path in running.folder.iterdir()] == ["emerging.rules.tar.gz"]
    assert running.builds == [running.latest()["build"]]
    assert any(call.action == "CreateRuleGroup" for call in running.aws.calls)
    running.sync(malware=[rule(3)])
    assert running.sids() == {3}
    running.put("local/more.rules", rule(4))
    (running.folder / "more.rules").write_text(rule(4))
