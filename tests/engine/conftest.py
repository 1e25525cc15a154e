"""What several tests of the engine ask, loaded once for all of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from support.engine.proof import Loaded, Swift, published, running
from support.releases import COMPOSITE, as_fed, built_from

from rulesync_cli.verify.suricata import find_engine

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(scope="session")
def swift() -> Swift:
    """The service's version, which loads a whole release in half of the time."""
    return Swift.of(find_engine())


@pytest.fixture(scope="session")
def fed(releases: Path, swift: Swift) -> Iterator[Loaded]:
    """The rules of a whole release as the feed ships them, with what alert mode makes of them."""
    built = built_from(releases / COMPOSITE, "alert")
    with running(as_fed(built), swift) as engine:
        yield Loaded(built, engine)


@pytest.fixture(scope="session")
def all_drop(releases: Path, swift: Swift) -> Iterator[Loaded]:
    """A whole release with every category in drop mode."""
    built = built_from(releases / COMPOSITE, "drop")
    with running(published(built), swift) as engine:
        yield Loaded(built, engine)
