"""The engine is looked for, and one of another version is not taken for it."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from rules_lib.errors import EngineError
from rulesync_cli.verify.suricata import Suricata, find_engine, installed


def program(folder: Path, says: str) -> str:
    """A program that says this, whatever it is asked."""
    path = folder / "engine"
    path.write_text(f"#!/bin/sh\necho '{says}'\n")
    path.chmod(0o755)
    return str(path)


@pytest.mark.parametrize("version", ["7.0.3", "8.0.3", "8.0.12-dev"])
def test_engine_of_either_version_is_taken_where_it_is_named(tmp_path: Path, version: str) -> None:
    """Any 8.0, as the service has; any 7.0."""
    path = program(tmp_path, f"This is Suricata version {version} RELEASE")
    assert find_engine(path) == Suricata(path, version)


def test_program_may_be_named_from_where_one_stands(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The engine is run in a folder of its own, where that path would lead nowhere."""
    path = program(tmp_path, "This is Suricata version 8.0.3 RELEASE")
    monkeypatch.chdir(tmp_path)
    assert find_engine(f"./{Path(path).name}") == Suricata(path, "8.0.3")


@pytest.mark.parametrize("version", ["6.0.20", "7.1.0", "8.1.0", "9.0.0"])
def test_other_version_is_refused(tmp_path: Path, version: str) -> None:
    """It knows other keywords; what to do is said."""
    path = program(tmp_path, f"This is Suricata version {version} RELEASE")
    with pytest.raises(EngineError, match=rf"version {version}, and 8\.0 or 7\.0 is needed; `make"):
        find_engine(path)


@pytest.fixture
def environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A virtual environment without an engine, and a folder `bin` that alone is on PATH."""
    (tmp_path / "bin").mkdir()
    monkeypatch.setattr(sys, "prefix", str(tmp_path))
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    return tmp_path


def install(folder: Path, version: str) -> Path:
    """Put a program of this version into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "suricata"
    Path(program(folder, f"This is Suricata version {version} RELEASE")).rename(path)
    return path


def test_services_version_comes_first_wherever_it_is(environment: Path) -> None:
    """On PATH or in the virtual environment, where `make engine` puts it."""
    install(environment / "suricata" / "7", "7.0.10")
    assert find_engine().version == "7.0.10"
    install(environment / "bin", "8.0.3")
    assert [one.version for one in installed()] == ["8.0.3", "7.0.10"]
    install(environment / "suricata" / "8", "8.0.8")
    assert find_engine().version == "8.0.8"


def test_one_on_path_that_is_no_engine_hides_no_other(environment: Path) -> None:
    """Nor does one of another version."""
    install(environment / "suricata" / "8", "8.0.8")
    install(environment / "bin", "6.0.1")
    assert [one.version for one in installed()] == ["8.0.8"]
    (environment / "bin" / "suricata").write_text("#!/bin/sh\necho hello\n")
    assert [one.version for one in installed()] == ["8.0.8"]


def test_other_program_is_refused(tmp_path: Path) -> None:
    """Whatever it says."""
    with pytest.raises(EngineError, match="does not say that it is Suricata"):
        find_engine(program(tmp_path, "hello"))


def test_named_program_that_is_missing_is_told_with_what_to_do() -> None:
    """The make target that installs one."""
    with pytest.raises(EngineError, match=r"/nowhere.*not installed.*`make engine` installs 8\.0"):
        find_engine("/nowhere/suricata")


@pytest.mark.usefixtures("environment")
def test_missing_engine_is_told_with_what_to_do() -> None:
    """Likewise."""
    assert installed() == ()
    with pytest.raises(EngineError, match=r"not installed.*`make engine` installs 8\.0"):
        find_engine()
