"""A build that changed something leaves a note by which the next scheduled one stops."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from support.account import BUCKET, Account, account, world
from support.begun import begun
from support.feeds import rule
from support.results import by_sid

from rules_lib.aws.s3_store import S3Store
from rules_lib.bucket import REFUSALS, SETTLED, STAGING
from rules_lib.errors import StoreError
from rules_lib.report.summary import Summary
from rules_lib.rollback.run import resume, rollback
from rules_lib.sync.run import sync, sync_if_changed
from rules_lib.sync.settled import InputsUnchanged, Settled

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from rules_lib.aws.store import Store
    from rules_lib.state.hold import Hold

MALWARE, INFO = "et-emerging-malware", "et-emerging-info"
NOON = datetime(2100, 1, 1, 12, tzinfo=UTC)
"""Long after anything was changed."""


@begun(RULESYNC_POLICIES="perimeter")
def running(found: Account) -> None:
    """An account with a policy, in which a rule was added to one of two rule groups."""
    found.create_policy("perimeter", {})
    found.allow(firewall={"headroom": 1}, max_shrink=1)
    found.publish(malware=[rule(1), rule(2)], info=[rule(3)])
    _build(found, NOON)
    assert not found.has(SETTLED)  # it has made rule groups, and switched the policy
    found.publish(malware=[rule(1), rule(2), rule(4)], info=[rule(3)])
    _build(found, NOON + timedelta(minutes=1))


def _build(running: Account, now: datetime) -> Summary:
    """As an event starts it."""
    built = sync(replace(world(running), now=now))
    assert isinstance(built, Summary)
    return built


def _tick(running: Account, minutes: int = 2, days: int = 0) -> Summary | Hold | InputsUnchanged:
    seen = replace(world(running), now=NOON + timedelta(days=days, minutes=minutes))
    return sync_if_changed(seen, sync)


def _noted(running: Account) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(running.read(SETTLED))
    return found


def test_scheduled_build_after_a_change_reads_what_was_written(running: Account) -> None:
    """And no other text; the one after it reads none."""
    mark, journal = len(running.aws.calls), len(running.journal)
    outcome = _tick(running)
    assert isinstance(outcome, InputsUnchanged)
    assert outcome.summary.calls == {"UpdateRuleGroup": 1}
    asked = running.since(mark)
    assert (asked.count("DescribeRuleGroup"), asked.count("DescribeRuleGroupMetadata")) == (1, 1)
    written = [key for call, key in running.journal[journal:] if call.startswith("Put")]
    assert written == [SETTLED]
    mark = len(running.aws.calls)
    assert isinstance(_tick(running, 3), InputsUnchanged)
    assert "DescribeRuleGroup" not in running.since(mark)


def test_group_whose_second_is_not_over_is_read_each_time(running: Account) -> None:
    """Its note stays as it is."""
    seen = replace(world(running), now=NOON + timedelta(minutes=2))
    modified = running.describe(MALWARE)["RuleGroupResponse"]["LastModifiedTime"]
    before = _noted(running)
    note = {**before, "day": f"{modified.date()}"}
    running.put(SETTLED, json.dumps(note))
    for _ in range(2):
        mark = len(running.aws.calls)
        assert isinstance(sync_if_changed(replace(seen, now=modified), sync), InputsUnchanged)
        assert "DescribeRuleGroup" in running.since(mark)
        assert _noted(running) == note


def _edited(running: Account) -> None:
    running.edit_by_hand(MALWARE, rule(99))


def _edited_beside(running: Account) -> None:
    running.edit_by_hand(INFO, rule(99))


def _retagged(running: Account) -> None:
    arn = running.describe(MALWARE)["RuleGroupResponse"]["RuleGroupArn"]
    tags = [{"Key": "rulesync:slot", "Value": "emerging-malware:2"}]
    running.firewall.tag_resource(ResourceArn=arn, Tags=tags)


@pytest.mark.parametrize("change", [_edited, _edited_beside, _retagged])
def test_what_somebody_does_before_the_next_build_is_put_right(
    running: Account, change: Callable[[Account], None]
) -> None:
    """Be it to the rule group that was written or to another."""
    change(running)
    assert isinstance(_tick(running), Summary)
    assert by_sid("".join(running.deployed().values())).keys() == {1, 2, 3, 4}
    _tick(running, 3)
    assert isinstance(_tick(running, 4), InputsUnchanged)


def test_what_changes_while_a_build_runs_makes_its_note_void(running: Account) -> None:
    """Though the build ends well, with what it had read."""
    running.publish(malware=[rule(1), rule(2)], info=[rule(3)])
    running.meanwhile["UpdateRuleGroup"] = lambda: running.allow(rules={"off": [3]}, max_shrink=1)
    _build(running, NOON + timedelta(minutes=2))
    assert running.sids() == {1, 2, 3}
    assert isinstance(_tick(running, 3), Summary)
    assert running.sids() == {1, 2}


def test_refusals_that_a_build_finds_are_known_to_its_note(running: Account) -> None:
    """What it has written is no change that somebody else made."""
    running.aws.refuse("sid:5;", "it does not")
    running.publish(malware=[rule(1), rule(4), rule(5)], info=[rule(3)])
    _build(running, NOON + timedelta(minutes=2))
    assert running.has(REFUSALS)
    assert isinstance(_tick(running, 3), InputsUnchanged)
    running.put(REFUSALS, "{}")
    assert isinstance(_tick(running, 4), Summary)


@pytest.fixture
def staging(tmp_path: Path) -> Iterator[Account]:
    """An account in which one rule was staged by the build that made its rule group."""
    with account(tmp_path) as found:
        found.allow(
            staging={"days": 7},
            categories={"emerging-malware": "drop"},
            firewall={"headroom": 1},
            max_shrink=1,
        )
        found.publish(malware=[rule(1), rule(2), rule(3)])
        _build(found, NOON)
        yield found


def test_record_of_staged_rules_that_a_build_writes_is_known_to_its_note(staging: Account) -> None:
    """Up to the day on which they turn."""
    staging.publish(malware=[rule(1), rule(2), rule(3), rule(4)])
    _build(staging, NOON + timedelta(days=1))
    assert json.loads(staging.read(STAGING))["since"]["2100-01-02"] == [4]
    assert isinstance(_tick(staging, days=1), InputsUnchanged)
    assert isinstance(_tick(staging, days=6), InputsUnchanged)
    assert isinstance(_tick(staging, days=7), Summary)
    assert staging.text(MALWARE).count("drop tcp") == 3


def test_rule_that_came_back_is_forgotten_by_the_build_after(staging: Account) -> None:
    """So there is no note: the record is written once more, and then there is one."""
    staging.publish(malware=[rule(1), rule(2)])
    _build(staging, NOON + timedelta(days=1))
    assert isinstance(_tick(staging, days=1), InputsUnchanged)
    staging.publish(malware=[rule(1), rule(2), rule(3)])
    _build(staging, NOON + timedelta(days=2))
    assert json.loads(staging.read(STAGING))["left"]
    assert isinstance(_tick(staging, days=2), Summary)
    assert not json.loads(staging.read(STAGING))["left"]
    assert isinstance(_tick(staging, 3, days=2), InputsUnchanged)


def test_edit_that_is_put_right_is_told_once(running: Account) -> None:
    """A summary with a warning that no longer holds is not gone by."""
    _edited(running)
    built = _build(running, NOON + timedelta(minutes=2))
    assert [line for line in built.warnings if "edited by somebody else" in line]
    after = _tick(running, 3)
    assert isinstance(after, Summary)
    assert not [line for line in after.warnings if "edited by somebody else" in line]
    assert isinstance(_tick(running, 4), InputsUnchanged)


def test_build_that_did_not_know_what_fired_is_not_gone_by(running: Account) -> None:
    """Alert logs may be counted by the next one."""
    told = {"logs": "s3://logs", "at": "2099-01-01T01:00:00+00:00", "days": {}}
    running.put("state/hits.json", json.dumps(told))
    running.put("state/fired.json", "{}")
    running.publish(malware=[rule(1)], info=[rule(3)])
    _build(running, NOON + timedelta(minutes=2))
    assert isinstance(_tick(running, 3), Summary)


def test_note_that_cannot_be_written_fails_no_build(
    running: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The next one reads everything, as the note of the build before is void."""

    def refused(note: Settled, store: Store) -> None:
        raise StoreError(f"{store.address(note.KEY)} cannot be written")

    monkeypatch.setattr(Settled, "put", refused)
    running.publish(malware=[rule(1)], info=[rule(3)])
    _build(running, NOON + timedelta(minutes=2))
    assert isinstance(_tick(running, 3), Summary)


