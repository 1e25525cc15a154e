"""`targets rename`: the target is the same by another name, whatever happens meanwhile."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Final

import pytest
from support.account import BUCKET, call
from support.feeds import rule
from support.fleet import ASIA, PILOT, PROD, FleetAccount, fleet_account
from support.fleet_snapshot import FleetSnapshot

from functions.build import app as build_app

RENAME: Final = ("targets", "rename", "pilot", "first", "--yes")
FIRST: Final = {**PILOT, "name": "first"}
OTHERS: Final = {"us-prod", "asia"}


@pytest.fixture(scope="module")
def set_up(tmp_path_factory: pytest.TempPathFactory) -> FleetSnapshot:
    """A pilot with two builds and a staged rule, and two targets behind it."""
    with fleet_account(tmp_path_factory.mktemp("feed")) as found:
        found.hub.allow(max_shrink=1, categories={"emerging-malware": "drop"}, staging={"days": 7})
        found.hub.publish(malware=[rule(1), rule(2)])
        found.name_targets(PILOT, PROD, ASIA)
        found.round()
        found.hub.publish(malware=[rule(1), rule(2), rule(3)])
        assert found.later(25)["pilot"] == "applied"
        assert found.later(1)["pilot"] == "unchanged"  # it completes its note
        assert found.later(1)["pilot"] == "unchanged"
        return FleetSnapshot.take(found)


@pytest.fixture
def fleet(set_up: FleetSnapshot) -> Iterator[FleetAccount]:
    """They, in an account of the test's own."""
    with set_up.restored() as found:
        yield found


def names(fleet: FleetAccount) -> list[str]:
    """The targets that the file names."""
    return [one["name"] for one in json.loads(fleet.hub.read("config/targets.yaml"))["targets"]]


def folder(fleet: FleetAccount, name: str) -> dict[str, tuple[bytes, dict[str, str], list[object]]]:
    """Key -> bytes, metadata and tags of all that a target's folder has."""
    found, s3 = {}, fleet.hub.s3
    for key in fleet.hub.keys(f"targets/{name}/"):
        answer = s3.get_object(Bucket=BUCKET, Key=key)
        tags = s3.get_object_tagging(Bucket=BUCKET, Key=key)["TagSet"]
        kept = answer["Body"].read(), answer["Metadata"], tags
        found[key.removeprefix(f"targets/{name}/")] = kept
    return found


def test_folder_and_file_have_the_new_name(fleet: FleetAccount) -> None:
    """With metadata and the tags by which builds expire; the account is asked nothing."""
    before, mark = folder(fleet, "pilot"), len(fleet.hub.aws.calls)
    done = call(*RENAME)
    assert done.exit_code == 0, done.stderr
    assert '"name": "first"' in done.stdout
    assert names(fleet) == ["first", "us-prod", "asia"]
    after = folder(fleet, "first")
    assert json.loads(after.pop("state/copied-from.json")[0])["stage"] == "done"
    assert after == before
    assert any(tags for _, _, tags in before.values())
    assert not fleet.hub.keys("targets/pilot/")
    assert len(fleet.hub.aws.calls) == mark


def test_next_build_has_nothing_to_do(fleet: FleetAccount) -> None:
    """It finds even the note that nothing has changed; the edition has baked as long as before."""
    since = fleet.state("pilot")["since"]
    assert call(*RENAME).exit_code == 0
    mark = len(fleet.hub.aws.calls)
    assert fleet.later(1)["first"] == "unchanged"
    assert not [one for one in fleet.hub.since(mark) if not one.startswith(("Desc", "List"))]
    assert fleet.state("first")["since"] == since
    table = json.loads(call("targets", "--json").stdout)
    assert {row["name"]: row["state"] for row in table["targets"]}["first"] == "baking"
    assert fleet.later(24).keys() == {"first", *OTHERS}


