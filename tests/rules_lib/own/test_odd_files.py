"""Files of people's own that are not stored as the engine reads them are told once a file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from support.account import account
from support.feeds import rule

from rules_lib.model import FeedFile
from rules_lib.own.odd_files import odd_files

if TYPE_CHECKING:
    from pathlib import Path


def test_file_is_named_as_people_know_it_with_the_lines() -> None:
    """The first line as compilers have it, and all of them where there are more."""
    bad = "alert tcp any any -> any any (msg:\u201ca\u201d; sid:{};)"
    text = "\n".join([rule(1), bad.format(2), rule(3), bad.format(4)])
    [found] = odd_files([FeedFile("local-ours", text.encode())], "mine/")
    assert str(found).startswith("mine/ours.rules:2: typographic quotes")
    assert str(found).endswith("; on lines 2, 4")
    assert [line for line in range(1, 5) if found.covers("mine/ours.rules", line)] == [2, 4]
    assert not found.covers("mine/others.rules", 2)


def test_many_lines_are_counted() -> None:
    """Nobody reads a thousand numbers."""
    text = "\n".join(
        f"alert tcp any any -> any any (msg:\u201ca\u201d; sid:{n};)" for n in range(20)
    )
    [found] = odd_files([FeedFile("local-ours", text.encode())], "")
    assert str(found).endswith("; on lines 1, 2, 3, 4, 5, 6, 7, 8 and 12 more")


def test_files_of_a_feed_are_not_looked_at() -> None:
    """Nobody here can save them otherwise; their lines are discarded one by one."""
    assert odd_files([FeedFile("emerging-a", rule(1).encode("utf-16"))], "") == ()


def test_sync_warns_of_such_a_file(tmp_path: Path) -> None:
    """Once, where its lines are discarded one by one."""
    with account(tmp_path / "feed") as here:
        here.allow(categories={"local-ours": "alert"})
        here.put("local/ours.rules", f"{rule(50)}\r{rule(51)}\r")
        here.sync(malware=[rule(1)])
        [warning] = [one for one in here.summary()["warnings"] if "carriage return" in one]
    assert "local/ours.rules:1: Suricata does not end a line at a bare carriage return" in warning
