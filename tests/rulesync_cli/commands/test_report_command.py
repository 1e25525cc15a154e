"""`rulesync report`: a build's page, fetched and opened."""

from __future__ import annotations

import json
import webbrowser
from pathlib import Path

import pytest
from support.account import Account, account, call
from support.begun import begun
from support.feeds import rule

from rules_lib.errors import SyncError


@begun()
def built(aws: Account) -> None:
    """An account with one build in force."""
    aws.allow()
    aws.sync(malware=[rule(1)])


@pytest.fixture
def running(built: Account, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Account:
    """Give that account, seen from where there is no screen."""
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("sys.platform", "linux")
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    return built


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Give the addresses that a browser is asked for, on a machine with a screen."""
    asked = list[str]()

    def opens(url: str) -> bool:
        asked.append(url)
        return True

    monkeypatch.setattr(webbrowser, "open", opens)
    return asked


def test_page_of_the_build_in_force_is_fetched_with_its_groups(
    running: Account, opened: list[str]
) -> None:
    """Without a screen its path is all there is, and nobody is asked to open it."""
    answer = call("report")
    page = Path(answer.stdout.strip())
    assert page.read_bytes() == running.read(f"builds/{running.builds[0]}/report.html")
    rules = page.parent / "rule-groups" / "et-emerging-malware.rules"
    assert rules.read_text() == running.text("et-emerging-malware")
    assert (answer.exit_code, "no screen" in answer.stderr, opened) == (0, True, [])


def test_page_is_opened_where_there_is_a_screen(
    running: Account, opened: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """And its path is printed all the same."""
    monkeypatch.setenv("DISPLAY", ":0")
    answer = json.loads(call("report", running.builds[0], "--json").stdout)
    assert opened == [Path(answer["path"]).as_uri()]
    assert (answer["build"], answer["opened"]) == (running.builds[0], True)


def test_page_is_written_where_people_say(
    running: Account, opened: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Alone, and not opened."""
    monkeypatch.setenv("DISPLAY", ":0")
    out = tmp_path / "mine" / "page.html"
    out.parent.mkdir()
    assert call("report", "--out", out).stdout == f"{out}\n"
    assert out.read_bytes() == running.read(f"builds/{running.builds[0]}/report.html")
    assert [path.name for path in out.parent.iterdir()] == ["page.html"]
    assert opened == []


def test_build_without_a_page_says_why(running: Account) -> None:
    """One that was refused, and one that there never was."""
    running.allow(default="off")
    with pytest.raises(SyncError):
        running.build()
    refused = call("report", running.builds[-1])
    assert refused.exit_code == 1
    assert f"build {running.builds[-1]} refused: max_shrink" in refused.stderr
    assert "`rulesync builds` lists them" in call("report", "nope").stderr


def test_bucket_without_a_build_has_no_page(tmp_path: Path) -> None:
    """Nothing is in force."""
    with account(tmp_path):
        answer = call("report")
    assert (answer.exit_code, "no build has been applied yet" in answer.stderr) == (1, True)
