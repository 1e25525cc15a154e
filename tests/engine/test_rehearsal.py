"""`rulesync plan --pcap`: what an edit would block of captures, by a real engine."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from support.account import Account, account, call
from support.engine.traffic import CLIENT, Tape, on, write
from support.feeds import allowlist

pytestmark = pytest.mark.engine

OFF: dict[str, Any] = {"staging": {"days": 0}, "max_unblock": 1}


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Account]:
    """Give an account in which one category alerts and one drops."""
    with account(tmp_path / "feed") as aws:
        aws.allow(categories={"emerging-malware": "drop"}, **OFF)
        aws.sync(exploit=[on(1, "/evil"), on(2, "/quiet")], malware=[on(3, "/worse")])
        yield aws


@pytest.fixture
def edited(tmp_path: Path) -> Path:
    """An edit by which they change places."""
    path = tmp_path / "edited.yaml"
    categories = {"emerging-exploit": "drop", "emerging-malware": "alert"}
    path.write_text(allowlist(categories=categories, **OFF))
    return path


@pytest.fixture
def captures(tmp_path: Path) -> Path:
    """Three conversations, and a file that is no capture."""
    folder = tmp_path / "captures"
    folder.mkdir()
    tapes = {name: Tape().http(f"/{name}") for name in ("evil", "worse", "fine")}
    write(folder, tapes)
    (folder / "notes.txt").write_text("no capture")
    return folder


def test_plan_says_which_flows_would_end_otherwise(
    running: Account, edited: Path, captures: Path
) -> None:
    """Both ways; a rule that is quiet has no line."""
    assert running.builds
    answer = call("plan", "--config", edited, "--pcap", captures, "--json")
    assert answer.exit_code == 2, answer.output
    found = json.loads(answer.stdout)["rehearsal"]
    [blocked], [let_through] = found["blocked"], found["let_through"]
    assert (blocked["sid"], blocked["flows"], blocked["hosts"]) == (1, 1, [CLIENT])
    assert blocked["captures"] == ["evil.pcap"]
    assert (let_through["sid"], let_through["captures"]) == (3, ["worse.pcap"])
    assert found["skipped"] == {"notes.txt": "it is neither pcap nor pcapng"}
    assert found["captures"] == 3


def test_terminal_shows_the_same(running: Account, edited: Path, captures: Path) -> None:
    """And that captures are no proof."""
    assert running.builds
    said = call("plan", "--config", edited, "--pcap", captures).stdout
    assert "by 3 captures in Suricata " in said
    assert "would block 1 flow of 1 own host" in said
    assert "would let through 1 flow of 1 own host" in said
    assert "captures are no proof" in said


def test_plan_that_changes_nothing_changes_no_flow(running: Account, captures: Path) -> None:
    """What is in force drops what it drops."""
    assert running.builds
    found = json.loads(call("plan", "--pcap", captures, "--json").stdout)["rehearsal"]
    assert (found["blocked"], found["let_through"]) == ([], [])


def test_folder_without_a_file_is_wrong_usage(running: Account, tmp_path: Path) -> None:
    """There is nothing to replay."""
    assert running.builds
    empty = tmp_path / "empty"
    empty.mkdir()
    answer = call("plan", "--pcap", empty)
    assert (answer.exit_code, "there is no file in" in answer.stderr) == (2, True)
