"""Every file below a folder, by whatever way it is reached."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rulesync_cli.tree import files_below

if TYPE_CHECKING:
    from pathlib import Path


def test_linked_folder_is_gone_through(tmp_path: Path) -> None:
    """Else what it holds would be left out, and nobody would say so."""
    elsewhere = tmp_path / "elsewhere"
    (elsewhere / "deep").mkdir(parents=True)
    (elsewhere / "deep" / "a.pcap").touch()
    named = tmp_path / "named"
    named.mkdir()
    (named / "b.pcap").touch()
    (named / "link").symlink_to(elsewhere)
    (named / "c.pcap").symlink_to(elsewhere / "deep" / "a.pcap")
    (named / "gone.pcap").symlink_to(elsewhere / "gone.pcap")
    found = [path.relative_to(named).as_posix() for path in files_below(named)]
    assert found == ["b.pcap", "c.pcap", "link/deep/a.pcap"]


def test_folder_that_is_linked_within_itself_ends(tmp_path: Path) -> None:
    """Each file is found once by that way."""
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.pcap").touch()
    (tmp_path / "in" / "up").symlink_to(tmp_path)
    (tmp_path / "in" / "here").symlink_to(tmp_path / "in")
    assert files_below(tmp_path) == [tmp_path / "in" / "a.pcap"]
