"""What a larger budget would bring back.

In a module of its own, as whoever reads a summary needs it, and packs nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Relief:
    """Rules that a larger budget would bring back, by category."""

    capacity: Mapping[str, int] = field(default_factory=dict)
    rule_group: Mapping[str, int] = field(default_factory=dict)
