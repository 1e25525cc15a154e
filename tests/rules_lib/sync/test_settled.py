"""A scheduled build stops where nothing has changed, and nowhere else."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from support.account import BUCKET, Account, account, world
from support.begun import begun
from support.feeds import rule

from localaws import Fault
from rules_lib.aws import clients, shapes
from rules_lib.aws.arn_parameters import ArnParameters
from rules_lib.aws.s3_store import S3Store
from rules_lib.bucket import DISCARDS, HOLD, LATEST, REFUSALS, SETTLED
from rules_lib.errors import RulesyncError, StoreError
from rules_lib.report.summary import Summary
from rules_lib.rollback.run import resume
from rules_lib.sync import settled, traces
from rules_lib.sync.run import sync, sync_if_changed
from rules_lib.sync.settled import InputsUnchanged
from rules_lib.sync.traces import traces_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from rules_lib.aws.store import Store
    from rules_lib.state.hold import Hold

MALWARE = "et-emerging-malware"
NOON = datetime(2100, 1, 1, 12, tzinfo=UTC)
"""Long after anything was changed."""


@begun(RULESYNC_POLICIES="perimeter")
def running(found: Account) -> None:
    """An account that a scheduled build has found as it should be."""
    found.allow()
    found.create_policy("perimeter", {})
    found.sync(malware=[rule(1), rule(2)], info=[rule(3)])
    assert isinstance(_tick(found), Summary)


def _tick(running: Account, now: datetime = NOON) -> Summary | Hold | InputsUnchanged:
    seen = replace(world(running), now=now)
    return sync_if_changed(seen, sync)


def test_second_scheduled_build_reads_little_and_writes_nothing(running: Account) -> None:
    """No rule's text is read, and the answer is the summary that still holds."""
    mark, journal = len(running.aws.calls), len(running.journal)
    outcome = _tick(running)
    assert isinstance(outcome, InputsUnchanged)
    assert outcome.summary.rules.kept == 3
    assert set(running.since(mark)) == {
        "ListRuleGroups",
        "DescribeRuleGroupMetadata",
        "DescribeFirewallPolicy",
    }
    assert not any(call.startswith(("Put", "Delete")) for call, _ in running.journal[journal:])


def _new_feed(running: Account) -> None:
    running.publish(malware=[rule(1), rule(2), rule(4)], info=[rule(3)])


def _own_rule(running: Account) -> None:
    running.put("local/ours.rules", f"{rule(9)}\n")


def _edited_by_hand(running: Account) -> None:
    running.edit_by_hand(MALWARE, rule(99))


def _detached_by_hand(running: Account) -> None:
    found = running.firewall.describe_firewall_policy(FirewallPolicyName="perimeter")
    policy = dict(found["FirewallPolicy"], StatefulRuleGroupReferences=[])
    running.firewall.update_firewall_policy(
        FirewallPolicyName="perimeter", FirewallPolicy=policy, UpdateToken=found["UpdateToken"]
    )


def _deleted_by_hand(running: Account) -> None:
    _detached_by_hand(running)
    running.firewall.delete_rule_group(RuleGroupName=MALWARE, Type="STATEFUL")


def _made_by_hand(running: Account) -> None:
    running.create_by_hand("et-mine", rule(9))


@pytest.mark.parametrize(
    "change",
    [
        _new_feed,
        _own_rule,
        _edited_by_hand,
        _deleted_by_hand,
        _made_by_hand,
        lambda running: running.allow(threshold="discard"),
        _detached_by_hand,
        lambda running: running.put("state/refusals.json", "{}"),
    ],
)
def test_whatever_changes_is_built(running: Account, change: Callable[[Account], None]) -> None:
    """Feed, own rules, allowlist, refusals; groups and policies, by whomever."""
    change(running)
    assert isinstance(_tick(running, NOON + timedelta(minutes=1)), Summary)


def test_edit_by_hand_is_put_right(running: Account) -> None:
    """As if there were no note."""
    _edited_by_hand(running)
    _tick(running, NOON + timedelta(minutes=1))
    assert rule(99) not in running.text(MALWARE)