def test_new_category_is_read_again(running: Account) -> None:
    """A rule group was made, and the policy switched: what the service says of it may change."""
    running.publish(malware=[rule(1)], info=[rule(3)], dns=[rule(7)])
    _build(running, NOON + timedelta(minutes=2))
    assert isinstance(_tick(running, 3), Summary)
    assert isinstance(_tick(running, 4), InputsUnchanged)


def test_rollback_to_the_build_of_a_note_makes_it_void(running: Account) -> None:
    """The rule groups are those of the note, and the build is; it has begun anew all the same."""
    build = running.latest()["build"]
    store = S3Store(running.s3, BUCKET)
    rollback(replace(world(running), now=NOON + timedelta(minutes=2)), build)
    resume(store)
    assert _noted(running)["build"] == running.latest()["build"]
    assert isinstance(_tick(running, 3), Summary)


def test_bucket_that_may_not_be_listed_for_a_note_fails_no_build(
    running: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    """People who apply may have fewer rights than the function."""
    before = _noted(running)
    entries = S3Store.entries

    def refused(store: S3Store, prefix: str) -> Any:
        if prefix == "state/":
            raise StoreError("no")
        return entries(store, prefix)

    monkeypatch.setattr(S3Store, "entries", refused)
    running.publish(malware=[rule(1)], info=[rule(3)])
    _build(running, NOON + timedelta(minutes=2))
    assert _noted(running) == before
    assert running.sids() == {1, 3}
