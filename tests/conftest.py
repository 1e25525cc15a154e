"""What holds for every test: skips that say why, and golden files that can be renewed.

Where CI is true, a missing Suricata is no reason to skip: CI installs it.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Final

import pytest

RELEASES: Final = Path(__file__).parents[2] / "shared" / "et-open"
"""Real releases of ET Open, which are not ours to ship."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add `--renew-golden`: what the pipeline makes of the example feed becomes what is right."""
    parser.addoption(
        "--renew-golden",
        action="store_true",
        help="write tests/examples/golden anew; read the diff before you commit it",
    )


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip what cannot run here; in CI a missing Suricata fails instead."""
    if item.get_closest_marker("engine") and shutil.which("suricata") is None:
        why = "Suricata is not installed; `make engine` installs it"
        if os.environ.get("CI") == "true":
            pytest.fail(why, pytrace=False)
        pytest.skip(why)
    if item.get_closest_marker("feeds") and not RELEASES.is_dir():
        pytest.skip(f"the real releases of ET Open are not in {RELEASES}")


@pytest.fixture(scope="session")
def releases() -> Path:
    """Give the folder with the real releases."""
    return RELEASES


@pytest.fixture
def renew_golden(request: pytest.FixtureRequest) -> bool:
    """Tell whether golden files are to be written instead of compared."""
    return bool(request.config.getoption("--renew-golden"))
