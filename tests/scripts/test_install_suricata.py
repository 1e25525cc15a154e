"""`scripts/install-suricata` does nothing twice, and says so where it can do nothing."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pytest

SCRIPTS: Final = Path(__file__).parents[2] / "scripts"
NEEDED: Final = ("bash", "dirname", "grep", "rm", "id", "awk", "mkdir")


@dataclass(frozen=True, slots=True)
class Project:
    """A copy of the scripts, and a folder that alone is on PATH."""

    root: Path

    @property
    def programs(self) -> Path:
        """The folder on PATH."""
        return self.root / "bin"

    def program(self, path: Path, text: str) -> None:
        """Write a program of the shell's."""
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"#!/bin/sh\n{text}\n")
        path.chmod(0o755)

    def engine(self, path: Path, version: str) -> None:
        """Write a program that says it is Suricata."""
        self.program(path, f'echo "This is Suricata version {version} RELEASE"')

    def install(self, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """Run the script."""
        command = ["bash", str(self.root / "scripts" / "install-suricata"), *words]
        path = {"PATH": str(self.programs)}
        return subprocess.run(  # noqa: S603 - our own words
            command, env=path | environment, capture_output=True, text=True, check=False
        )


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """A fresh clone on a machine with little on it."""
    made = Project(tmp_path)
    made.programs.mkdir()
    for name in NEEDED:
        found = shutil.which(name)
        assert found
        (made.programs / name).symlink_to(found)
    shutil.copytree(SCRIPTS, tmp_path / "scripts")
    return made


def test_machine_without_apt_is_told_and_is_no_failure(project: Project) -> None:
    """But in CI, where what needs the engine must not be skipped."""
    for environment, code in (({}, 0), ({"CI": "true"}, 1)):
        done = project.install(**environment)
        assert done.returncode == code
        assert done.stderr == (
            "suricata: this machine has no apt-get, so it cannot be installed here; what needs the "
            "real engine is skipped\n"
        )
    assert not (project.root / ".venv").exists()


def test_machine_without_a_mirror_of_debian_is_told(project: Project) -> None:
    """Nothing is left behind."""
    project.program(project.programs / "apt-get", "exit 0")
    project.program(project.programs / "dpkg-deb", "exit 0")
    done = project.install("8", CI="true")
    assert done.returncode == 1
    assert any(words in done.stderr for words in ("name no mirror for", "this machine runs"))
    assert list((project.root / ".venv").rglob("*")) in ([], [project.root / ".venv" / "suricata"])


@pytest.mark.parametrize("where", ["folder", "PATH"])
def test_versions_that_are_there_are_not_installed_again(project: Project, where: str) -> None:
    """In their folders, or one of them on PATH: no apt-get is needed then."""
    folder = project.root / ".venv" / "suricata"
    project.engine(folder / "8" / "suricata", "8.0.8")
    if where == "PATH":
        project.engine(project.programs / "suricata", "7.0.10")
    else:
        project.engine(folder / "7" / "suricata", "7.0.10")
    done = project.install(CI="true")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_another_version_on_path_is_not_taken_for_it(project: Project) -> None:
    """6.0 is neither."""
    project.engine(project.programs / "suricata", "6.0.1")
    assert project.install(CI="true").returncode == 1


def test_version_that_is_not_known_is_wrong_usage(project: Project) -> None:
    """It ends with 2."""
    done = project.install("9")
    assert done.returncode == 2
    assert done.stderr.startswith("usage: ")
