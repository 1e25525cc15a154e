"""An embedded AWS for the tests that ask for one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from localaws import EmbeddedAws, embedded_aws

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def aws() -> Iterator[EmbeddedAws]:
    """Run an empty account with the quotas of a fresh one."""
    with embedded_aws() as running:
        yield running
