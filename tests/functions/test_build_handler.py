"""The build function as Lambda calls it."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from support.account import ALLOWLIST, Account, account
from support.feeds import rule
from support.results import FILES

from functions.build.app import handler
from rules_lib.errors import AllowlistError, SettingsError, StoreError, SyncError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Account]:
    """An account whose allowlist alerts on everything."""
    with account(tmp_path) as found:
        found.allow()
        yield found


def test_answer_says_what_was_done(running: Account) -> None:
    """In JSON, for whoever calls the function by hand."""
    running.publish(malware=[rule(1), rule(2, "lua:x.lua; ")])
    answer = running.build()
    assert answer.pop("build") == running.latest()["build"]
    assert answer.pop("version").startswith("sha256-")
    assert answer == {
        "status": "applied",
        "enabled": 2,
        "kept": 1,
        "discarded": 1,
        "off": 0,
        "waiting": 0,
        "calls": {"CreateRuleGroup": 1},
    }


def test_bucket_holds_exactly_what_was_deployed(running: Account) -> None:
    """A build's folder has every file, and its rule groups are those of the service."""
    running.sync(malware=[rule(1), rule(2)], info=[rule(3)])
    folder = f"builds/{running.latest()['build']}/"
    names = {key.removeprefix(folder) for key in running.keys(folder)}
    groups = {name for name in names if name.startswith("rule-groups/")}
    assert names - groups == FILES
    stored = {
        name.removeprefix("rule-groups/").removesuffix(".rules"): running.read(folder + name)
        for name in groups
    }
    deployed = {name: text.encode() for name, text in running.deployed().items()}
    assert stored == deployed
    assert running.sids() == {1, 2, 3}


def test_groups_are_of_strict_order_and_known_as_ours(running: Account) -> None:
    """By their tags, with the capacity that the summary tells."""
    running.allow(variables={"HTTP_PORTS": ["80"]})
    summary = running.sync(malware=[rule(1, addresses="any any -> any $HTTP_PORTS")])
    answer = running.describe("et-emerging-malware")
    assert answer["RuleGroup"]["StatefulRuleOptions"] == {"RuleOrder": "STRICT_ORDER"}
    assert answer["RuleGroup"]["RuleVariables"]["PortSets"] == {
        "HTTP_PORTS": {"Definition": ["80"]}
    }
    assert answer["RuleGroupResponse"]["Capacity"] == summary["rule_groups"][0]["capacity"]
    tags = {tag["Key"]: tag["Value"] for tag in answer["RuleGroupResponse"]["Tags"]}
    assert tags["rulesync:prefix"] == "et"


def test_objects_are_written_in_an_order_that_tells_the_truth(running: Account) -> None:
    """The plan, what is done, its summary, `latest.json`; last the turn ends."""
    running.publish(malware=[rule(1)])
    running.forget()
    running.build()
    build = running.latest()["build"]
    writes = [name.removeprefix(f"builds/{build}/") for _, name in running.writes()]
    assert writes.index("plan.json") < writes.index("et-emerging-malware")
    assert writes.index("et-emerging-malware") < writes.index(
        "rule-groups/et-emerging-malware.rules"
    )
    assert writes[-3:] == ["summary.json", "latest.json", "state/turn.json"]


def test_newest_feed_is_built_whatever_arrived(running: Account) -> None:
    """An edited allowlist, or an event that comes late, builds from the same feed."""
    running.publish(malware=[rule(1)])
    first = running.keys("raw/")
    running.publish(malware=[rule(1), rule(2)])
    late = next(key for key in first if key.endswith("manifest.json"))
    assert running.build(late)["enabled"] == 2
    assert running.sids() == {1, 2}


def test_bad_allowlist_leaves_everything_as_it_was(running: Account) -> None:
    """The groups and `latest.json` stay; the error and the build's summary say why."""
    running.sync(malware=[rule(1)])
    before, latest = running.deployed(), running.latest()
    running.allow("version: 1\ndefault: sometimes\nmax_shrink: 7\n")
    calls = len(running.aws.calls)
    with pytest.raises(SyncError, match='"sometimes"') as caught:
        running.build()
    assert ALLOWLIST in str(caught.value)
    assert isinstance(caught.value.__cause__, AllowlistError)
    assert running.since(calls) == ()
    assert (running.deployed(), running.latest()) == (before, latest)
    assert "max_shrink" in running.summary()["failed"]


def test_build_without_a_feed_waits_for_it(running: Account) -> None:
    """An allowlist is uploaded before the first fetch, or the schedule asks: that is no failure."""
    assert running.build() == running.tick() == {"status": "waiting"}
    assert running.builds == []
    assert running.since(0) == ()


def test_build_without_an_allowlist_says_which_object_is_missing(tmp_path: Path) -> None:
    """The first feed arrives in an empty bucket."""
    with account(tmp_path) as running:
        running.publish(malware=[rule(1)])
        with pytest.raises(SyncError, match=ALLOWLIST):
            running.build()
        assert running.deployed() == {}


def test_failed_build_fails_the_invocation_and_is_logged(
    running: Account, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    """Lambda must count it as an error, or no alarm would go off; stdout stays clean."""
    running.allow("version: 2\n")
    running.publish(malware=[rule(1)])
    with pytest.raises(SyncError):
        running.build()
    errors = [record for record in caplog.records if record.levelname == "ERROR"]
    assert [(record.name, record.getMessage()) for record in errors] == [("build", "build failed")]
    assert not capfd.readouterr().out


def test_missing_bucket_setting_is_an_error_that_names_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """Settings are read at each invocation."""
    monkeypatch.delenv("RULESYNC_BUCKET", raising=False)
    with pytest.raises(SettingsError, match="RULESYNC_BUCKET is not set"):
        handler({}, None)


def test_missing_bucket_is_an_error_that_names_it(
    running: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    """There is nowhere to write a summary, so the error has to say it all."""
    monkeypatch.setenv("RULESYNC_BUCKET", "no-such-bucket")
    with pytest.raises(StoreError, match=r"s3://no-such-bucket/.*RULESYNC_BUCKET"):
        running.build()


def test_import_needs_neither_settings_nor_credentials() -> None:
    """Nothing is made before it is used."""
    command = [sys.executable, "-c", "import functions.build.app"]
    subprocess.run(command, check=True, env={"PATH": ""})  # noqa: S603  # our own interpreter
