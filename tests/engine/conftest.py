"""What several tests of the engine ask, loaded once for all of them."""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING

import pytest
from support.engine.kinds import CAPTURES
from support.engine.ordinary import written
from support.engine.proof import Loaded, running, tried
from support.engine.traffic import write
from support.releases import COMPOSITE, as_fed, built_from

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(scope="session")
def ordinary(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write every ordinary conversation once."""
    return written(tmp_path_factory.mktemp("ordinary"))


@pytest.fixture(scope="session")
def every_capture(releases: Path, ordinary: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """All captures in one folder, which are links: those of a folder would not be followed."""
    folder, real = tmp_path_factory.mktemp("captures"), releases.parent / "pcaps"
    if not real.is_dir():
        pytest.skip(f"the real captures are not in {real}")
    for name, found in (("real", real), ("ordinary", ordinary)):
        shutil.copytree(found, folder / name, copy_function=os.symlink)
    write(folder / "kinds", CAPTURES)
    return folder


@pytest.fixture(scope="session")
def fed(releases: Path) -> Iterator[Loaded]:
    """The rules of a whole release as the feed ships them, with what alert mode makes of them."""
    built = built_from(releases / COMPOSITE, "alert")
    with running(as_fed(built)) as engine:
        yield Loaded(built, engine)


@pytest.fixture(scope="session")
def all_drop(releases: Path, fed: Loaded, every_capture: Path) -> Iterator[Loaded]:
    """A whole release with every category in drop mode: the rules that `tried` takes."""
    built = built_from(releases / COMPOSITE, "drop")
    with running(tried(built, fed.on(every_capture), "drop mode")) as engine:
        yield Loaded(built, engine)
