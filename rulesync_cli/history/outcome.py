"""What became of a build, in a word."""

from __future__ import annotations

from enum import StrEnum


class Outcome(StrEnum):
    """What became of a build."""

    IN_FORCE = "in force"
    APPLIED = "applied"
    ROLLED_BACK = "rolled back"
    REFUSED = "refused"
    FAILED = "failed"
    UNFINISHED = "unfinished"
