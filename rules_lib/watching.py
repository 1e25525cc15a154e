"""Whoever looks on is told what is being done, in words; and the one who does not listen."""

from __future__ import annotations


def unwatched(_: str) -> None:
    """Let what is being done pass: nobody looks on."""
