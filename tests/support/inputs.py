"""What a build depends on, in few words."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any, Final

from rules_lib.groups.rule_group import Deployed
from rules_lib.inputs import Inputs

if TYPE_CHECKING:
    from rules_lib.allowlist import Allowlist
    from rules_lib.reading.ruleset import Ruleset

DAY: Final = date(2026, 1, 31)
"""The day of a build, where it is not about days."""


def inputs(
    rules: Ruleset, allowlist: Allowlist, deployed: Deployed | None = None, **known: Any
) -> Inputs:
    """Nothing is deployed, and nothing was refused, unless it is said."""
    there = deployed or Deployed()
    return Inputs(ruleset=rules, allowlist=allowlist, day=DAY, deployed=there, **known)
