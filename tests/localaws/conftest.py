"""Calls that are refused are refused at once."""

from __future__ import annotations

import pytest


@pytest.fixture(autouse=True)
def _one_attempt(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have botocore not repeat what is refused: it would, and wait, after LimitExceeded too."""
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
