"""Files that are captures, and files that are not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from rulesync_cli.verify.captures import Capture, captures_in, problem_of

if TYPE_CHECKING:
    from pathlib import Path

PCAP = bytes.fromhex("d4c3b2a1") + bytes(20)


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (PCAP, None),
        (bytes.fromhex("a1b23c4d") + bytes(40), None),
        (bytes.fromhex("0a0d0d0a") + bytes(24), None),
        (b"", "it is empty"),
        (PCAP[:23], "it ends within its header"),
        (b"# words about the captures\n", "it is neither pcap nor pcapng"),
    ],
)
def test_file_is_judged_by_its_first_bytes(
    tmp_path: Path, data: bytes, problem: str | None
) -> None:
    """Both byte orders, both precisions, and pcapng."""
    path = tmp_path / "a.pcap"
    path.write_bytes(data)
    assert problem_of(Capture(path, "a.pcap")) == problem


def test_file_that_is_gone_is_told(tmp_path: Path) -> None:
    """As another may delete it meanwhile."""
    problem = problem_of(Capture(tmp_path / "gone.pcap", "gone.pcap"))
    assert problem == "it cannot be read: No such file or directory"


def test_folder_is_searched_to_its_depths(tmp_path: Path) -> None:
    """By name, with the path from the folder that was named."""
    for name in ("b.pcap", "deep/er/a.pcap", "README.md"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(PCAP)
    names = [one.name for one in captures_in(tmp_path)]
    assert names == ["README.md", "b.pcap", "deep/er/a.pcap"]
    assert [one.name for one in captures_in(tmp_path / "b.pcap")] == ["b.pcap"]