def test_other_code_builds(running: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    """A new version may see the same files with other eyes."""
    monkeypatch.setattr(traces, "code_digest", lambda: "another")
    assert isinstance(_tick(running), Summary)


def test_other_settings_build(running: Account) -> None:
    """What was switched on is done by the next build, and not in a week."""
    seen = world(running)
    parameters = ArnParameters(clients.parameters())
    others = (replace(seen, unproven=True), replace(seen, parameters=parameters))
    assert traces_of(seen) not in map(traces_of, others)


def test_first_build_of_a_later_day_goes_by_what_the_groups_hold(running: Account) -> None:
    """It reads their texts and not the feed; the next of that day reads neither."""
    mark, journal = len(running.aws.calls), len(running.journal)
    assert isinstance(_tick(running, NOON + timedelta(days=1)), InputsUnchanged)
    assert "DescribeRuleGroup" in running.since(mark)
    assert not any(key.endswith(".tar.gz") for _, key in running.journal[journal:])
    mark = len(running.aws.calls)
    assert isinstance(_tick(running, NOON + timedelta(days=1, hours=1)), InputsUnchanged)
    assert "DescribeRuleGroup" not in running.since(mark)


def test_after_a_week_everything_is_read(running: Account) -> None:
    """And after a clock that went wrong."""
    for day in range(1, 7):
        assert isinstance(_tick(running, NOON + timedelta(days=day)), InputsUnchanged)
    assert isinstance(_tick(running, NOON + timedelta(days=7)), Summary)
    assert isinstance(_tick(running, NOON + timedelta(days=6)), Summary)


@pytest.mark.parametrize("same_second", [True, False])
def test_edit_by_hand_is_put_right_on_a_later_day(
    running: Account, monkeypatch: pytest.MonkeyPatch, *, same_second: bool
) -> None:
    """Even one of which the service tells no other time."""
    noted = json.loads(running.read(SETTLED))["groups"][MALWARE]
    _edited_by_hand(running)
    if same_second:
        monkeypatch.setattr(shapes, "modified", lambda _: noted[0])
    assert isinstance(_tick(running, NOON + timedelta(days=1)), Summary)
    assert rule(99) not in running.text(MALWARE)


def test_day_on_which_nothing_has_changed_has_its_discards(running: Account) -> None:
    """Under the id of the build that made the copy; one that is there already stays."""
    running.publish(malware=[rule(1), rule(2), "no rule"], info=[rule(3)])
    assert isinstance(_tick(running), Summary)
    for later in (timedelta(days=1), timedelta(days=2)):
        assert isinstance(_tick(running, NOON + later), InputsUnchanged)
    first, *copies = (key for key in _copies(running) if "day=2100" in key)
    days = ("2100-01-02", "2100-01-03")
    assert copies == [first.replace("2100-01-01", day) for day in days]
    assert {running.read(key) for key in copies} == {running.read(first)}


def _copies(running: Account) -> list[str]:
    return [entry.key for entry in S3Store(running.s3, BUCKET).entries(DISCARDS)]


def test_day_is_not_over_before_its_discards_are_stored(
    running: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A copy that cannot be written is tried again by the next build."""
    monkeypatch.setattr(settled, "repeat_discards", _refused)
    with pytest.raises(StoreError):
        _tick(running, NOON + timedelta(days=1))
    monkeypatch.undo()
    assert isinstance(_tick(running, NOON + timedelta(days=1)), InputsUnchanged)
    assert any("day=2100-01-02" in key for key in _copies(running))


def _refused(store: Store, day: date, later: date) -> None:
    raise StoreError(f"s3://{store.bucket}: {day} cannot be stored under {later}")


@pytest.mark.parametrize("at", ["", "2100-01-02T01:00:00+00:00"])
def test_alert_logs_that_are_counted_no_more_are_told_on_a_later_day(
    running: Account, at: str
) -> None:
    """What is unknown then makes a difference."""
    told = {"logs": "s3://logs", "at": "2100-01-01T01:00:00+00:00", "days": {}}
    running.put("state/hits.json", json.dumps(told))
    running.put("state/fired.json", "{}")
    assert isinstance(_tick(running), Summary)
    assert isinstance(_tick(running, NOON + timedelta(days=1)), InputsUnchanged)
    running.put("state/hits.json", json.dumps(told | ({"at": at} if at else {})))
    outcome = _tick(running, NOON + timedelta(days=3))
    assert isinstance(outcome, Summary)
    assert any("last counted" in line for line in outcome.warnings)


def test_time_of_a_group_that_was_changed_just_now_is_not_noted(tmp_path: Path) -> None:
    """The service tells whole seconds: it may change again within the same, so it is read."""
    with account(tmp_path) as running:
        running.allow()
        running.sync(malware=[rule(1)])
        now = datetime.now(UTC)
        assert isinstance(_tick(running, now), Summary)
        assert json.loads(running.read(SETTLED))["groups"][MALWARE][0] == ""
        mark = len(running.aws.calls)
        assert isinstance(_tick(running, now), InputsUnchanged)
        assert "DescribeRuleGroup" in running.since(mark)


def test_first_build_is_not_noted(tmp_path: Path) -> None:
    """It makes rule groups."""
    with account(tmp_path) as running:
        running.allow()
        running.publish(malware=[rule(1)])
        assert isinstance(_tick(running), Summary)
        assert not running.has(SETTLED)


def test_build_by_an_event_reads_everything(running: Account) -> None:
    """Something has arrived, so somebody looks for a result."""
    before = len(running.builds)
    assert running.build()["status"] == "applied"
    assert len(running.builds) == before + 1


def test_what_cannot_be_read_is_an_error(running: Account) -> None:
    """A refusal is not taken for absence."""
    running.aws.inject(Fault("DescribeRuleGroupMetadata", "AccessDeniedException"))
    with pytest.raises(RulesyncError, match="DescribeRuleGroupMetadata"):
        _tick(running)


@pytest.mark.parametrize("text", ["", "{", "[]", '{"build": 3}', "\0"])
def test_note_that_cannot_be_read_fails_no_build(running: Account, text: str) -> None:
    """It is ignored with a warning, and written anew."""
    running.put(SETTLED, text)
    outcome = _tick(running)
    assert isinstance(outcome, Summary)
    assert [line for line in outcome.warnings if line.startswith(f"{SETTLED} cannot be read")]
    assert isinstance(_tick(running, NOON + timedelta(hours=1)), InputsUnchanged)


@pytest.mark.parametrize("text", [None, "{"])
def test_summary_that_cannot_be_read_fails_no_build(running: Account, text: str | None) -> None:
    """The build that it would repeat is created again."""
    key = f"builds/{running.latest()['build']}/summary.json"
    if text is None:
        running.s3.delete_object(Bucket=BUCKET, Key=key)
    else:
        running.put(key, text)
    assert isinstance(_tick(running), Summary)


@pytest.mark.parametrize("text", ["", "{", "[]", '{"a": 7}', "\0"])
def test_refusals_that_cannot_be_read_fail_no_build(running: Account, text: str) -> None:
    """The service is asked again; the file is written anew, and the next build warns no more."""
    running.put(REFUSALS, text)
    running.build()
    warned = [line for line in running.summary()["warnings"] if line.startswith(REFUSALS)]
    assert len(warned) == 1
    assert "is ignored" in warned[0]
    running.build()
    assert not [line for line in running.summary()["warnings"] if REFUSALS in line]


@pytest.mark.parametrize("key", [LATEST, HOLD])
def test_file_that_is_no_cache_is_not_ignored(running: Account, key: str) -> None:
    """Nothing is written, and the error says which object and what to do."""
    running.put(key, "{")
    running.forget()
    with pytest.raises(RulesyncError, match=f"{key} cannot be read: .*earlier version"):
        running.build()
    assert not any("RuleGroup" in call for call, _ in running.writes())


def test_hold_that_cannot_be_read_can_be_lifted(running: Account) -> None:
    """Syncs go on then."""
    running.put(HOLD, "{")
    lifted = resume(S3Store(running.s3, BUCKET))
    assert lifted
    assert "cannot be read" in lifted.build
    assert running.build()["status"] == "applied"
