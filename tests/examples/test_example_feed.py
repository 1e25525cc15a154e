"""The archive is the same whenever it is built, and laid out as the real one."""

import hashlib
import tarfile
from pathlib import Path

import pytest

from examples.feed import build_feed


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """A folder with two rule files and a licence."""
    folder = tmp_path / "source"
    folder.mkdir()
    for name in ("b.rules", "a.rules", "LICENSE"):
        (folder / name).write_text(f"# {name}\n")
    return folder


def names_in(archive: Path) -> list[str]:
    """The archive's entries, in their order."""
    with tarfile.open(archive) as opened:
        return opened.getnames()


def test_same_sources_give_the_same_bytes(source: Path, tmp_path: Path) -> None:
    """Neither the time nor the folder shows in the archive."""
    first = build_feed([source], tmp_path / "first", version="1")
    (source / "a.rules").touch()
    second = build_feed([source], tmp_path / "second", version="1")
    assert first.read_bytes() == second.read_bytes()


def test_layout_is_that_of_the_real_feed(source: Path, tmp_path: Path) -> None:
    """Files stand in rules/, sorted, with a digest and a version beside the archive."""
    archive = build_feed([source], tmp_path / "out", version="1001")
    digest = hashlib.md5(archive.read_bytes(), usedforsecurity=False).hexdigest()
    assert names_in(archive) == ["rules/LICENSE", "rules/a.rules", "rules/b.rules"]
    assert (tmp_path / "out" / "emerging.rules.tar.gz.md5").read_text().strip() == digest
    assert (tmp_path / "out" / "version.txt").read_text().strip() == "1001"


def test_later_folder_replaces_adds_and_removes(source: Path, tmp_path: Path) -> None:
    """A file of the same name wins, a new one joins, an empty one takes its name away."""
    overlay = tmp_path / "overlay"
    overlay.mkdir()
    (overlay / "a.rules").write_text("# newer\n")
    (overlay / "b.rules").touch()
    (overlay / "c.rules").write_text("# new\n")
    archive = build_feed([source, overlay], tmp_path / "out", version="2")
    assert names_in(archive) == ["rules/LICENSE", "rules/a.rules", "rules/c.rules"]
    with tarfile.open(archive) as opened:
        changed = opened.extractfile("rules/a.rules")
        assert changed is not None
        assert changed.read() == b"# newer\n"


def test_folder_without_rules_is_an_error(tmp_path: Path) -> None:
    """An empty feed is a mistake in the call, and it says where it looked."""
    with pytest.raises(ValueError, match=str(tmp_path)):
        build_feed([tmp_path], tmp_path / "out", version="1")
