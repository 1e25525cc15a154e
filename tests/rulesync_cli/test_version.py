"""The version that `rulesync --version` prints."""

from __future__ import annotations

import tomllib
from pathlib import Path

from click.testing import CliRunner

from rulesync_cli import main
from rulesync_cli.version import RULESYNC_VERSION

PROJECT = Path(__file__).parents[2] / "pyproject.toml"


def test_version_is_that_of_the_package() -> None:
    """It is written down twice, as asking the installed package for it takes too long."""
    assert (
        tomllib.loads(PROJECT.read_text(encoding="utf-8"))["project"]["version"] == RULESYNC_VERSION
    )
    assert RULESYNC_VERSION in CliRunner().invoke(main, ["--version"]).stdout
