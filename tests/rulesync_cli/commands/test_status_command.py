"""`rulesync status`: what is in force, what failed, and what waits."""

from __future__ import annotations

import gc
import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from support.account import Account, account, call
from support.begun import begun
from support.feeds import rule

from localaws import Fault
from rules_lib.errors import SyncError

GROUP = "et-emerging-malware"


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[Account]:
    """Give an account with a bucket that nobody has used."""
    with account(tmp_path) as aws:
        yield aws


@begun()
def running(aws: Account) -> None:
    """An account with one build in force."""
    aws.allow()
    aws.sync(malware=[rule(1), rule(2), rule(3, "lua:x; ")])


def told(*words: object) -> tuple[int, dict[str, Any]]:
    """Exit code and JSON."""
    answer = call("status", "--json", *words)
    return answer.exit_code, dict(json.loads(answer.stdout))


def codes(*words: object) -> tuple[int, list[str]]:
    """Exit code, and the codes of the findings."""
    code, document = told(*words)
    return code, [finding["code"] for finding in document["findings"]]


def test_healthy_stack_exits_with_0(running: Account) -> None:
    """With what is in force, the feed's age, and the last attempt."""
    code, document = told()
    assert (code, document["state"], document["findings"]) == (0, "healthy", [])
    assert document["latest"]["build"] == document["attempt"]["build"] == running.builds[0]
    assert document["hold"] is None
    assert document["feed"]["in_force"] == document["feed"]["newest"]
    assert document["feed"]["age_hours"] == 0
    said = call("status").stdout
    assert said.startswith("healthy\nbuild ")
    assert ", 0 minutes old" in said
    assert "discarded: 1 unsupported-keyword" in said


def test_empty_account_is_told_the_next_step(empty: Account) -> None:
    """First an allowlist, then a feed, then a build."""
    assert codes() == (2, ["no-allowlist"])
    assert "rulesync init" in call("status").stdout
    empty.allow()
    assert codes() == (2, ["no-feed"])
    assert "rulesync fetch" in call("status").stdout
    empty.publish(malware=[rule(1)])
    assert codes() == (2, ["no-build"])
    assert "rulesync apply" in call("status").stdout


def test_failed_build_is_told_with_its_cause(running: Account) -> None:
    """Although another one is in force, and until one is applied."""
    running.allow("version: 1\ndefault: block\n")
    with pytest.raises(SyncError):
        running.build()
    _later(running)
    code, document = told()
    assert (code, document["state"]) == (1, "failing")
    assert [one["code"] for one in document["findings"]] == ["build-failed", "allowlist"]
    assert '"block" is not one of off, alert, drop' in call("status").stdout
    assert document["latest"]["build"] == running.builds[0]


def _later(running: Account) -> None:
    """Give the newest build a later id: they are told apart by the second."""
    old = running.builds[-1]
    summary = running.summary() | {"build": "20990101T000000Z-00000000"}
    running.put("builds/20990101T000000Z-00000000/summary.json", json.dumps(summary))
    running.s3.delete_object(Bucket="rulesync-test", Key=f"builds/{old}/summary.json")


def test_refused_build_is_a_failure_too(running: Account) -> None:
    """Somebody has to decide."""
    running.allow(default="off")
    with pytest.raises(SyncError):
        running.build()
    _later(running)
    assert codes() == (1, ["build-refused", "allowlist"])


def test_hold_waits_and_so_does_what_follows_it(running: Account) -> None:
    """A rollback to the only build; nothing has failed."""
    call("rollback", "--yes", running.builds[0])
    assert codes() == (2, ["held"])
    said = call("status").stdout
    assert "lifts it" in said
    summary = running.summary() | {"build": "20990101T000000Z-00000000"}
    running.put("builds/20990101T000000Z-00000000/summary.json", json.dumps(summary))
    call("resume")
    assert codes() == (2, ["resumed"])


def test_next_step_of_what_waits_under_a_hold_is_to_resume(running: Account) -> None:
    """As `apply` would be refused."""
    call("rollback", "--yes", running.builds[0])
    running.allow(max_shrink=0.5)
    code, document = told()
    assert (code, [one["code"] for one in document["findings"]]) == (2, ["held", "allowlist"])
    assert document["findings"][1]["step"].startswith("`rulesync resume`, then `rulesync apply`")


EDITS: dict[str, tuple[Callable[[Account], object], str]] = {
    "an edited allowlist": (lambda aws: aws.allow(max_shrink=0.5), "allowlist"),
    "a new file of own rules": (lambda aws: aws.put("local/a.rules", rule(9)), "own-rules"),
    "another feed": (lambda aws: aws.publish(malware=[rule(1), rule(2)]), "feed"),
    "a group edited by hand": (lambda aws: aws.edit_by_hand(GROUP, rule(7)), "drift"),
    "a group deleted by hand": (
        lambda aws: aws.firewall.delete_rule_group(RuleGroupName=GROUP, Type="STATEFUL"),
        "drift",
    ),
}


@pytest.mark.parametrize("edit", EDITS)
def test_what_is_not_applied_waits_until_it_is(running: Account, edit: str) -> None:
    """And the next sync settles it."""
    change, code = EDITS[edit]
    change(running)
    assert codes() == (2, [code])
    assert "  next: `rulesync apply`" in call("status").stdout
    running.build()
    assert codes() == (0, [])


