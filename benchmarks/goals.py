"""What a row of a table may take, and whether it does."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

HEADS: Final = "at most | met"


@dataclass(frozen=True, slots=True)
class Goal:
    """A number beside the most that it may be.

    Attributes:
        found: what was measured.
        most: in the same unit; None where nothing is set.
        form: how both are written, for `format`.
    """

    found: float
    most: float | None = None
    form: str = ".2f"

    @property
    def said(self) -> str:
        """What was measured, as the table says it."""
        return format(self.found, self.form)

    @property
    def is_met(self) -> bool:
        """Whether what the table says is no more than it may be, to the last digit shown."""
        return self.most is None or self._shown(self.found) <= self._shown(self.most)

    @property
    def cells(self) -> str:
        """Under `HEADS`; empty where nothing is set."""
        if self.most is None:
            return " | "
        return f"{format(self.most, self.form)} | {'yes' if self.is_met else '**no**'}"

    def _shown(self, number: float) -> float:
        written = format(number, self.form).replace(",", "")
        return float(written.removesuffix("%"))
