"""One category in the report: its mode, and where its enabled rules went."""

from __future__ import annotations

from dataclasses import dataclass

from rules_lib.model import Mode


@dataclass(frozen=True, slots=True)
class CategoryLine:
    """A category's enabled rules: enabled == kept + discarded + off.

    Attributes:
        kept: published, the setters included.
        setters: kept although the category is off, to set marks for other rules.
        blocking: of the kept ones, those that stop traffic (drop, reject).
        unfit: of the discarded ones, those that the budget had no room for.
    """

    name: str
    mode: Mode
    enabled: int
    kept: int
    discarded: int
    off: int
    setters: int
    blocking: int = 0
    unfit: int = 0

    @property
    def wanted(self) -> int:
        """What the budget would have to hold for all of it."""
        return self.kept + self.unfit