def test_group_that_a_broken_build_may_have_replaced_is_not_laid_to_somebody(
    running: Account,
) -> None:
    """Nobody knows which of the two it was."""
    running.firewall.delete_rule_group(RuleGroupName=GROUP, Type="STATEFUL")
    summary = running.summary() | {"build": "20990101T000000Z-00000000", "failed": "no more time"}
    running.put("builds/20990101T000000Z-00000000/summary.json", json.dumps(summary))
    assert codes() == (1, ["build-failed", "drift"])
    assert "replaced by the interrupted build, or deleted" in call("status").stdout


def test_own_rules_that_were_deleted_wait_too(running: Account) -> None:
    """What is no longer in the bucket is still in force."""
    running.put("local/a.rules", rule(9))
    running.build()
    running.s3.delete_object(Bucket="rulesync-test", Key="local/a.rules")
    assert codes() == (2, ["own-rules"])


def test_policy_that_lacks_a_group_is_told(running: Account) -> None:
    """It inspects nothing with it; as does one that is not there."""
    running.create_policy("prod", {})
    assert codes("--policy", "prod") == (2, ["drift"])
    assert f"policy prod lacks 1 rule group: {GROUP}" in call("status", "--policy", "prod").stdout
    assert "policy gone does not exist" in call("status", "--policy", "gone").stdout


def test_no_rule_is_read_where_nothing_was_changed(running: Account) -> None:
    """Only lists and times, however many rules there are."""
    later = (datetime.now(UTC) + timedelta(hours=1)).isoformat()
    running.put("latest.json", json.dumps(running.latest() | {"applied_at": later}))
    running.forget()
    assert codes() == (0, [])
    asked = [name for name, _ in running.journal]
    assert "DescribeRuleGroupMetadata" in asked
    assert "DescribeRuleGroup" not in asked


def test_account_that_may_not_be_read_is_told_as_unknown(running: Account) -> None:
    """What the bucket tells is told all the same."""
    running.aws.inject(Fault("ListRuleGroups", "AccessDeniedException", "not you", times=9))
    code, document = told()
    assert (code, [one["code"] for one in document["findings"]]) == (2, ["unknown"])
    assert document["latest"]["build"] == running.builds[0]


def test_fetch_that_failed_is_told_until_a_feed_comes(running: Account) -> None:
    """As the fetch function has told people."""
    now = datetime.now(UTC).isoformat()
    running.put("state/told-fetch.json", json.dumps({"cause": "x", "at": now}))
    assert codes() == (1, ["fetch-failed"])
    running.publish(malware=[rule(1), rule(2)])
    running.build()
    assert codes() == (0, [])


def test_build_that_runs_is_told(running: Account) -> None:
    """Until its turn is over."""
    until = datetime.now(UTC) + timedelta(minutes=5)
    running.put("state/turn.json", json.dumps({"holder": "x", "until": until.isoformat()}))
    assert codes() == (2, ["building"])
    running.put("builds/20990101T000000Z-00000000/plan.json", "{}")
    assert codes() == (2, ["building"])


def test_build_that_never_ended_fails_after_a_while(empty: Account) -> None:
    """No function runs for longer."""
    empty.allow()
    empty.publish(malware=[rule(1)])
    empty.put("builds/20250101T000000Z-00000000/plan.json", "{}")
    assert codes() == (1, ["build-unfinished", "no-build"])


def test_rules_that_the_service_was_not_asked_about_wait(running: Account) -> None:
    """Those that it refused are counted, and wait for nothing."""
    left = {"not-yet-proven": 2, "rejected-by-service": 3}
    running.put("latest.json", json.dumps(running.latest() | {"discarded": left}))
    code, document = told()
    assert (code, document["not_yet_proven"], document["rejected_by_service"]) == (2, 2, 3)
    assert "2 rules wait for the service;" in call("status").stdout


def test_latest_of_an_earlier_version_is_not_doubted(running: Account) -> None:
    """It does not say from which own rules it was made."""
    running.put("local/a.rules", rule(9))
    older = {key: value for key, value in running.latest().items() if key != "own"}
    running.put("latest.json", json.dumps(older))
    assert codes() == (0, [])


def test_watch_prints_what_is_new_until_it_is_ended(
    running: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What stays as it was is printed once."""
    waited = list[int]()

    def sleep(seconds: int) -> None:
        waited.append(seconds)
        if len(waited) == 2:
            running.allow(max_shrink=0.5)
        if len(waited) == 3:
            raise KeyboardInterrupt

    monkeypatch.setattr("rulesync_cli.commands.status.sleep", sleep)
    answer = call("status", "--watch")
    assert (answer.exit_code, waited) == (130, [10, 10, 10])
    assert answer.stdout.count("healthy\n") == answer.stdout.count("waiting\n") == 1


def test_watch_looks_for_garbage(empty: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    """It may last for days; one that ends soon leaves things as they are."""

    def sleep(_: int) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("rulesync_cli.commands.status.sleep", sleep)
    assert empty.s3
    gc.disable()
    try:
        call("status")
        assert not gc.isenabled()
        call("status", "--watch")
        assert gc.isenabled()
    finally:
        gc.enable()


def test_missing_bucket_is_an_error(empty: Account) -> None:
    """Its cause is on stderr, with exit code 1."""
    empty.s3.delete_bucket(Bucket="rulesync-test")
    answer = call("status")
    assert (answer.exit_code, answer.stdout, "NoSuchBucket" in answer.stderr) == (1, "", True)
