"""An account with a build in force, and an edit of its allowlist, for what pushes it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from support.account import Account, account, call
from support.feeds import allowlist, rule


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Account]:
    """Give an account with a build in force, whose files were pulled."""
    with account(tmp_path / "feed") as aws:
        aws.allow()
        aws.publish(malware=[rule(1), rule(2)])
        call("apply", "--yes")
        call("pull", tmp_path / "categories.yaml")
        yield aws


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """An edit: one rule drops."""
    path = tmp_path / "edited.yaml"
    path.write_text(allowlist(rules={"drop": [2]}))
    return path