def test_staging_and_earlier_builds_come_along(fleet: FleetAccount) -> None:
    """A staged rule drops on its day, and a build from before can be put back."""
    staged = fleet.state("pilot", "state/staging.json")
    build = json.loads(call("builds", "--target", "pilot", "--json").stdout)["builds"][-1]["build"]
    assert call(*RENAME).exit_code == 0
    assert fleet.state("first", "state/staging.json") == staged
    assert [text.split()[0] for text in _lines(fleet)] == ["alert"] * 3
    fleet.later(24 * 6)
    assert [text.split()[0] for text in _lines(fleet)] == ["drop", "drop", "alert"]
    assert call("rollback", build, "--target", "first", "--yes").exit_code == 0
    assert fleet.rules(FIRST) == 2


def _lines(fleet: FleetAccount) -> list[str]:
    return sorted(
        "".join(fleet.groups(FIRST).values()).splitlines(), key=lambda one: one.split("sid:")[1]
    )


def test_hold_holds_under_the_new_name(fleet: FleetAccount) -> None:
    """Nothing changes until somebody resumes."""
    assert call("hold", "--target", "pilot", "--yes").exit_code == 0
    assert call(*RENAME).exit_code == 0
    fleet.hub.publish(malware=[rule(1)])
    assert fleet.later(1)["first"] == "held"
    assert fleet.rules(FIRST) == 3


def test_promotion_goes_with_the_name(fleet: FleetAccount) -> None:
    """Of a target that was let have what its ring may not yet."""
    assert call("promote", "--target", "asia", "--yes").exit_code == 0
    assert call("targets", "rename", "asia", "pacific", "--yes").exit_code == 0
    promoted = json.loads(fleet.hub.read("state/promoted.json"))["targets"]
    assert promoted.keys() == {"pacific"}
    assert fleet.later(0)["pacific"] == "applied"


def test_round_in_between_finds_all_under_either_name(fleet: FleetAccount) -> None:
    """Before the file is written a build gives way; afterwards it is the new one's."""
    answers: dict[str, str] = {}
    fleet.clock.time = datetime.now(UTC)

    def between() -> None:
        answers["before"] = build_app.handler({"target": "pilot"}, None)["status"]
        fleet.hub.meanwhile["DeleteObject"] = after

    def after() -> None:
        answers["after"] = build_app.handler({"target": "first"}, None)["status"]

    fleet.hub.meanwhile["CopyObject"] = between
    assert call(*RENAME).exit_code == 0
    assert answers == {"before": "gathered", "after": "applied"}
    assert fleet.rules(FIRST) == 3
    assert not fleet.hub.keys("targets/pilot/")


def test_what_changes_while_it_is_copied_is_copied_too(fleet: FleetAccount) -> None:
    """A hold that somebody sets, and a note that somebody deletes."""

    def hold() -> None:
        assert call("hold", "--target", "pilot", "--yes").exit_code == 0
        fleet.hub.s3.delete_object(Bucket=BUCKET, Key="targets/pilot/state/settled.json")

    fleet.hub.meanwhile["CopyObject"] = hold
    assert call(*RENAME).exit_code == 0
    kept = folder(fleet, "first")
    assert "state/hold.json" in kept
    assert "state/settled.json" not in kept


def test_folder_of_another_target_is_left_alone(fleet: FleetAccount) -> None:
    """Two states would mix; a name that is in use is no free one either."""
    fleet.hub.put("targets/first/latest.json", "{}")
    used = call(*RENAME)
    assert (used.exit_code, "has files of a target of that name" in used.stderr) == (1, True)
    taken = call("targets", "rename", "pilot", "asia", "--yes")
    assert (taken.exit_code, "has a target asia already" in taken.stderr) == (1, True)
    bad = call("targets", "rename", "pilot", "the pilot", "--yes")
    assert (bad.exit_code, "must be letters" in bad.stderr) == (1, True)
    unknown = call("targets", "rename", "pilto", "first", "--yes")
    assert (unknown.exit_code, "did you mean pilot" in unknown.stderr) == (1, True)
    assert names(fleet) == ["pilot", "us-prod", "asia"]


