"""Two people edit the same files of a bucket: `pull` and `push` lose neither's work."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import pytest
from click.testing import Result
from support.account import ALLOWLIST, Account, call
from support.begun import begun
from support.feeds import allowlist, rule

EDIT = allowlist(rules={"drop": [2]})
OTHER_EDIT = allowlist(rules={"alert": [1]})


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody with a folder of their own."""

    folder: Path

    @property
    def file(self) -> Path:
        """Their copy of the allowlist."""
        return self.folder / "categories.yaml"

    def pull(self, *words: str) -> Result:
        """Get what the bucket has."""
        return call("pull", self.file, *words)

    def push(self, *words: str) -> Result:
        """Upload their copy."""
        return call("push", self.file, "--yes", *words)


@begun()
def running(aws: Account) -> None:
    """An account with a feed of one category in force, and a file of people's own."""
    aws.allow()
    aws.put("local/ours.rules", rule(50))
    aws.publish(malware=[rule(1), rule(2)])
    call("apply", "--yes")


@pytest.fixture
def people(tmp_path: Path, running: Account) -> tuple[Person, Person]:
    """Give two people who have pulled the same."""
    assert running.keys("local/") == ["local/ours.rules"]
    found = Person(tmp_path / "anna"), Person(tmp_path / "ben")
    for person in found:
        person.folder.mkdir()
        assert person.pull().exit_code == 0
    return found


def test_pull_writes_the_allowlist_and_own_rules(
    running: Account, people: tuple[Person, Person]
) -> None:
    """Byte for byte; what is there already is not written again."""
    anna, _ = people
    assert anna.file.read_bytes() == running.read(ALLOWLIST)
    assert (anna.folder / "local" / "ours.rules").read_bytes() == running.read("local/ours.rules")
    again = json.loads(anna.pull("--json").stdout)
    assert again == {"written": [], "removed": [], "note": str(anna.folder / ".rulesync.json")}


def test_pull_leaves_edits_alone(people: tuple[Person, Person]) -> None:
    """All or nothing: with an edited file nothing is overwritten, unless people say so."""
    anna, ben = people
    ben.file.write_text(EDIT)
    assert ben.push().exit_code == 0
    (anna.folder / "local" / "ours.rules").write_text(rule(51))
    refused = anna.pull()
    assert refused.exit_code == 1
    assert str(anna.folder / "local" / "ours.rules") in refused.stderr
    assert anna.file.read_text() != EDIT
    assert anna.pull("--force").exit_code == 0
    assert anna.file.read_text() == EDIT


def test_pull_removes_what_a_colleague_deleted(
    running: Account, people: tuple[Person, Person]
) -> None:
    """Or the next push would upload it again."""
    anna, _ = people
    running.s3.delete_object(Bucket="rulesync-test", Key="local/ours.rules")
    anna.pull()
    assert not (anna.folder / "local" / "ours.rules").exists()


def test_stale_file_does_not_undo_a_colleague_s_edit(
    running: Account, people: tuple[Person, Person]
) -> None:
    """It is refused, with the way out; `--force` says what it replaces."""
    anna, ben = people
    anna.file.write_text(EDIT)
    assert anna.push().exit_code == 0
    ben.file.write_text(OTHER_EDIT)
    refused = ben.push()
    assert refused.exit_code == 1
    assert f"s3://rulesync-test/{ALLOWLIST}" in refused.stderr
    assert "rulesync pull" in refused.stderr
    assert running.read(ALLOWLIST).decode() == EDIT
    forced = ben.push("--force")
    assert forced.exit_code == 0
    assert "was written by somebody else since you pulled; --force replaces it" in forced.stderr
    assert running.read(ALLOWLIST).decode() == OTHER_EDIT


def test_own_push_is_nobody_else_s(people: tuple[Person, Person]) -> None:
    """One pull, and as many pushes as people like; the last has nothing to upload."""
    anna, _ = people
    for text in (EDIT, OTHER_EDIT, EDIT):
        anna.file.write_text(text)
        assert anna.push().exit_code == 0
    again = anna.push("--json")
    assert json.loads(again.stdout)["uploaded"] == []
    assert "the bucket already has these files; nothing was uploaded" in again.stderr


