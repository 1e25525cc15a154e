"""`scripts/release.py`: what speaks against a release, and that it comes out the same again."""

from __future__ import annotations

import io
import runpy
import subprocess
import tarfile
from pathlib import Path
from typing import Any, Final
from zipfile import ZipFile

import pytest

ROOT: Final = Path(__file__).parents[2]
RELEASE: Final = runpy.run_path(str(ROOT / "scripts" / "release.py"), run_name="release")
EPOCH: Final = 1_700_000_000


def git(folder: Path, *words: str) -> None:
    """Run git there, as somebody."""
    author = ("-c", "user.name=A", "-c", "user.email=a@example.com", "-c", "tag.gpgSign=false")
    subprocess.run(["git", *author, *words], cwd=folder, check=True, capture_output=True)  # noqa: S603, S607


def commit(folder: Path, changelog: str) -> None:
    """Commit the folder with that changelog."""
    (folder / "CHANGELOG.md").write_text(f"# Changelog\n\n{changelog}\n", encoding="utf-8")
    git(folder, "add", "--all")
    git(folder, "commit", "--no-gpg-sign", "--no-verify", "--message", "a change")


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A repository of version 1.2.3, whose changelog has it dated."""
    folder = tmp_path / "clone"
    folder.mkdir()
    git(folder, "init", "--quiet")
    (folder / "pyproject.toml").write_text('[project]\nname = "it"\nversion = "1.2.3"\n')
    commit(folder, "## 1.2.3, 2026-12-01")
    return folder


def refusals(folder: Path) -> list[str]:
    """What speaks against a release of that folder."""
    return list(RELEASE["refusals"](folder, RELEASE["version_of"](folder)))


def test_clean_and_dated_commit_is_released(clone: Path) -> None:
    """Before it is tagged, and after."""
    assert refusals(clone) == []
    git(clone, "tag", "v1.2.3")
    assert refusals(clone) == []


@pytest.mark.parametrize("name", ["CHANGELOG.md", "new file.txt"])
def test_what_is_not_committed_is_refused_by_name(clone: Path, name: str) -> None:
    """A file that was changed, and one that git does not know."""
    with (clone / name).open("a", encoding="utf-8") as file:
        file.write("other")
    [why] = refusals(clone)
    assert name in why
    assert "commit or remove" in why


@pytest.mark.parametrize("heading", ["## 1.2.2, 2026-12-01", "## 1x2.3, 2026-12-01", "## 1.2.3"])
def test_version_without_its_section_is_refused(clone: Path, heading: str) -> None:
    """The section of another version is none, nor is one without a date."""
    commit(clone, heading)
    assert refusals(clone) == ["CHANGELOG.md has no section '## 1.2.3, DATE': write it"]


def test_unreleased_version_is_a_rehearsal_until_it_is_tagged(clone: Path) -> None:
    """It can be tried at any time, and is released with a date."""
    commit(clone, "## 1.2.3, unreleased")
    assert refusals(clone) == []
    git(clone, "tag", "v1.2.3")
    [why] = refusals(clone)
    assert why.endswith("CHANGELOG.md calls it unreleased: date it")


def test_tag_of_another_version_is_refused(clone: Path) -> None:
    """Else v1.2.4 would hold what calls itself 1.2.3."""
    git(clone, "tag", "v1.2.4")
    [why] = refusals(clone)
    assert "tagged v1.2.4, and pyproject.toml has 1.2.3" in why


def test_version_that_another_commit_has_is_refused(clone: Path) -> None:
    """One number, one set of bytes."""
    git(clone, "tag", "v1.2.3")
    commit(clone, "## 1.2.3, 2026-12-02")
    [why] = refusals(clone)
    assert "v1.2.3 is another commit" in why


def test_only_what_is_committed_is_built(clone: Path, tmp_path: Path) -> None:
    """Nothing that happens to lie about."""
    (clone / "lies-about.py").write_text("pass")
    tree = RELEASE["export"](clone, tmp_path / "tree")
    assert {path.name for path in tree.iterdir()} == {"pyproject.toml", "CHANGELOG.md"}


def packed(target: Path, names: list[str], **about: Any) -> Path:
    """A source distribution whose members have those names, each with its name for content."""
    with tarfile.open(target, "w:gz") as archive:
        for name in names:
            entry = tarfile.TarInfo(name)
            entry.size = len(name)
            for key, value in about.items():
                setattr(entry, key, value)
            archive.addfile(entry, io.BytesIO(name.encode()))
    return target


def test_source_distributions_of_one_commit_have_the_same_bytes(tmp_path: Path) -> None:
    """Whoever packs them, when, and in which order."""
    one = packed(tmp_path / "1.tar.gz", ["a/b", "a/c"], mtime=1, uname="me", mode=0o600)
    two = packed(tmp_path / "2.tar.gz", ["a/c", "a/b"], mtime=2, uid=7, mode=0o664)
    for sdist in (one, two):
        RELEASE["settle"](sdist, EPOCH)
    assert one.read_bytes() == two.read_bytes()
    with tarfile.open(one) as archive:
        contents = {entry.name: archive.extractfile(entry) for entry in archive}
        assert {name: file.read() for name, file in contents.items() if file} == {
            "a/b": b"a/b",
            "a/c": b"a/c",
        }


def test_file_that_the_wheel_lacks_is_named(tmp_path: Path) -> None:
    """As one that package-data does not mention."""
    for name in ("rules_lib/here.py", "rules_lib/facts/data.txt"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("")
    with ZipFile(tmp_path / "it.whl", "w") as wheel:
        wheel.writestr("rules_lib/here.py", "")
    assert RELEASE["missing"](tmp_path, tmp_path / "it.whl") == ["rules_lib/facts/data.txt"]


def test_checksums_are_those_that_sha256sum_checks(tmp_path: Path) -> None:
    """All files but their own list."""
    for name in ("b.whl", "a.tar.gz"):
        (tmp_path / name).write_text(name)
    sums = RELEASE["checksums"](tmp_path)
    (tmp_path / "SHA256SUMS").write_text(sums)
    assert [line.split()[1] for line in sums.splitlines()] == ["a.tar.gz", "b.whl"]
    check = ["sha256sum", "--check", "--strict", "SHA256SUMS"]
    subprocess.run(check, cwd=tmp_path, check=True, capture_output=True)  # noqa: S603
