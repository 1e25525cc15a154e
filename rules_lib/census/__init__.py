"""What each category has, what it takes of the budget, and what it would cost to turn it on."""

from __future__ import annotations

from rules_lib.census.cost import Cost
from rules_lib.census.portrait import Portrait, census

__all__ = ["Cost", "Portrait", "census"]
