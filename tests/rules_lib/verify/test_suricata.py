"""The engine is looked for, and one of another version is not taken for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from rules_lib.errors import EngineError
from rules_lib.verify.suricata import Suricata, find

if TYPE_CHECKING:
    from pathlib import Path


def program(folder: Path, says: str) -> str:
    """A program that says this, whatever it is asked."""
    path = folder / "engine"
    path.write_text(f"#!/bin/sh\necho '{says}'\n")
    path.chmod(0o755)
    return str(path)


def test_engine_of_the_services_version_is_found(tmp_path: Path) -> None:
    """Any 7.0."""
    path = program(tmp_path, "This is Suricata version 7.0.3 RELEASE")
    assert find(path) == Suricata(path, "7.0.3")


@pytest.mark.parametrize("version", ["6.0.20", "7.1.0", "8.0.1"])
def test_other_version_is_refused(tmp_path: Path, version: str) -> None:
    """It knows other keywords; what to do is said."""
    path = program(tmp_path, f"This is Suricata version {version} RELEASE")
    with pytest.raises(EngineError, match=rf"version {version}, and the service has 7\.0; `make"):
        find(path)


def test_other_program_is_refused(tmp_path: Path) -> None:
    """Whatever it says."""
    with pytest.raises(EngineError, match="does not say that it is Suricata"):
        find(program(tmp_path, "hello"))


@pytest.mark.parametrize("name", [None, "/nowhere/suricata"])
def test_missing_engine_is_told_with_what_to_do(
    monkeypatch: pytest.MonkeyPatch, name: str | None
) -> None:
    """The make target that installs it."""
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(EngineError, match=r"not installed.*`make engine` installs 7\.0"):
        find(name)
