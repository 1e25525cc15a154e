"""Calls that are refused are refused at once; and the server of what runs in stacks."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from support.localaws import local_server
from support.stacks import StacksServer

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(autouse=True)
def _one_attempt(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have botocore not repeat what is refused: it would, and wait, after LimitExceeded too."""
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")


@pytest.fixture(scope="session")
def stacks_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of a server that runs as long as the tests of stacks, and of their functions."""
    file = tmp_path_factory.mktemp("localaws") / "settings.json"
    file.write_text('{"longest_wait": 0.1}', encoding="utf-8")
    with local_server("--settings", str(file)) as running:
        yield running


@pytest.fixture
def server(stacks_url: str) -> StacksServer:
    """A server with nothing in it but a role and two buckets."""
    return StacksServer(stacks_url)
