"""People's own files: what is read, what is told, and which two cannot both be read."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from support.account import BUCKET, Account, account
from support.feeds import rule

from rules_lib.aws.s3_store import S3Store
from rules_lib.errors import RefusedError
from rules_lib.own.files import OwnFiles, category_of, own_file_name, own_in_bucket, own_in_folder

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    Reader = Callable[..., OwnFiles]

UNREAD = {
    "caps.RULES": "in small letters: caps.rules",
    "mixed.Rules": "in small letters: mixed.rules",
    "short.rule": "must end in .rules",
    "twice.rules.txt": "must end in .rules",
    "notes.txt": "must end in .rules",
    "old.rules.bak": "must end in .rules",
    "list.yaml": "must end in .rules",
    "rules": "must end in .rules",
    "._ours.rules": "begins with a dot",
    ".rules": "begins with a dot",
    "below/ours.rules": "it is a folder",
    f"{'x' * 241}.rules": "longer than 240 characters",
}
"""Names, and what is said of each."""


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Account]:
    """An account with a feed and an allowlist."""
    with account(tmp_path) as found:
        found.allow(default="alert")
        found.publish(malware=[rule(1)])
        yield found


@pytest.fixture(params=["bucket", "folder"])
def read(request: pytest.FixtureRequest, running: Account, tmp_path: Path) -> Reader:
    """Own files by their names, from the bucket's `local/` and from a folder."""

    def from_bucket(*names: str) -> OwnFiles:
        for name in names:
            running.put(f"local/{name}", rule(900))
        return own_in_bucket(S3Store(running.s3, BUCKET))

    def from_folder(*names: str) -> OwnFiles:
        for name in names:
            path = tmp_path / "own" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(rule(900))
        return own_in_folder(tmp_path / "own")

    return {"bucket": from_bucket, "folder": from_folder}[request.param]


def test_files_that_end_in_rules_are_categories(read: Reader) -> None:
    """By name; odd names too, as long as a group can be tagged with them."""
    names = ("a.b.rules", "a_b.rules", "local-x.rules", "our rules (old).rules", "x.rules")
    found = read(*names)
    assert [one.category for one in found.files] == [category_of(name) for name in names]
    assert tuple(own_file_name(one.category) for one in found.files) == names
    assert (found.unread, found.warnings) == ((), ())


@pytest.mark.parametrize("name", UNREAD)
def test_file_that_is_not_read_is_named(read: Reader, name: str) -> None:
    """With what keeps it from being read; a folder once, whatever is in it."""
    found = read("ours.rules", name)
    assert [one.category for one in found.files] == ["local-ours"]
    [warning] = found.warnings
    assert warning.startswith(f"{found.folder}{name.partition('/')[0]}")
    assert " is not read: " in warning
    assert UNREAD[name] in warning


def test_hidden_files_of_systems_are_passed_over(read: Reader) -> None:
    """Nobody means them as rules."""
    assert read("ours.rules", ".DS_Store", ".gitkeep").warnings == ()


def test_many_files_that_are_not_read_are_counted(read: Reader) -> None:
    """Nobody reads a thousand lines."""
    *named, rest = read(*(f"{number:02}.txt" for number in range(20))).warnings
    assert len(named) == 8
    assert "and 12 more files" in rest


def test_last_file_that_is_not_read_is_told_as_one(read: Reader) -> None:
    """After those that are named."""
    *_, rest = read(*(f"{number}.txt" for number in range(9))).warnings
    assert rest.startswith("and 1 more file below ")
    assert rest.endswith(" is not read")


@pytest.mark.parametrize(
    ("one", "other"), [("Ours.rules", "ours.rules"), ("caf\u00e9.rules", "cafe\u0301.rules")]
)
def test_two_files_of_one_name_are_refused_by_both_names(
    read: Reader, one: str, other: str
) -> None:
    """On many a disk they are one file, and an allowlist cannot tell them apart by eye."""
    with pytest.raises(RefusedError) as refused:
        read(one, other)
    assert one in str(refused.value)
    assert other in str(refused.value)


def test_sync_with_two_files_of_one_name_changes_nothing(running: Account) -> None:
    """It is refused before anything is written, with both names, and the summary says so."""
    running.put("local/ours.rules", rule(900))
    running.build()
    before = running.deployed()
    running.put("local/OURS.rules", rule(901))
    mark = len(running.aws.calls)
    with pytest.raises(Exception, match=r"local/OURS\.rules and s3://\S+local/ours\.rules"):
        running.build()
    assert "OURS.rules" in running.summary()["refused"]
    assert running.deployed() == before
    assert not [one for one in running.since(mark) if one.startswith(("Create", "Update"))]


def test_sync_names_what_it_does_not_read(running: Account) -> None:
    """In its warnings; the console's mark for an empty folder is none of it."""
    for key in ("local/", "local/ours.RULES", "local/below/ours.rules"):
        running.put(key, "")
    running.build()
    found = [one for one in running.summary()["warnings"] if "is not read" in one]
    assert ["local/below/" in found[0], "local/ours.RULES" in found[1]] == [True, True]
    assert len(found) == 2
