"""What several tests of the engine ask, loaded once for all of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from support.engine.ordinary import written
from support.engine.proof import Loaded, published, running
from support.releases import COMPOSITE, as_fed, built_from

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(scope="session")
def ordinary(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write every ordinary conversation once."""
    return written(tmp_path_factory.mktemp("ordinary"))


@pytest.fixture(scope="session")
def fed(releases: Path) -> Iterator[Loaded]:
    """The rules of a whole release as the feed ships them, with what alert mode makes of them."""
    built = built_from(releases / COMPOSITE, "alert")
    with running(as_fed(built)) as engine:
        yield Loaded(built, engine)


@pytest.fixture(scope="session")
def all_drop(releases: Path) -> Iterator[Loaded]:
    """A whole release with every category in drop mode."""
    built = built_from(releases / COMPOSITE, "drop")
    with running(published(built)) as engine:
        yield Loaded(built, engine)
