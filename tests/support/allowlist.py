"""Short ways to read an allowlist in a test."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from rules_lib.allowlist import load_allowlist
from rules_lib.errors import AllowlistError

if TYPE_CHECKING:
    from rules_lib.allowlist import Allowlist

KNOWN = ("local-mine", "brand-new")


def read(text: str | bytes) -> Allowlist:
    """The allowlist that `text` is."""
    return load_allowlist(text, source="categories.yaml", known=KNOWN)


def problems_of(text: str | bytes) -> tuple[str, ...]:
    """All that is wrong with `text`."""
    with pytest.raises(AllowlistError) as caught:
        read(text)
    return caught.value.problems


def problems_after_version(text: str) -> tuple[str, ...]:
    """All that is wrong with `text`, which starts on line 2 of a file whose version is right."""
    return problems_of(f"version: 1\n{text}\n")