def test_name_comes_back(fleet: FleetAccount) -> None:
    """There and back again; run once more, there is nothing to do."""
    before = folder(fleet, "pilot")
    assert call(*RENAME).exit_code == 0
    again = call(*RENAME)
    assert (again.exit_code, again.stdout) == (0, "")
    assert call("targets", "rename", "first", "pilot", "--yes").exit_code == 0
    after = folder(fleet, "pilot")
    del after["state/copied-from.json"]
    assert after == before
    assert names(fleet) == ["pilot", "us-prod", "asia"]


def test_copy_that_broke_off_is_not_taken_for_whole(fleet: FleetAccount) -> None:
    """Somebody has the file say the new name meanwhile: the old folder is not deleted."""
    before = folder(fleet, "pilot")
    note = {"source": "pilot", "at": "2030-01-01T00:00:00+00:00", "stage": "copying"}
    fleet.hub.put("targets/first/state/copied-from.json", json.dumps(note))
    fleet.name_targets(FIRST, PROD, ASIA)
    refused = call(*RENAME)
    assert (refused.exit_code, "broke off" in refused.stderr) == (1, True)
    assert folder(fleet, "pilot") == before
    fleet.name_targets(PILOT, PROD, ASIA)
    assert call(*RENAME).exit_code == 0
    assert names(fleet) == ["first", "us-prod", "asia"]


def test_old_folder_that_stayed_is_deleted(fleet: FleetAccount) -> None:
    """Where it broke off behind the file's write; asked again, by what is left."""
    kept = folder(fleet, "pilot")
    assert call(*RENAME).exit_code == 0
    note = json.loads(fleet.hub.read("targets/first/state/copied-from.json"))
    fleet.hub.put("targets/first/state/copied-from.json", json.dumps({**note, "stage": "copied"}))
    fleet.hub.put("targets/pilot/latest.json", kept["latest.json"][0].decode())
    done = call(*RENAME, "--json")
    assert json.loads(done.stdout) == {"old": "pilot", "new": "first", "diff": [], "objects": 1}
    assert not fleet.hub.keys("targets/pilot/")


def test_nothing_is_written_unasked(fleet: FleetAccount, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nor where the answer is no."""
    fleet.hub.forget()
    refused = call(*RENAME[:-1])
    assert (refused.exit_code, "there is no terminal" in refused.stderr) == (1, True)
    monkeypatch.setattr("rulesync_cli.consent.is_attended", lambda: True)
    asked = call(*RENAME[:-1], typed="n\n")
    assert "rename pilot to first, and delete its old folder? [y/N]" in asked.stderr
    assert (asked.exit_code, fleet.hub.writes()) == (1, [])


def test_build_that_runs_is_waited_for(fleet: FleetAccount) -> None:
    """It would write to the old folder what nobody finds."""
    soon = datetime.now(UTC) + timedelta(minutes=5)
    turn = json.dumps({"holder": "a build", "until": soon.isoformat()})
    fleet.hub.put("targets/pilot/state/turn.json", turn)
    refused = call(*RENAME)
    assert (refused.exit_code, "a build of pilot is running" in refused.stderr) == (1, True)
    assert names(fleet) == ["pilot", "us-prod", "asia"]
    assert not fleet.hub.keys("targets/first/")


def test_files_of_all_targets_are_not_touched(fleet: FleetAccount) -> None:
    """Also where an earlier way to copy a folder left copies of them in it."""
    fleet.hub.put("state/feeds.json", "shared")
    fleet.hub.put("targets/pilot/state/feeds.json", "copied once")
    fleet.hub.put("targets/pilot/config/x.yaml", "odd")
    allowed = fleet.hub.read("config/categories.yaml")
    assert call(*RENAME).exit_code == 0
    assert fleet.hub.read("state/feeds.json") == b"shared"
    assert fleet.hub.read("targets/first/state/feeds.json") == b"copied once"
    assert fleet.hub.read("config/categories.yaml") == allowed
