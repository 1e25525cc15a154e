"""Services that refuse hundreds of rules, and builds that have no time for all of them."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

import pytest
from support.account import Account, account
from support.feeds import rule
from support.results import by_sid
from support.samples import THOROUGH

from rules_lib.bucket import REFUSALS
from rules_lib.model import Reason
from rules_lib.notify.notice import notice_of_build
from rules_lib.report.place import StackPlace
from rules_lib.report.summary import read_summary

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ONE_GROUP: Final[dict[str, Any]] = {
    "categories": {"emerging-info": "alert", "emerging-malware": "alert"},
    "firewall": {"rule_groups": 1, "capacity": 5000, "headroom": 0},
}
INFO = [rule(sid) for sid in range(8001, 8101)]
MOST = 2100 if THOROUGH else 400
"""Rules that one build finds to be refused."""
SIDS, DIGITS = (999, "123456") if THOROUGH else (399, "12")
"""Of the rules up to the first, those whose sid begins so are refused: 666, or 222."""
BAD = f"msg:.rule [{DIGITS}]"


def is_bad(sid: int) -> bool:
    """Whether the service refuses a rule of this sid."""
    return str(sid)[0] in DIGITS


def rules(number: int, rev: int = 1) -> list[str]:
    """Rules by their number, from 1."""
    return [rule(sid, rev=rev) for sid in range(1, number + 1)]


class KilledError(BaseException):
    """Lambda ends the function in the middle of whatever it does."""


@dataclass
class Patience:
    """What Lambda says of the time left, where a second passes with every call to the firewall."""

    running: Account
    seconds: int
    kills: bool = False

    def __post_init__(self) -> None:
        self.begun = len(self.running.aws.calls)

    def get_remaining_time_in_millis(self) -> int:
        """So many calls are left."""
        left = self.seconds - (len(self.running.aws.calls) - self.begun)
        if self.kills and left <= 0:
            raise KilledError
        return 1000 * (900 if self.kills else left)


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Account]:
    """An account in which everything shares one group."""
    with account(tmp_path) as running:
        running.allow(**ONE_GROUP)
        yield running


def remembered(running: Account) -> set[int]:
    """The sids in `state/refusals.json`."""
    if not running.has(REFUSALS):
        return set()
    return {entry["sid"] for entry in json.loads(running.read(REFUSALS)).values()}


def adds_up(summary: dict[str, Any]) -> bool:
    """Nothing vanishes."""
    numbers = summary["rules"]
    return bool(numbers["enabled"] == numbers["kept"] + numbers["discarded"] + numbers["off"])


@pytest.mark.parametrize("named", [True, False])
@pytest.mark.parametrize("number", [1, 20, 150, MOST])
def test_any_number_of_refused_rules_is_found_in_one_build(
    running: Account, number: int, *, named: bool
) -> None:
    """Where there is time: they are discarded and remembered, all others are in force."""
    running.allow(**{**ONE_GROUP, "categories": {"emerging-malware": "alert"}})
    running.aws.refuse(r"content:.x.; nocase", "no", named=named)
    good = [rule(sid) for sid in range(9001, 9051)]
    bad = [rule(sid, "nocase; ") for sid in range(1, number + 1)]
    summary = running.sync(malware=[*good[:25], *bad, *good[25:]])
    assert running.sids() == set(range(9001, 9051))
    assert summary["discarded"] == {"rejected-by-service": number}
    assert len(remembered(running)) == number
    assert summary["waiting"] == 0
    assert adds_up(summary)


@pytest.mark.parametrize("named", [True, False])
def test_builds_that_run_out_of_time_go_on_from_each_other(
    running: Account, *, named: bool
) -> None:
    """Good rules are in force after the first, each knows more, the last has all there is."""
    running.aws.refuse(BAD, "no", named=named)
    running.publish(malware=rules(SIDS), info=INFO)
    known, waiting = set[int](), 10_000
    for attempt in range(40):
        run = running.tick if attempt else running.build
        answer = run(context=Patience(running, 140))
        assert answer["status"] == "applied"
        summary = running.summary()
        assert adds_up(summary)
        assert set(range(8001, 8101)) <= running.sids()
        assert not any(is_bad(sid) for sid in running.sids() if sid < 1000)
        if not answer["waiting"]:
            break
        assert answer["waiting"] == summary["waiting"] == summary["discarded"]["not-yet-proven"]
        assert "no time to have the service judge" in summary["warnings"][0]
        assert known < remembered(running)
        assert answer["waiting"] < waiting
        known, waiting = remembered(running), answer["waiting"]
    assert attempt > 1
    expected = {sid for sid in range(1, SIDS + 1) if not is_bad(sid)} | set(range(8001, 8101))
    assert running.sids() == expected
    assert len(remembered(running)) == SIDS - len(expected) + 100
    running.tick()
    assert running.summary()["dry_runs"] == 0


@pytest.mark.parametrize("named", [True, False])
def test_build_that_is_killed_has_not_asked_for_nothing(running: Account, *, named: bool) -> None:
    """What it had found is known to the next, though nothing was written of the groups."""
    running.aws.refuse("msg:.rule [1-2]", "no", named=named)
    running.publish(malware=rules(299), info=INFO)
    with pytest.raises(KilledError):
        running.build(context=Patience(running, 150, kills=True))
    assert running.sids() == set()
    found = remembered(running)
    assert len(found) >= 25
    running.build()
    assert running.sids() == {*range(3, 10), *range(30, 100), *range(8001, 8101)}
    assert found < remembered(running)


def test_rule_with_a_new_revision_stays_in_force_until_there_is_time(running: Account) -> None:
    """Its text of before; a new rule waits; both come with the build that has the time."""
    running.allow(**ONE_GROUP, max_shrink=1.0)
    running.sync(malware=rules(60), info=INFO)
    running.aws.refuse("rev:2", "no", named=False)
    running.publish(malware=[*rules(59, rev=2), rule(60, rev=3), rule(61, rev=3)], info=INFO)
    answer = running.build(context=Patience(running, 40))
    assert answer["waiting"] > 0
    summary = running.summary()
    assert adds_up(summary)
    lost = remembered(running)
    reasons = {sid: reason for sid, (reason, _) in running.discarded().items()}
    assert reasons == dict.fromkeys(lost, "rejected-by-service") | {61: "not-yet-proven"}
    assert running.sids() == {*range(1, 61), *range(8001, 8101)} - lost
    published = by_sid("".join(running.deployed().values()))
    assert all("rev:1;" in published[sid] for sid in published)
    running.build()
    assert running.sids() == {60, 61, *range(8001, 8101)}


def test_build_that_waits_is_the_newest_and_is_told(running: Account) -> None:
    """It was applied, as far as it went: a rollback or a comparison may go by it."""
    running.aws.refuse(BAD, "no")
    running.publish(malware=rules(SIDS), info=INFO)
    running.build(context=Patience(running, 140))
    summary = read_summary(json.dumps(running.summary()).encode())
    assert summary.waiting == summary.discarded[Reason.NOT_YET_PROVEN] > 0
    assert running.latest()["build"] == summary.build_id
    notice = notice_of_build(replace(summary, calls={}), StackPlace("bucket"))
    assert notice is not None
    assert notice.subject.startswith(f"rulesync: {summary.waiting} not yet judged; ")
    assert "no time to have the service judge" in notice.text
