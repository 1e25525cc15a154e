"""`targets`, `promote`, `hold` and `--target`, as people give them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import click
import pytest
from support.account import BUCKET, call
from support.feeds import allowlist, rule
from support.fleet import ASIA, PILOT, PROD, FleetAccount, fleet_account
from support.fleet_snapshot import FleetSnapshot

from rulesync_cli.commands.targets_remove import remove
from rulesync_cli.completing import complete_target


@pytest.fixture(scope="module")
def set_up(tmp_path_factory: pytest.TempPathFactory) -> FleetSnapshot:
    """A pilot that has been built an hour ago, and two targets that wait for it."""
    start = datetime.now(UTC) - timedelta(hours=1)
    with fleet_account(tmp_path_factory.mktemp("feed"), start=start) as found:
        found.hub.publish(malware=[rule(1), rule(2)])
        found.name_targets(PILOT, PROD, ASIA)
        found.round()
        return FleetSnapshot.take(found)


@pytest.fixture
def fleet(set_up: FleetSnapshot) -> Iterator[FleetAccount]:
    """They, in an account of the test's own."""
    with set_up.restored() as found:
        yield found


def states() -> dict[str, str]:
    """Name -> state of every target, as `targets` tells it."""
    table = json.loads(call("targets", "--json").stdout)
    return {row["name"]: row["state"] for row in table["targets"]}


def test_targets_are_shown_by_ring_with_what_they_wait_for(fleet: FleetAccount) -> None:
    """In a table, and in lines; `status` shows the same where a bucket names targets."""
    shown = call("targets", "--wide").stdout
    assert [line.split()[:4] for line in shown.splitlines()[1:4]] == [
        ["0", "pilot", "baking", fleet.state("pilot")["numbers"]["version"]],
        ["1", "us-prod", "waiting", "-"],
        ["1", "asia", "waiting", "-"],
    ]
    assert "ring 0: edition 000001-" in shown
    assert "asia: waiting: waits for ring 0 until 20" in shown
    status = call("status")
    assert (status.exit_code, status.stdout.splitlines()[0]) == (
        0,
        call("targets").stdout.splitlines()[0],
    )
    assert json.loads(call("status", "--json").stdout)["newest"].startswith("000001-")


def test_target_is_looked_at_by_its_name(fleet: FleetAccount) -> None:
    """Its status, its builds and what a sync would do there."""
    assert "applied" in call("status", "--target", "pilot").stdout
    listed = json.loads(call("builds", "--target", "pilot", "--json").stdout)
    assert listed["in_force"] == fleet.state("pilot")["numbers"]["build"]
    assert json.loads(call("plan", "--target", "pilot", "--json").stdout)["steps"]
    waiting = call("plan", "--target", "asia")
    assert waiting.exit_code == 2
    assert "asia may take nothing yet, as ring 1 waits" in waiting.stderr
    mistyped = call("status", "--target", "us-prd")
    assert (mistyped.exit_code, "did you mean us-prod" in mistyped.stderr) == (1, True)
    alone = call("plan", "--target", "pilot", "--feed", "feed.tar.gz")
    assert (alone.exit_code, "--target" in alone.stderr) == (2, True)


def test_target_is_applied_by_hand_only_if_it_may_take_something(fleet: FleetAccount) -> None:
    """What it may take then is noted as in force, as after a round."""
    refused = call("apply", "--target", "us-prod", "--yes")
    assert (refused.exit_code, "rulesync promote --target us-prod" in refused.stderr) == (1, True)
    fleet.hub.publish(malware=[rule(1), rule(2), rule(3)])
    fleet.hub.allow(max_shrink=1, rules={"off": [1]})
    done = call("apply", "--target", "pilot", "--yes", "--json")
    assert done.exit_code == 0, done.stderr
    assert fleet.rules(PILOT) == 2
    assert fleet.state("pilot")["edition"].startswith("000002-")
    assert fleet.state("pilot")["policies"] == ["prod"]


def test_failed_apply_is_noted(fleet: FleetAccount) -> None:
    """So that what fails here lets nothing past either; one that nobody agrees to is none."""
    fleet.hub.allow("version: 1\ndefault: sometimes\n")
    assert call("apply", "--target", "pilot", "--yes").exit_code == 1
    assert states()["pilot"] == "failing"
    assert call("status").exit_code == 1
    fleet.hub.allow(max_shrink=1)
    assert call("apply", "--target", "pilot", typed="n\n").exit_code == 1
    assert states()["pilot"] == "failing"


