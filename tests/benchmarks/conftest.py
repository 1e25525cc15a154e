"""Benchmarks whose numbers nobody looks at."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from support.warm import warm, write_command

from benchmarks import account, commands, contenders

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def forks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have the embedded AWS and the commands run in forks of a process that has loaded them."""
    program = write_command(tmp_path / "rulesync")
    monkeypatch.setattr(commands, "PROGRAM", str(program))
    for module in (account, commands):
        monkeypatch.setattr(module, "python", lambda *words: [*warm(), *map(str, words)])


@pytest.fixture
def forked_functions(forks: None, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: ARG001 - used
    """Have the functions run so too, and not from the copy that is as they are deployed."""
    monkeypatch.setattr(contenders, "by_deployed", lambda module: ([*warm(), module], {}))