def test_own_rules_of_a_colleague_are_not_deleted(
    running: Account, people: tuple[Person, Person]
) -> None:
    """A file that came since is no file that is to go."""
    anna, ben = people
    (ben.folder / "local" / "more.rules").write_text(rule(60))
    assert ben.push("--local", str(ben.folder / "local")).exit_code == 0
    anna.file.write_text(EDIT)
    refused = anna.push("--local", str(anna.folder / "local"))
    assert refused.exit_code == 1
    assert "local/more.rules" in refused.stderr
    assert running.keys("local/") == ["local/more.rules", "local/ours.rules"]
    assert running.read(ALLOWLIST).decode() != EDIT


@pytest.mark.parametrize("words", [(), ("--local", "own")])
def test_what_was_never_pulled_is_not_replaced(
    running: Account, tmp_path: Path, words: tuple[str, ...]
) -> None:
    """As git refuses: the allowlist of a folder without a note, and own rules that would go."""
    file, own = tmp_path / "new" / "categories.yaml", tmp_path / "new" / "own"
    own.mkdir(parents=True)
    file.write_text(EDIT)
    before = running.read(ALLOWLIST)
    asked = [
        "push",
        file,
        "--yes",
        "--allow-shrink",
        *(str(own) if word == "own" else word for word in words),
    ]
    refused = call(*asked)
    assert refused.exit_code == 1
    assert "never pulled into this folder" in refused.stderr
    assert ("local/ours.rules" in refused.stderr) == bool(words)
    assert (running.read(ALLOWLIST), running.keys("local/")) == (before, ["local/ours.rules"])
    forced = call(*asked, "--force")
    assert forced.exit_code == 0
    assert f"{ALLOWLIST} was never pulled; --force replaces it" in forced.stderr
    assert running.read(ALLOWLIST).decode() == EDIT
    assert running.keys("local/") == ([] if words else ["local/ours.rules"])


def test_what_is_the_same_in_the_bucket_needs_no_pull(running: Account, tmp_path: Path) -> None:
    """Nothing would be lost; from then on it counts as seen."""
    file = tmp_path / "new" / "categories.yaml"
    file.parent.mkdir()
    file.write_bytes(running.read(ALLOWLIST))
    assert call("push", file, "--yes").exit_code == 0
    file.write_text(EDIT)
    assert call("push", file, "--yes").exit_code == 0


def test_push_shows_what_it_changes_of_the_text(people: tuple[Person, Person]) -> None:
    """Against what the bucket has now, whatever was pulled before."""
    anna, _ = people
    anna.file.write_text(EDIT)
    lines = anna.push().stdout.splitlines()
    assert lines[:2] == ["--- in the bucket", "+++ yours"]
    assert any(line.startswith("+") and "drop" in line for line in lines)


def test_colleague_who_is_faster_by_a_moment_is_not_overwritten(
    running: Account, people: tuple[Person, Person], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The write itself is conditional on what was compared."""
    anna, _ = people
    anna.file.write_text(EDIT)

    def meanwhile() -> bool:
        running.put(ALLOWLIST, OTHER_EDIT)
        return True

    monkeypatch.setattr("rulesync_cli.consent.is_attended", meanwhile)
    answer = call("push", anna.file, typed="y\n")
    assert answer.exit_code == 1
    assert "somebody else has just written" in answer.stderr
    assert running.read(ALLOWLIST).decode() == OTHER_EDIT


def test_broken_note_is_told(people: tuple[Person, Person]) -> None:
    """With its path, and what to do."""
    anna, _ = people
    (anna.folder / ".rulesync.json").write_text("{")
    answer = anna.push()
    assert answer.exit_code == 1
    assert f"{anna.folder / '.rulesync.json'}: " in answer.stderr
    assert "pull again" in answer.stderr