def test_ring_and_target_are_promoted(fleet: FleetAccount) -> None:
    """By what the ring before has; again it would be no news."""
    told = call("promote", "--target", "asia", "--yes", "--json")
    assert json.loads(told.stdout)["edition"].startswith("000001-")
    assert states() == {"pilot": "baking", "us-prod": "waiting", "asia": "behind"}
    assert call("promote", "--ring", "1", "--yes").exit_code == 0
    assert fleet.round() == {"pilot": "applied", "us-prod": "applied", "asia": "applied"}
    again = call("promote", "--ring", "1", "--yes")
    assert (again.exit_code, "already" in again.stderr) == (1, True)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ((), "give either --ring or --target"),
        (("--ring", "1", "--target", "asia"), "give either --ring or --target"),
        (("--ring", "7"), "there is no ring 7; there are 0, 1"),
        (("--target", "asai"), "did you mean asia"),
        (("--ring", "1", "--edition", "000009-00000000"), "does not exist"),
        (("--ring", "0"), "no older than"),
    ],
)
def test_promotion_that_makes_no_sense_is_refused(
    fleet: FleetAccount, words: tuple[str, ...], told: str
) -> None:
    """And nothing is written."""
    found = call("promote", *words, "--yes")
    assert found.exit_code != 0
    assert told in found.stderr
    assert not fleet.hub.has("state/promoted.json")


def test_promotion_of_a_deleted_release_is_refused(fleet: FleetAccount) -> None:
    """Nobody could build it."""
    for key in fleet.hub.keys("raw/"):
        fleet.hub.s3.delete_object(Bucket="rulesync-test", Key=key)
    found = call("promote", "--ring", "1", "--yes")
    assert (found.exit_code, "deleted a feed" in found.stderr) == (1, True)
    assert states()["pilot"] == "withdrawn"
    assert call("status").exit_code == 2


def test_target_is_held_and_let_go(fleet: FleetAccount) -> None:
    """Alone; a second hold is told of the first."""
    assert call("hold", "--target", "us-prod", "--yes").exit_code == 1  # nothing is in force there
    held = json.loads(call("hold", "--target", "pilot", "--yes", "--json").stdout)
    assert held["build"] == fleet.state("pilot")["numbers"]["build"]
    assert states()["pilot"] == "held"
    assert call("hold", "--target", "pilot", "--yes").exit_code == 1
    fleet.hub.publish(malware=[rule(1)])
    assert fleet.round() == {"pilot": "held"}
    assert call("resume", "--target", "pilot").exit_code == 0
    assert fleet.round() == {"pilot": "applied"}


def test_target_is_rolled_back_alone(fleet: FleetAccount) -> None:
    """Its edition is not in force any more, and what bakes there is nothing."""
    first = fleet.state("pilot")["numbers"]["build"]
    fleet.hub.allow(max_shrink=1, rules={"off": [1]})
    fleet.round()
    assert fleet.rules(PILOT) == 1
    assert call("rollback", first, "--target", "pilot", "--yes").exit_code == 0
    assert fleet.rules(PILOT) == 2
    standing = fleet.state("pilot")
    assert (standing["edition"], standing["why"]) == ("", "rolled back")
    assert (standing["numbers"]["build"], standing["numbers"]["rules"]) == (first, 2)
    assert states()["pilot"] == "held"


def test_allowlist_of_a_target_is_pulled_and_pushed(fleet: FleetAccount, tmp_path: Path) -> None:
    """It has its own key, and its own note beside the file."""
    fleet.hub.put("config/us.yaml", allowlist(max_shrink=1))
    fleet.name_targets(PILOT, {**PROD, "allowlist": "config/us.yaml"}, ASIA)
    file = tmp_path / "us.yaml"
    assert call("pull", file, "--target", "us-prod").exit_code == 0
    file.write_text(allowlist(max_shrink=1, rules={"off": [1]}), encoding="utf-8")
    pushed = call("push", file, "--target", "us-prod", "--yes", "--json")
    assert json.loads(pushed.stdout)["uploaded"] == ["s3://rulesync-test/config/us.yaml"]
    assert fleet.hub.read("config/us.yaml").decode() == file.read_text(encoding="utf-8")


def test_without_the_file_there_are_no_targets(fleet: FleetAccount) -> None:
    """Said with its address; `status` is that of the stack."""
    fleet.hub.s3.delete_object(Bucket="rulesync-test", Key="config/targets.yaml")
    for words in (("targets",), ("status", "--target", "pilot"), ("promote", "--ring", "0")):
        found = call(*words)
        assert found.exit_code == 1
        assert "config/targets.yaml does not exist" in found.stderr
    assert "nothing" in call("status").stdout or call("status").exit_code in {0, 2}


def test_shell_completes_a_target(fleet: FleetAccount, monkeypatch: pytest.MonkeyPatch) -> None:
    """In the file's order; nothing where there is no bucket, or the file cannot be read."""
    monkeypatch.delenv("RULESYNC_BUCKET")
    ctx = click.Context(remove, info_name="remove")
    assert [one.value for one in complete_target(ctx, remove.params[0], "")] == []
    ctx.params["bucket"] = BUCKET
    found = complete_target(ctx, remove.params[0], "")
    assert [one.value for one in found] == ["pilot", "us-prod", "asia"]
    assert [one.value for one in complete_target(ctx, remove.params[0], "us")] == ["us-prod"]
    monkeypatch.setenv("RULESYNC_BUCKET", BUCKET)
    fleet.hub.put("config/targets.yaml", "version: 1\n")
    assert complete_target(click.Context(remove), remove.params[0], "") == []
