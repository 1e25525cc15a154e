"""`setup.py`: what is built has the shipped files, which stand once in the repository."""

from __future__ import annotations

import runpy
from pathlib import Path
from typing import Any
from unittest import mock

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture
def command(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Any:
    """Give the step that builds the packages, as setup.py has it."""
    why = "Python 3.12 brings none, and pip gets one"
    setuptools = pytest.importorskip(
        "setuptools", reason=why
    )  # too slow to import as tests are read
    monkeypatch.chdir(ROOT)
    with mock.patch.object(setuptools, "setup") as setup:
        runpy.run_path("setup.py")
    distribution = setuptools.Distribution(
        {"packages": ["rulesync_cli"], "src_root": str(ROOT), "script_name": "setup.py"}
    )
    found = setup.call_args.kwargs["cmdclass"]["build_py"](distribution)
    found.build_lib = str(tmp_path)
    found.ensure_finalized()
    return found


def shipped() -> dict[str, bytes]:
    """The files of `config/`."""
    return {path.name: path.read_bytes() for path in (ROOT / "config").glob("*.*")}


def test_shipped_files_are_built_beside_the_command(command: Any, tmp_path: Path) -> None:
    """Where `rulesync_cli.shipped` looks for them."""
    command.run()
    built = {path.name: path.read_bytes() for path in (tmp_path / "rulesync_cli/config").iterdir()}
    assert built == shipped()
    assert str(tmp_path / "rulesync_cli/config/categories.yaml") in command.get_outputs()


def test_source_distribution_has_them(command: Any) -> None:
    """Else no wheel could be built from it."""
    assert {f"config/{name}" for name in shipped()} <= set(command.get_source_files())


def test_clone_has_no_second_copy(command: Any, tmp_path: Path) -> None:
    """What is installed to be edited reads them where they stand."""
    command.editable_mode = True
    command.run()
    assert not (tmp_path / "rulesync_cli/config").exists()
    assert not (ROOT / "rulesync_cli" / "config").exists()
