"""What each category has, what it takes of the budget, and what it would cost to turn it on."""

from __future__ import annotations

from rulesync_cli.census.cost import Cost
from rulesync_cli.census.portrait import Portrait, census

__all__ = ["Cost", "Portrait", "census"]
