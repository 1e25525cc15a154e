"""An account with a build in force, and an edit of its allowlist, for what pushes it."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.account import Account, call
from support.begun import begun
from support.feeds import allowlist, rule


@begun()
def built(aws: Account) -> None:
    """An account with a build in force."""
    aws.allow()
    aws.publish(malware=[rule(1), rule(2)])
    call("apply", "--yes")


@pytest.fixture
def running(built: Account, tmp_path: Path) -> Account:
    """Give that account, whose files were pulled."""
    call("pull", tmp_path / "categories.yaml")
    return built


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """An edit: one rule drops."""
    path = tmp_path / "edited.yaml"
    path.write_text(allowlist(rules={"drop": [2]}))
    return path
